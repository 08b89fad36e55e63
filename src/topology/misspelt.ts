// Manifests that are almost named like one: `requirement.txt`, `Package.json`, `docker-compse.yml`. A tool that reads the right name passes
// them over in silence, so they are told.
import { perFolder } from './memo.ts'
import { distance } from './nearest.ts'
import { joinPath, printable } from './paths.ts'
import type { Folder, Repository } from './repository.ts'
import type { Recommendation } from './topology.ts'

/** Names that some tool reads only when they are spelt so, and that are unlike other words. Short ones are near to too many. */
const manifests = [
  'package.json', 'package-lock.json', 'pnpm-workspace.yaml', 'requirements.txt', 'pyproject.toml', 'Pipfile.lock', 'Cargo.toml', 'composer.json',
  'composer.lock', 'Gemfile', 'Gemfile.lock', 'build.gradle', 'settings.gradle', 'build.gradle.kts', 'pubspec.yaml', 'Package.swift', 'CMakeLists.txt',
  'Dockerfile', 'Containerfile', '.dockerignore', 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml', 'Procfile', 'kyozo.yaml',
  'go.mod', 'go.sum', 'go.work', 'pom.xml', 'deno.json', 'mix.exs', 'build.sbt', 'build.zig', 'Cargo.lock', 'poetry.lock', 'bun.lock', 'manage.py', 'setup.cfg', 'global.json',
  'Chart.yaml', 'kustomization.yaml', 'skaffold.yaml', 'render.yaml', 'railway.toml', 'netlify.toml', 'vercel.json',
] // biome-ignore format: a list

const known = new Set(manifests)

/** Words of their own that are near to one of them. */
const words = new Set([
  'podfile',
  'portfile',
  'packages.lock.json',
  'project.toml',
  'podfile.lock',
  'buf.lock',
  'demo.json',
  'manager.py',
  'cart.yaml',
  'cart.yml',
  'charts.yaml',
  'charts.yml',
  'compare.yml',
  'compare.yaml',
  'scaffold.yaml',
  'scaffold.yml',
  'packages.json',
  'composer.yml',
  'composer.yaml',
  'gemfile.local',
  'profile',
])

/** From as many letters before the ending on, two of them may differ. */
const longName = 8

export function findMisspelt({ folders }: Repository): Recommendation[] {
  return [...folders.values()].flatMap(misspeltIn)
}

const misspeltIn = perFolder((folder): Recommendation[] =>
  [...folder.files].flatMap((name): Recommendation[] => {
    const meant = known.has(name) || words.has(name.toLowerCase()) ? undefined : meantBy(name, folder)
    return meant === undefined ? [] : [recommendationFor(joinPath(folder.path, name), meant)]
  }),
)

/** Endings that other files have: a name with one of them is what it says. */
const endings = new Set(manifests.map(endingOf))

/** What is written before the ending, by the ending: nearly every file is settled by these. */
const bareNames = new Map(manifests.map((name) => [name, name.slice(0, name.length - endingOf(name).length).toLowerCase()] as const))
const beginnings = new Set([...bareNames.values()].map((bare) => bare.slice(0, 2)))

function meantBy(name: string, folder: Folder): string | undefined {
  const ending = endingOf(name)
  const lower = name.toLowerCase()
  const isKnownEnding = endings.has(ending) || isYaml(name)
  if (!isKnownEnding && (ending === '' || !beginnings.has(lower.slice(0, 2)))) return undefined
  const fits = (right: string) => {
    if (Math.abs(right.length - name.length) > 2 || folder.files.has(right)) return false
    if (!isKnownEnding) return isMisspeltEnding(lower, right)
    const isSameEnding = endingOf(right) === ending || (isYaml(right) && isYaml(name))
    // A letter more in front makes another word: tsconfig.json is no config.json.
    return isSameEnding && lower.at(0) === right.at(0)?.toLowerCase() && isNear(lower, right.toLowerCase())
  }
  const near = manifests.filter(fits)
  return near.find((right) => endingOf(right) === ending) ?? near[0]
}

/** `go.mode`, `Cargo.tml`, `pom.xlm`: the name is right, or nearly, and the ending is no ending of anything. */
function isMisspeltEnding(lower: string, right: string): boolean {
  const bare = bareNames.get(right) ?? ''
  if (bare === '' || endingOf(right) === '') return false
  const isSameName = lower.startsWith(bare)
  if (!isSameName && bare.length < longName) return false
  const name = lower.slice(0, lower.length - endingOf(lower).length)
  const ending = isSameName ? lower.slice(bare.length) : endingOf(lower)
  return (
    !otherEndings.has(ending) &&
    (isSameName || isNear(name, bare)) &&
    distance(ending, endingOf(right)) <= (endingOf(right).length > 3 ? 2 : 1)
  )
}

/** Endings of files that lie beside a manifest on purpose. */
const otherEndings = new Set(['js', 'ts', 'mjs', 'cjs', 'md', 'txt', 'xsd', 'xsl', 'html', 'htm', 'sh', 'py', 'rb', 'go', 'rs', 'java', 'css', 'sum', 'bak', 'old', 'orig', 'in', 'ini', 'env', 'cfg', 'conf', 'lock', 'log', 'json5', 'jsonc', 'jsonl', 'jsonnet', 'lockb', 'mdx', 'tpl', 'tmpl', 'j2', 'ex', 'exs', 'sbt', 'jar', 'gz', 'zip', 'mk', 'xlsx', 'xls', 'xml', 'json', 'toml', 'yaml', 'yml', 'mod', 'work', 'zig', 'props', 'kt', 'kts', 'dev', 'prod', 'test']) // biome-ignore format: a list

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

function isNear(name: string, right: string): boolean {
  const bare = right.length - endingOf(right).length
  return distance(name, right) <= (bare >= longName ? 2 : 1)
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase()
}

function recommendationFor(path: string, meant: string): Recommendation {
  return {
    code: 'misspelt_manifest',
    message: `${printable(path)} looks like ${meant} misspelt; under its present name nothing reads it.`,
    fix: `Rename it to ${meant}.`,
    evidence: [{ path, fact: `named almost like ${meant}` }],
  }
}

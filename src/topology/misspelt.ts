// Manifests that are almost named like one: `requirement.txt`, `Package.json`, `docker-compse.yml`. A tool that reads the right name passes
// them over in silence, so they are told.
import { perFolder } from './memo.ts'
import { joinPath, printable } from './paths.ts'
import type { Folder, Repository } from './repository.ts'
import type { Recommendation } from './topology.ts'

/** Names that some tool reads only when they are spelt so, and that are unlike other words. Short ones are near to too many. */
const manifests = [
  'package.json', 'package-lock.json', 'pnpm-workspace.yaml', 'requirements.txt', 'pyproject.toml', 'Pipfile.lock', 'Cargo.toml', 'composer.json',
  'composer.lock', 'Gemfile', 'Gemfile.lock', 'build.gradle', 'settings.gradle', 'build.gradle.kts', 'pubspec.yaml', 'Package.swift', 'CMakeLists.txt',
  'Dockerfile', 'Containerfile', '.dockerignore', 'compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml', 'Procfile', 'kyozo.yaml',
  'Chart.yaml', 'kustomization.yaml', 'skaffold.yaml', 'render.yaml', 'railway.toml', 'netlify.toml', 'vercel.json',
] // biome-ignore format: a list

const known = new Set(manifests)

/** Words of their own that are near to one of them. */
const words = new Set(['packages.json', 'composer.yml', 'composer.yaml', 'gemfile.local', 'profile'])

/** From here on two letters may differ. */
const longName = 10

export function findMisspelt({ folders }: Repository): Recommendation[] {
  return [...folders.values()].flatMap(misspeltIn)
}

const misspeltIn = perFolder((folder): Recommendation[] =>
  [...folder.files].flatMap((name): Recommendation[] => {
    const meant = known.has(name) || words.has(name.toLowerCase()) ? undefined : meantBy(name, folder)
    return meant === undefined ? [] : [recommendationFor(joinPath(folder.path, name), meant)]
  }),
)

/** Nearly every file is settled by its ending. */
const endings = new Set(manifests.flatMap((name) => (isYaml(name) ? ['yaml', 'yml'] : [endingOf(name)])))

function meantBy(name: string, folder: Folder): string | undefined {
  if (!endings.has(endingOf(name))) return undefined
  const lower = name.toLowerCase()
  return manifests.find((right) => {
    if (Math.abs(right.length - name.length) > 2 || folder.files.has(right)) return false
    const isSameEnding = endingOf(right) === endingOf(name) || (isYaml(right) && isYaml(name))
    // A letter more in front makes another word: tsconfig.json is no config.json.
    return isSameEnding && lower.at(0) === right.at(0)?.toLowerCase() && isNear(lower, right.toLowerCase())
  })
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name)
}

function isNear(name: string, right: string): boolean {
  return distance(name, right) <= (right.length >= longName ? 2 : 1)
}

function endingOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase()
}

/** How many letters are wrong, missing, added or exchanged with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

function recommendationFor(path: string, meant: string): Recommendation {
  return {
    code: 'misspelt_manifest',
    message: `${printable(path)} looks like ${meant} misspelt; under its present name nothing reads it.`,
    fix: `Rename it to ${meant}.`,
    evidence: [{ path, fact: `named almost like ${meant}` }],
  }
}

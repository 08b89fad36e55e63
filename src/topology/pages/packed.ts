// Whether the pages of a folder end up in somebody else's program: in its image, its archive, its binary, or beside its source.
import { findDockerfile } from '../dockerfiles.ts'
import { manifestNames } from '../folder-names.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, isWithin, joinPath, parentOf, printable, relativeTo, resolvePath } from '../paths.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import { languageOfImage } from '../reading/dockerfile-images.ts'
import { lineAt } from '../reading/lines.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { takenByProgram } from './taken.ts'

/** `isUnsure` where a folder of the pages' own name is written to, which may as well be one of several side by side. */
export type Packed = Evidence & { readonly isUnsure?: true }

/** Where it is said that another program carries these pages, or undefined when they are served by themselves. */
export const packedInto = perRepository((path: string, repository: Repository): Packed | undefined => {
  const folder = repository.folders.get(path)
  if (folder === undefined || path === '.' || servesItself(folder, repository)) return undefined
  return (
    embeddedIn(folder, repository) ??
    builtElsewhere(folder, repository) ??
    takenByArchive(folder, repository) ??
    copiedAbove(folder, repository) ??
    takenByProgram(folder, repository)
  )
})

function servesItself(folder: Folder, repository: Repository): boolean {
  const own = findDockerfile(folder, repository)
  return own !== undefined && (own.command !== undefined || own.ports.length > 0 || own.language === 'static_site')
}

/** Go files of a folder that are looked into. */
const goFilesLimit = 3

function embeddedIn({ path, files }: Folder, { read }: Repository): Evidence | undefined {
  const sources = [...files].filter((name) => name.endsWith('.go') && !name.endsWith('_test.go')).sort()
  for (const name of sources.slice(0, goFilesLimit)) {
    const text = read.text(joinPath(path, name)) ?? ''
    const at = text.search(/^\/\/go:embed\s/m)
    if (at >= 0) return { path: joinPath(path, name), line: lineAt(text, at), fact: 'a Go program carries what is built here' }
  }
  return undefined
}

const configs = ['vite.config', 'vue.config', 'webpack.config', 'webpack.common', 'webpack.prod', 'rsbuild.config', 'rspack.config', 'rollup.config', 'svelte.config', 'astro.config'] // biome-ignore format: a list
const configEndings = ['.ts', '.js', '.mjs', '.cjs', '.mts', '.babel.js']

/** A place outside the folder that its builder writes to. */
const writesTo =
  /\b(?:outDir|outputDir|outputPath|path|pages|assets|\w{0,20}(?:OUT|DIST|BUILD|PUBLIC|STATIC)\w{0,20})\s{0,4}[:=]\s{0,4}(?:[\w.]{1,30}\(\s{0,4}(?:__dirname|import\.meta\.dirname|process\.cwd\(\)|[A-Z_]{2,40})\s{0,4},\s{0,4})?['"](\.\.(?:\/[\w./-]{1,100})?(?:['"]\s{0,4},\s{0,4}['"][\w./-]{1,60}){0,5})['"]/g
const scriptWritesTo =
  /(?:--out(?:-?[dD]ir)?|--dest|--output-path|--dist-dir|\bBUILD_PATH|\b(?:cp|mv|rsync|copyfiles|cpx|cpy|ncp)\b[^&|;"\n]{1,100}?)[=\s]\s{0,4}["']?(\.\.\/[\w./-]{1,100})/g

function builtElsewhere({ path, files }: Folder, repository: Repository): Packed | undefined {
  const { read } = repository
  const names = configs.flatMap((name) => configEndings.map((ending) => name + ending)).filter((name) => files.has(name))
  for (const name of [...names.slice(0, 3), ...(files.has('package.json') ? ['package.json'] : [])]) {
    const file = joinPath(path, name)
    const text = read.text(file)?.slice(0, 32_768) ?? ''
    // What is written above a root of its own may still lie in the folder.
    if (name.startsWith('vite.') && /\broot\s{0,4}:/.test(text)) continue
    for (const match of text.matchAll(name === 'package.json' ? scriptWritesTo : writesTo)) {
      const target = resolvePath(path, (match[1] ?? '').replace(/['"]\s{0,4},\s{0,4}['"]/g, '/'))
      const found = target === undefined ? undefined : builtInto(target, path, repository)
      if (found !== undefined) return { path: file, line: lineAt(text, match.index), ...found }
    }
  }
  return undefined
}

function builtInto(target: string, path: string, repository: Repository): Pick<Packed, 'fact' | 'isUnsure'> | undefined {
  if (isWithin(target, path) || isSharedOutput(target)) return undefined
  const fact = `is built into ${printable(target)}`
  if (isSent(target, repository) || !target.split('/').includes(baseName(path))) return { fact }
  return isInProject(target, repository) ? { fact, isUnsure: true } : undefined
}

/** A folder of static files inside a part of the repository that has other sources, as web frameworks lay them out. */
function isSent(target: string, { tree }: Repository): boolean {
  const names = target.split('/')
  const at = names.findIndex((name) => sentFolders.has(name))
  return at > 0 && tree.folders.has(names.slice(0, at).join('/'))
}

const sentFolders = new Set(['static', 'wwwroot', 'webroot', 'public_html', 'priv'])

/** Folders at a root for what is built of everything, and for pages that a forge shows. */
const collecting = new Set(['dist', 'build', 'out', 'output', 'release', 'docs', 'gh-pages'])

/** Several packages may be built side by side into one folder. */
function isSharedOutput(target: string): boolean {
  return target === '.' || collecting.has(target.split('/')[0] ?? '')
}

function isInProject(target: string, { folders }: Repository): boolean {
  const around = ancestorsOf(target).filter((above) => above !== '.')
  return around.some((above) => manifestNames.some((name) => folders.get(above)?.files.has(name)))
}

/** Folders beside it whose build files are looked into. */
const neighboursLimit = 40

/** A build of Gradle or Maven that puts the pages into its archive. */
function takenByArchive({ path }: Folder, repository: Repository): Evidence | undefined {
  const around = repository.folders.get(parentOf(path))
  if (around === undefined) return undefined
  const name = baseName(path).replace(/[^\w-]/g, '\\$&')
  const inGradle = new RegExp(
    `(?:[Dd]ir(?:ectory)?\\}?|\\.\\.)/${name}(?=[/"'])|\\b(?:nodeProjectDir|workingDir|workDir)\\b[^\\n]{0,60}["'/]${name}["']`,
  )
  const inMaven = new RegExp(`<(?:workingDirectory|directory)>(?:[\\w.\${}-]{1,60}/){0,4}${name}(?:/[\\w./-]{1,60})?</`)
  const homes = [
    around,
    ...[...around.folders].slice(0, neighboursLimit).flatMap((one) => repository.folders.get(joinPath(around.path, one)) ?? []),
  ]
  for (const home of homes) {
    if (home.path === path) continue
    for (const [file, pattern] of [
      ['build.gradle', inGradle],
      ['build.gradle.kts', inGradle],
      ['pom.xml', inMaven],
    ] as const) {
      const text = home.files.has(file) ? repository.read.text(joinPath(home.path, file))?.slice(0, 65_536) : undefined
      const at = text?.search(pattern) ?? -1
      if (text !== undefined && at >= 0)
        return { path: joinPath(home.path, file), line: lineAt(text, at), fact: 'a Java program carries what is built here' }
    }
  }
  return undefined
}

/** The image of a program above that is built with these pages and serves with no web server of its own. */
function copiedAbove({ path }: Folder, repository: Repository): Evidence | undefined {
  for (const above of ancestorsOf(path)) {
    const home = repository.folders.get(above)
    const facts = home && findDockerfile(home, repository)
    if (facts === undefined || facts.command === undefined || facts.stages.some(({ image }) => languageOfImage(image) === 'static_site'))
      continue
    const inside = relativeTo(above, path)
    const line = lineOfCopy(facts, inside, repository) ?? lineOfTaken(facts, inside, repository)
    if (line !== undefined) return { path: facts.path, line, fact: 'the image of a program carries what is built here' }
  }
  return undefined
}

/** What the last stage takes of these pages and of a program beside them, after a stage that built the whole workspace. */
function lineOfTaken({ path, sources }: DockerfileFacts, inside: string, { read }: Repository): number | undefined {
  const beside = parentOf(inside)
  if (beside === '.' || !sources.some((source) => source.path === '.')) return undefined
  const text = read.text(path)?.slice(0, 65_536) ?? ''
  const taken = [...text.matchAll(/^COPY[ \t]{1,4}(?:--[\w=:.-]{1,60}[ \t]{1,4}){1,4}\/?([\w./-]{1,200})[ \t]/gm)].slice(0, takenLimit)
  const isOf = (source: string, folder: string) => `/${source}/`.includes(`/${folder}/`) && !manifest.test(source)
  const own = taken.find(([, source = '']) => isOf(source, inside))
  const isBeside = taken.some(([, source = '']) => isOf(source, beside) && !isOf(source, inside))
  return own !== undefined && isBeside ? lineAt(text, own.index) : undefined
}

const takenLimit = 60

/** What a package manager needs before anything is built. */
const manifest =
  /(?:^|\/)(?:package[\w*-]{0,10}\.json|[\w.-]{0,30}lock[\w.-]{0,10}|\.npmrc|\.yarnrc\.yml|\.yarn|patches|project\.json|tsconfig[\w.]{0,20}\.json)$/

function lineOfCopy({ path, sources }: DockerfileFacts, inside: string, { read }: Repository): number | undefined {
  const copied = sources.find((source) => isWithin(source.path, inside) && !manifest.test(source.path))
  if (copied !== undefined) return copied.line
  if (!sources.some((source) => source.path === '.')) return undefined
  const name = inside.replace(/[^\w/-]/g, '\\$&')
  const enters = new RegExp(
    `^WORKDIR[ \\t]{1,4}(?:[\\w./-]{0,80}/)?${name}/?[ \\t]{0,4}$|\\bcd[ \\t]{1,4}(?:[\\w./-]{0,80}/)?${name}/?(?=[\\s;&"'])|(?:--prefix|--cwd|--dir|-C)[ =](?:[\\w./-]{0,80}/)?${name}/?(?=[\\s;&"'])`,
    'm',
  )
  const text = read.text(path)?.slice(0, 65_536) ?? ''
  const at = text.search(enters)
  return at < 0 ? undefined : lineAt(text, at)
}

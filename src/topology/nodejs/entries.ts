// The files where a Node program begins.
import { fileInCommand, findDockerfile } from '../dockerfiles.ts'
import { ancestorsOf, isWithin, joinPath } from '../paths.ts'
import { findProcess } from '../procfile.ts'
import { stringAt } from '../reading/data.ts'
import type { Folder, Repository } from '../repository.ts'
import { innerPackage, isAside, isPackage } from './inner-packages.ts'
import { type PackageJson, readPackageJson } from './package-json.ts'
import { nodeFiles } from './source.ts'

/** Files that a server usually begins in, best first. */
const usualEntries = ['server', 'index', 'app', 'main', 'worker', 'bot', 'app/index', 'worker/index', 'src/server', 'src/index', 'src/main', 'src/app', 'src/worker', 'src/bot', 'bin/www', 'bin/server', 'lib/server', 'server/index', 'server/server', 'server/main', 'server/app', 'api/index', 'backend/index', 'backend/server'] // biome-ignore format: a list

/** Files that only name the variables a program reads, beside or below its entry. */
const variableFiles = ['env', 'src/env', 'src/env/server', 'src/env/schema', 'src/lib/env', 'src/config/env', 'src/config', 'src/config/index', 'app/env', 'lib/env', 'config/env', 'env/server'] // biome-ignore format: a list

/** How many of the files that name variables are read. */
const variableFilesLimit = 2

/** The entry file: what the start command names (its source where it names a compiled file), else `main`, else the usual names. */
export function findNodeEntries(folder: string, manifest: PackageJson | undefined, repository: Repository): string[] {
  const exists = (path: string) => repository.tree.entries.has(path)
  const isOwn = (file: string) => innerPackage(file, folder, repository) === undefined && !isAside(file, folder)
  for (const { reference, isBinding } of namedFiles(folder, manifest, repository)) {
    const file = [reference, ...sourcesOf(reference)].flatMap((name) => nodeFiles(name, folder)).find(exists)
    if (file !== undefined && (isBinding || isOwn(file))) return withServer(file, folder, exists)
  }
  const usual = findAmong(usualEntries, { folder, endings: sourceEndings, repository }).find(isOwn)
  if (usual !== undefined) return [usual]
  const sole = soleScript(folder, repository)
  return sole === undefined ? [] : [sole]
}

interface NamedFile {
  readonly reference: string
  /** Whether it is what the folder is declared to run, though it may lie in a package below. */
  readonly isBinding: boolean
}

/** What the start commands, the Procfile, the Dockerfile and `main` name. */
function namedFiles(folder: string, manifest: PackageJson | undefined, repository: Repository): NamedFile[] {
  const home = repository.folders.get(folder)
  const scripts = ['start:prod', 'start:production', 'start', 'worker', 'serve'].map((name) => manifest?.scripts.get(name) ?? '')
  const declared = (home && findProcess(home, repository)?.command) ?? ''
  const docker = home === undefined ? undefined : findDockerfile(home, repository)?.command?.text
  const run = fileInCommand(docker, /[\w./-]{1,200}\.[mc]?[jt]s\b/)
  const main = stringAt(manifest?.file.data, 'main') ?? stringAt(manifest?.file.data, 'module')
  const inCommands = [...scripts, declared].flatMap((command) => filesNamedIn(command, command === declared))
  const bare = [...scripts, declared].flatMap((command) => programNamedIn(command, command === declared))
  const others = [...(run === undefined ? [] : [named(run, true)]), ...(main === undefined ? [] : [named(main, false)])]
  return [...inCommands, ...bare, ...others].filter(
    ({ reference }) => !/(?:^|\/)(?:webpack|rollup|vite|gulpfile|jest|babel|tsconfig)\b/.test(reference),
  )
}

function named(reference: string, isBinding: boolean): NamedFile {
  return { reference, isBinding }
}

function filesNamedIn(command: string, isBinding: boolean): NamedFile[] {
  return (command.match(/[\w@./-]{1,200}\.[mc]?[jt]sx?\b/g) ?? []).map((file) => named(file, isBinding))
}

/** `node server` names a file without its ending, or a folder. */
function programNamedIn(command: string, isBinding: boolean): NamedFile[] {
  const program = /\bnode\s{1,4}(?:--[\w=./-]{1,80}\s{1,4}){0,6}([\w./-]{1,200})$/.exec(command)?.[1]
  return program === undefined ? [] : [named(program, isBinding)]
}

/** A server file at the top is a program of its own, whatever the package's `main` offers to others. */
function withServer(file: string, folder: string, exists: (path: string) => boolean): string[] {
  const server = ['server.js', 'server.mjs', 'server.ts', 'server.cjs'].map((name) => joinPath(folder, name)).find(exists)
  return server === undefined || server === file ? [file] : [file, server]
}

/** The only script of a folder, which then is the program. */
function soleScript(folder: string, repository: Repository): string | undefined {
  const files = [...(repository.folders.get(folder)?.files ?? [])]
  if (!files.includes('package.json')) return undefined
  const scripts = files.filter((name) => /^(?!\.)[\w-]{1,60}\.[mc]?[jt]s$/.test(name) && !/config|gulpfile|gruntfile/i.test(name))
  return scripts.length === 1 && scripts[0] !== undefined ? joinPath(folder, scripts[0]) : undefined
}

/** Files beside the entry that name variables, for schemas that no entry of a framework imports. */
export function findVariableFiles(folder: string, repository: Repository): string[] {
  const found = findAmong(variableFiles, { folder, endings: ['.ts', '.js', '.mjs'], repository })
  return found.slice(0, variableFilesLimit)
}

interface Place {
  readonly folder: string
  readonly endings: readonly string[]
  readonly repository: Repository
}

/** The files of a folder, or of a folder directly in it, that have one of these names; folders that are not there cost nothing. */
function findAmong(names: readonly string[], { folder, endings, repository }: Place): string[] {
  const home = repository.folders.get(folder)
  return names.flatMap((name) => {
    const parts = name.split('/')
    const file = parts.pop() ?? ''
    const isThere = parts[0] === undefined || home?.folders.has(parts[0]) === true
    const path = [folder, ...parts].filter((part) => part !== '.').join('/') || '.'
    const files = isThere ? repository.folders.get(path)?.files : undefined
    if (files === undefined) return []
    const ending = name === 'bin/www' && files.has(file) ? '' : endings.find((candidate) => files.has(file + candidate))
    return ending === undefined ? [] : [joinPath(path, file + ending)]
  })
}

const sourceEndings = ['.js', '.ts', '.mjs', '.cjs', '.mts', '.cts', '.tsx', '.jsx']

/** `dist/server.js` is compiled from `src/server.ts` or `server.ts`. */
function sourcesOf(reference: string): string[] {
  const compiled = /^(?:\.\/)?(?:dist|build|lib|out|\.build)\/(?:src\/)?(.{1,200})\.([mc]?)js$/.exec(reference)
  const inner = compiled?.[1] ?? /^(?:\.\/)?(?:dist|build|out)\/(.{1,200})$/.exec(reference)?.[1]
  return inner === undefined ? [] : [`src/${inner}.ts`, `${inner}.ts`, `src/${inner}.js`, `src/${inner}`]
}

/**
 * A folder without a package.json below one whose program begins elsewhere is a part of that program; so is one whose package.json only says
 * how its files are read, when the program begins in it.
 */
export function isPartOfPackage({ path, files }: Folder, repository: Repository): boolean {
  if (isPackage(path, repository)) return false
  const above = ancestorsOf(path).find((place) => repository.folders.get(place)?.files.has('package.json'))
  if (above === undefined) return false
  const entries = findNodeEntries(above, readPackageJson(above, repository), repository)
  return files.has('package.json') ? entries.some((entry) => isWithin(entry, path)) : entries.length > 0
}

/** Whether a file hands something to whoever imports it, which a program does not. */
export function exportsSomething(path: string | undefined, repository: Repository): boolean {
  const text = path === undefined ? undefined : repository.read.text(path)
  if (text === undefined) return false
  // What a large file hands out stands at one of its ends.
  return exported.test(text.slice(0, 32_768)) || exported.test(text.slice(32_768).slice(-8_192))
}

/** Modules, CommonJS, and what asks which of them it lies in. */
const exported =
  /^[ \t]{0,8}export\s|\b(?:m|\w{1,20}M)odule\.exports\b|^[ \t]{0,8}exports\.\w|\btypeof (?:exports|module|define)\b|\bdefine\.amd\b/m

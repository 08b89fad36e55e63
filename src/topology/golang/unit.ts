// Which program a module's folder stands for, and which stand for themselves.
import { findDockerfile } from '../dockerfiles.ts'
import { perRepository } from '../memo.ts'
import { baseName, joinPath, relativeTo } from '../paths.ts'
import { type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { ProcessSpec } from '../topology.ts'
import { findMain, mainFoldersOf } from './mains.ts'
import { findModule } from './module.ts'
import { readGoProgram } from './program.ts'

export interface GoUnit {
  /** The program that the module's folder stands for, or undefined when each stands for itself. */
  readonly main: Folder | undefined
  /** Other programs in the same image, which run beside it. */
  readonly processes: readonly Folder[]
}

/** Names that the program in front goes by, best first. */
const frontNames = ['server', 'web', 'api', 'app', 'http', 'gateway', 'frontend', 'main', 'service']

/** Folders of a module in which its own programs are, rather than parts of the repository with a life of their own. */
const programFolders = new Set(['cmd', 'src', 'main', 'bin', 'app', 'cli'])

/** A module whose only serving program is in cmd/ is that program; one Dockerfile for several makes one service with several processes. */
export const unitOf = perRepository((moduleFolder: string, repository: Repository): GoUnit => {
  const none: GoUnit = { main: undefined, processes: [] }
  const home = repository.folders.get(moduleFolder)
  const mains = mainFoldersOf(moduleFolder, repository)
  if (home === undefined || mains.some(({ path }) => path === moduleFolder)) return { main: home, processes: [] }
  const ownName = baseName(findModule(moduleFolder, repository)?.name.replace(/\/v\d{1,3}$/, '') ?? '')
  const serving = mains.filter((main) => readGoProgram(main, repository)?.keepsRunning === true)
  const [only] = serving.length > 0 ? serving : [...mains].sort((a, b) => rank(a, ownName) - rank(b, ownName))
  if (only === undefined) return none
  const hasDockerfile = findDockerfile(home, repository) !== undefined
  const standsHere = (main: Folder) => {
    const [first = ''] = relativeTo(moduleFolder, main.path).split('/')
    return !main.files.has('Dockerfile') && (programFolders.has(first) || hasDockerfile)
  }
  if (serving.length <= 1) return standsHere(only) ? { main: only, processes: [] } : none
  if (!hasDockerfile || !serving.every(standsHere)) return none
  return builtTogether(serving, { home, ownName, repository })
})

interface ModuleHome {
  readonly home: Folder
  /** The last part of the module's name. */
  readonly ownName: string
  readonly repository: Repository
}

/** What the module's own Dockerfile builds: all of its programs, or the one that it names. */
function builtTogether(serving: readonly Folder[], { home, ownName, repository }: ModuleHome): GoUnit {
  const text = repository.read.text(findDockerfile(home, repository)?.path ?? '') ?? ''
  const named = serving.filter((main) => isNamed(text, relativeTo(home.path, main.path)))
  const [front] = [...(named.length > 0 ? named : serving)].sort((a, b) => rank(a, ownName) - rank(b, ownName))
  if (front === undefined || (named.length === 0 && !/\.\/(?:cmd\/)?\.\.\./.test(text))) return { main: undefined, processes: [] }
  const processes = named.length === 1 ? [] : (named.length > 1 ? named : serving).filter((main) => main !== front)
  return { main: front, processes }
}

function isNamed(text: string, path: string): boolean {
  const at = text.indexOf(path)
  return at >= 0 && !/[\w/-]/.test(text[at + path.length] ?? ' ')
}

function rank(main: Folder, ownName: string): number {
  const name = baseName(main.path)
  const at = frontNames.indexOf(name)
  return name === ownName ? -1 : at < 0 ? frontNames.length : at
}

/** The program that a folder is asked about: its own, or the one its module's folder stands for. */
export function programAt(folder: Folder, moduleFolder: string, repository: Repository): Folder | undefined {
  const { main, processes } = unitOf(moduleFolder, repository)
  if (folder.path === moduleFolder) return main
  const isTaken = main?.path === folder.path || processes.some(({ path }) => path === folder.path)
  return isTaken ? undefined : mainFoldersOf(moduleFolder, repository).find(({ path }) => path === folder.path)
}

/** The files that were read of the program that a folder stands for. */
export function goSourcesAt(path: string, repository: Repository): readonly string[] {
  const folder = repository.folders.get(path)
  const module = findModule(path, repository)
  const main = folder && module ? programAt(folder, module.folder, repository) : folder
  return (main && readGoProgram(main, repository)?.source.files) ?? []
}

/** The other programs of a module's folder, which run beside it. */
export function processesOf(moduleFolder: string, repository: Repository): Said<readonly ProcessSpec[]> | undefined {
  const programs = unitOf(moduleFolder, repository).processes
  const [first] = programs
  return said(
    first && programs.map(({ path }) => ({ name: baseName(path), command: `./${relativeTo(moduleFolder, path)}` })),
    first && findMain(first, repository),
  )
}

/** Whether the folder of a workspace holds modules and is none. */
export function isWorkspaceHome(folder: Folder): boolean {
  return folder.files.has('go.work') && !folder.files.has('go.mod')
}

export function manifestPath(folder: Folder, names: readonly string[]): string | undefined {
  const name = names.find((candidate) => folder.files.has(candidate))
  return name === undefined ? undefined : joinPath(folder.path, name)
}

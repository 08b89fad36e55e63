// A Go module, and the packages that a program is built from.
import { compare } from '../claim.ts'
import { goPackagesLimit } from '../limits.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, joinPath, resolvePath } from '../paths.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { goSource } from './source.ts'

export interface GoModule {
  /** The folder of go.mod. */
  readonly folder: string
  readonly path: string
  readonly name: string
  readonly version: string | undefined
  readonly requires: ReadonlyMap<string, Evidence>
  /** Modules replaced by folders of the repository: module name → folder. */
  readonly replaces: ReadonlyMap<string, string>
}

/** The module that a folder belongs to: the nearest go.mod at or above it. */
export function findModule(folder: string, repository: Repository): GoModule | undefined {
  const home = [folder, ...ancestorsOf(folder)].find((path) => repository.folders.get(path)?.files.has('go.mod'))
  return home === undefined ? undefined : readModule(home, repository)
}

const readModule = perRepository((folder: string, repository: Repository): GoModule | undefined => {
  const path = joinPath(folder, 'go.mod')
  const text = repository.read.text(path)
  if (text === undefined) return undefined
  const name = /^module[ \t]{1,8}"?([^\s"]{1,200})"?/m.exec(text)?.[1]
  if (name === undefined) {
    repository.warn(`${path} names no module; it is passed over.`)
    return undefined
  }
  const replaces = [
    ...text.matchAll(
      /^[ \t]{0,8}(?:replace[ \t]{1,8})?([^\s]{1,200})(?:[ \t]{1,8}v[^\s]{1,60})?[ \t]{1,8}=>[ \t]{1,8}(\.{1,2}\/[^\s]{0,200})/gm,
    ),
  ]
  return {
    folder,
    path,
    name,
    version: goVersion(text),
    requires: readRequires(path, text),
    replaces: new Map(
      replaces.flatMap(([, module = '', reference = '']) => {
        const target = resolvePath(folder, reference)
        return target === undefined ? [] : [[module, target] as const]
      }),
    ),
  }
})

/** The toolchain that compiles it when it names one, else the language version it is written in. */
function goVersion(text: string): string | undefined {
  const toolchain = /^toolchain[ \t]{1,8}go(\d{1,3}\.\d{1,3})/m.exec(text)?.[1]
  return toolchain ?? /^go[ \t]{1,8}(\d{1,3}\.\d{1,3})/m.exec(text)?.[1]
}

function readRequires(path: string, text: string): ReadonlyMap<string, Evidence> {
  const requires = new Map<string, Evidence>()
  for (const [index, line] of text.split('\n').entries()) {
    const name = /^[ \t]{0,8}(?:require[ \t]{1,8})?([a-z0-9][\w.~-]{0,100}(?:\/[^\s]{1,200})?)[ \t]{1,8}v\d/i.exec(line)?.[1]
    if (name !== undefined && !line.includes('=>') && !line.includes('// indirect'))
      requires.set(name, { path, line: index + 1, fact: `${name} in go.mod` })
  }
  return requires
}

/** The Go files of a package that a build on Linux compiles, main.go first. */
export function goFiles(folder: Folder): string[] {
  const names = [...folder.files].filter((name) => name.endsWith('.go') && !/_(?:test|windows|darwin|js|wasm)\.go$/.test(name))
  return names.sort((a, b) => Number(b === 'main.go') - Number(a === 'main.go') || compare(a, b)).map((name) => joinPath(folder.path, name))
}

export interface GoClosure {
  /** Folders of the packages that it compiles, its own first; the whole module when there are too many to follow. */
  readonly packages: readonly string[]
  readonly files: readonly string[]
}

/**
 * What a program is compiled from inside the repository, following imports of its own module, of replaced ones and of a workspace's. From
 * before modules, and where a module was renamed, the rest of an import's path still is a folder here.
 */
export function followPackages(main: Folder, module: GoModule | undefined, repository: Repository): GoClosure {
  const folders = [main.path]
  const files: string[] = []
  const homes = module === undefined ? new Map<string, string>() : moduleHomes(module, repository)
  for (let at = 0; at < folders.length; at++) {
    if (at >= goPackagesLimit) return { packages: [...new Set([main.path, ...homes.values()])], files }
    const folder = repository.folders.get(folders[at] as string)
    for (const path of folder === undefined ? [] : goFiles(folder)) {
      files.push(path)
      const targets = importsOf(path, repository).flatMap((imported) => {
        const named = packageFolder(imported, homes)
        return (named === undefined ? unnamedFolders(imported, module) : [named]).find((place) => repository.folders.has(place)) ?? []
      })
      for (const target of targets) if (!folders.includes(target)) folders.push(target)
    }
  }
  return { packages: folders, files }
}

/** `github.com/owner/name/app/server` is app/server of this repository when nobody else is known to have it. */
function unnamedFolders(imported: string, module: GoModule | undefined): string[] {
  const [host = '', , ...rest] = imported.split('/')
  if (rest.length < 2 || !host.includes('.')) return []
  const isElsewhere = [...(module?.requires.keys() ?? [])].some((name) => imported === name || imported.startsWith(`${name}/`))
  return isElsewhere ? [] : [rest.slice(1), rest].map((parts) => joinPath(module?.folder ?? '.', parts.join('/')))
}

/** Modules of this repository by name: its own, the ones it replaces, and the members of go.work. */
function moduleHomes(module: GoModule, repository: Repository): ReadonlyMap<string, string> {
  const members = workspaceMembers(module.folder, repository).flatMap((folder) => {
    const member = readModule(folder, repository)
    return member === undefined ? [] : [[member.name, member.folder] as const]
  })
  return new Map([...members, ...module.replaces, [module.name, module.folder]])
}

export function findGoWork(folder: string, repository: Repository): string | undefined {
  const home = [folder, ...ancestorsOf(folder)].find((path) => repository.folders.get(path)?.files.has('go.work'))
  return home === undefined ? undefined : joinPath(home, 'go.work')
}

const workspaceMembers = perRepository((folder: string, repository: Repository): string[] => {
  const work = findGoWork(folder, repository)
  const text = work === undefined ? undefined : repository.read.text(work)
  if (work === undefined || text === undefined) return []
  const home = work === 'go.work' ? '.' : work.slice(0, -'/go.work'.length)
  return [...text.matchAll(/^[ \t]{0,8}(?:use[ \t]{1,8})?(\.{1,2}(?:\/[^\s]{0,200})?)[ \t]{0,8}$/gm)].flatMap(([, reference = '']) => {
    const target = resolvePath(home, reference)
    return target !== undefined && repository.folders.get(target)?.files.has('go.mod') ? [target] : []
  })
})

function importsOf(path: string, repository: Repository): string[] {
  const text = repository.read.text(path) ?? ''
  const head = text.slice(0, Math.min(text.length, 16_384))
  return [...head.matchAll(goSource.imports)].slice(0, 200).map(([, name = '']) => name)
}

function packageFolder(imported: string, homes: ReadonlyMap<string, string>): string | undefined {
  for (const [name, folder] of homes) {
    if (imported === name) return folder
    if (imported.startsWith(`${name}/`)) return resolvePath(folder, imported.slice(name.length + 1))
  }
  return undefined
}

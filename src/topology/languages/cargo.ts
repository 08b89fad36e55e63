// Cargo's packages and workspaces: which folders hold programs, and which of a workspace's members are any.
import { createMatcher } from '../globs.ts'
import { perRepository } from '../memo.ts'
import { ancestorsOf, baseName, isWithin, joinPath, parentOf, relativeTo } from '../paths.ts'
import { field, stringAt, stringsIn } from '../reading/data.ts'
import type { Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { placeOf } from './manifest.ts'

export interface Program {
  readonly name: string
  /** Its main file. */
  readonly path: string
}

export interface Member {
  readonly folder: string
  readonly name: string
  readonly programs: readonly Program[]
}

export interface CargoWorkspace {
  readonly root: string
  readonly evidence: Evidence
  readonly members: readonly Member[]
  /** The member that holds the repository's one program, when nothing else in it could run: the root is what is built and run then. */
  readonly only: Member | undefined
}

/** The programs of a package, the one that `cargo run` starts first. */
export function programsOf(folder: string, repository: Repository): readonly Program[] {
  return readPrograms(folder, repository)
}

const readPrograms = perRepository((folder: string, repository: Repository): readonly Program[] => {
  const data = repository.read.toml(joinPath(folder, 'Cargo.toml'))?.data
  const name = stringAt(data, 'package', 'name')
  const exists = (path: string) => repository.tree.entries.has(path)
  const bins = field(data, 'bin')
  const declared = (Array.isArray(bins) ? bins : []).slice(0, programsLimit).flatMap((bin) => {
    const binary = stringAt(bin, 'name')
    const stated = stringAt(bin, 'path')
    const usual = [`src/bin/${binary}.rs`, `src/bin/${binary}/main.rs`, 'src/main.rs']
    const path = (stated === undefined ? usual : [stated]).map((item) => joinPath(folder, item)).find(exists)
    return binary === undefined || path === undefined ? [] : [{ name: binary, path }]
  })
  const main = joinPath(folder, 'src/main.rs')
  const found = [
    ...(exists(main) && !declared.some(({ path }) => path === main) ? [{ name: name ?? baseName(folder), path: main }] : []),
    ...declared,
    ...(stringAt(data, 'package', 'autobins') === undefined ? binsIn(folder, repository) : []),
  ]
  const programs = [...new Map(found.map((program) => [program.path, program])).values()]
  const first = stringAt(data, 'package', 'default-run')
  return programs.sort((a, b) => Number(b.name === first) - Number(a.name === first)).slice(0, programsLimit)
})

const programsLimit = 20

/** Files in src/bin/ are programs of their own, and so are folders there with a main.rs. */
function binsIn(folder: string, repository: Repository): Program[] {
  const home = repository.folders.get(joinPath(folder, 'src/bin'))
  if (home === undefined) return []
  const files = [...home.files].filter((name) => name.endsWith('.rs') && name !== 'main.rs').sort()
  const folders = [...home.folders].filter((name) => repository.tree.entries.has(joinPath(home.path, `${name}/main.rs`))).sort()
  return [
    ...files.map((name) => ({ name: name.slice(0, -'.rs'.length), path: joinPath(home.path, name) })),
    ...folders.map((name) => ({ name, path: joinPath(home.path, `${name}/main.rs`) })),
  ]
}

/** The workspace whose root manifest lies in the folder. */
export const workspaceAt = perRepository((root: string, repository: Repository): CargoWorkspace | undefined => {
  const file = repository.read.toml(joinPath(root, 'Cargo.toml'))
  const workspace = field(file?.data, 'workspace')
  if (file === undefined || workspace === undefined) return undefined
  const globs = [...stringsIn(field(workspace, 'members')), ...stringsIn(field(workspace, 'exclude')).map((glob) => `!${glob}`)]
  const matches = createMatcher(globs.slice(0, 100).map((glob) => glob.replace(/^\.\//, '').replace(/\/$/, '')))
  const members = cargoFolders('.', repository)
    .filter((folder) => folder !== root && isWithin(folder, root) && matches(relativeTo(root, folder)))
    .map((folder): Member => {
      const name = stringAt(repository.read.toml(joinPath(folder, 'Cargo.toml'))?.data, 'package', 'name') ?? baseName(folder)
      return { folder, name, programs: programsOf(folder, repository) }
    })
  const evidence = placeOf(file, '[workspace', 'is the root of a workspace')
  return { root, evidence, members, only: findOnly(root, members, repository) }
})

/** The workspace that a package belongs to. */
export function workspaceAround(folder: string, repository: Repository): CargoWorkspace | undefined {
  for (const root of ancestorsOf(folder)) {
    if (!repository.tree.entries.has(joinPath(root, 'Cargo.toml'))) continue
    const workspace = workspaceAt(root, repository)
    if (workspace?.members.some((member) => member.folder === folder)) return workspace
  }
  return undefined
}

/**
 * Every folder with a Cargo.toml, wherever it lies: a workspace may keep its members in `example/`, which is passed over elsewhere.
 */
const cargoFolders = perRepository((_: string, repository: Repository): readonly string[] =>
  [...repository.tree.entries.keys()].filter((path) => baseName(path) === 'Cargo.toml').map(parentOf),
)

const otherManifests = ['package.json', 'pyproject.toml', 'requirements.txt', 'go.mod', 'Dockerfile', 'compose.yaml', 'docker-compose.yml', 'composer.json', 'Gemfile', 'mix.exs', 'pom.xml', 'index.html'] // biome-ignore format: a list

/** A workspace at the repository's root with one program, and nobody else's manifest below it. */
function findOnly(root: string, members: readonly Member[], repository: Repository): Member | undefined {
  const [first, second] = members.filter(({ programs }) => programs.length > 0)
  if (root !== '.' || first === undefined || second !== undefined) return undefined
  const isRoot = stringAt(repository.read.toml(joinPath(root, 'Cargo.toml'))?.data, 'package', 'name') !== undefined
  const belongs = new Set(members.map(({ folder }) => folder))
  const foreign = [...repository.folders.values()].some(
    ({ path, files }) =>
      path !== root && (otherManifests.some((name) => files.has(name)) || (files.has('Cargo.toml') && !belongs.has(path))),
  )
  return isRoot || foreign ? undefined : first
}

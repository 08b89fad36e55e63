// Cargo packages: which are programs, and what they are built on.
import { joinPath, printable } from '../paths.ts'
import { asPort, dataAt, field, stringAt, stringsIn } from '../reading/data.ts'
import { apart, type Said, said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import { type Program as CargoProgram, type CargoWorkspace, programsOf, workspaceAround, workspaceAt } from './cargo.ts'
import { workspaceReads } from './cargo-reads.ts'
import { systemPackages } from './cargo-system.ts'
import type { Language, Project } from './language.ts'
import { placeOf, readFile } from './manifest.ts'
import { rustFrameworks, rustSource } from './rust-source.ts'
import { statedAt, statedIn } from './stated.ts'

export const rust: Language = {
  type: 'rust',
  title: 'Rust',
  marks: ['Cargo.toml'],
  readProject,
  source: rustSource,
  frameworks: rustFrameworks,
  packageOf: (module) => module.replaceAll('_', '-'),
  port: 8080,
  start: ({ project, framework }) => {
    if (project.facts?.binary === undefined) return undefined
    return `./${String(project.facts.binary)}${framework?.name === 'loco' ? ' start --binding 0.0.0.0' : ''}`
  },
  build: ({ project, folder, framework, repository }) => {
    if (framework?.name === 'leptos') return 'cargo leptos build --release'
    const { package: package_ } = project.facts ?? {}
    const locked = hasLock(project, folder, repository) ? ' --locked' : ''
    return `cargo build --release${locked}${package_ === undefined ? '' : ` --package ${String(package_)}`}`
  },
}

function hasLock({ facts }: Project, folder: Folder, repository: Repository): boolean {
  const home = typeof facts?.workspaceRoot === 'string' ? facts.workspaceRoot : folder.path
  return repository.tree.entries.has(joinPath(home, 'Cargo.lock'))
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const file = repository.read.toml(joinPath(folder.path, 'Cargo.toml'))
  if (file === undefined) return undefined
  const own = field(file.data, 'workspace') === undefined ? undefined : workspaceAt(folder.path, repository)
  const name = stringAt(file.data, 'package', 'name')
  if (name === undefined && own !== undefined) return workspaceProject(own, folder, repository)
  const around = workspaceAround(folder.path, repository)
  const programs = programsOf(folder.path, repository)
  const facts = name === undefined ? {} : { binary: programs[0]?.name ?? name, ...(programs.length > 1 ? binaries(programs) : {}) }
  return {
    ...base(folder, repository),
    name,
    manifest: placeOf(file, '[package]', name === undefined ? 'Cargo.toml' : `crate ${name}`),
    entries: entriesOf(folder.path, programs, repository),
    ...dependenciesIn([folder.path], around, repository),
    signs: [
      ...desktopSigns(file),
      ...(programs.length === 0 ? [{ ...placeOf(file, '[package]', 'has no program'), weight: -0.9, role: 'library' as const }] : []),
      ...(around?.only?.folder === folder.path
        ? [
            {
              ...around.evidence,
              fact: 'is the one program of its workspace, which is built and run from its root',
              weight: -0.9,
              role: 'unknown' as const,
            },
          ]
        : []),
    ],
    reads: around === undefined ? [] : workspaceReads(folder.path, around, repository),
    facts: {
      ...facts,
      ...(around === undefined ? {} : { workspaceRoot: around.root, package: name ?? '' }),
      ...systemPackages([folder.path], repository),
    },
  }
}

/** A window on somebody's screen, whatever it also serves to itself. */
function desktopSigns({ data, path, text }: { readonly data: unknown; readonly path: string; readonly text: string }): Project['signs'] {
  const name = ['tauri', 'eframe', 'iced', 'bevy', 'gtk4', 'slint', 'winit'].find(
    (item) => field(dataAt(data, 'dependencies'), item) !== undefined,
  )
  if (name === undefined) return []
  return [{ ...placeOf({ path, text }, name, `${name} makes it a desktop application`), weight: -0.6, role: 'tooling' }]
}

/** A manifest without a package of its own: a root, and the service itself when the repository holds just one program. */
function workspaceProject(workspace: CargoWorkspace, folder: Folder, repository: Repository): Project {
  const { only, evidence } = workspace
  if (only === undefined)
    return {
      ...base(folder, repository),
      manifest: evidence,
      entries: [],
      dependencies: new Map(),
      signs: [{ ...evidence, weight: -0.9, role: 'workspace_root' }],
    }
  const [first] = only.programs
  return {
    ...base(folder, repository),
    name: only.name,
    manifest: { ...evidence, fact: `workspace with one program, ${only.name}` },
    entries: entriesOf(only.folder, only.programs, repository),
    ...dependenciesIn([only.folder], workspace, repository),
    signs: [],
    facts: {
      binary: first?.name ?? only.name,
      package: only.name,
      workspaceRoot: folder.path,
      ...systemPackages(
        workspace.members.map((member) => member.folder),
        repository,
      ),
    },
  }
}

function base(folder: Folder, repository: Repository): Pick<Project, 'version' | 'packageManager' | 'port' | 'because'> {
  return {
    packageManager: 'cargo',
    ...apart({ version: versionOf(folder, repository), port: rocketPort(folder, repository) ?? layeredPort(folder, repository) }),
  }
}

function binaries(programs: readonly CargoProgram[]): { readonly binaries: readonly string[] } {
  return { binaries: programs.map(({ name }) => name) }
}

/** A program's own library is scanned with it: `main.rs` is often three lines. */
function entriesOf(folder: string, programs: readonly CargoProgram[], repository: Repository): string[] {
  const library = joinPath(folder, 'src/lib.rs')
  const mains = programs.map(({ path }) => path)
  return mains.length > 0 && repository.tree.entries.has(library) ? [...mains, library] : mains
}

/** What the packages depend on, with versions that a workspace states for its members. */
function dependenciesIn(
  folders: readonly string[],
  workspace: CargoWorkspace | undefined,
  repository: Repository,
): Pick<Project, 'dependencies' | 'versions'> {
  const dependencies = new Map<string, ReturnType<typeof placeOf>>()
  const versions = new Map<string, string>()
  const shared =
    workspace === undefined ? {} : dataAt(repository.read.toml(joinPath(workspace.root, 'Cargo.toml'))?.data, 'workspace', 'dependencies')
  for (const folder of folders) {
    const file = repository.read.toml(joinPath(folder, 'Cargo.toml'))
    for (const [key, value] of Object.entries(dataAt(file?.data, 'dependencies')).slice(0, 400)) {
      if (file === undefined) continue
      const name = stringAt(value, 'package') ?? key
      dependencies.set(name, placeOf(file, key, `${name} in dependencies`))
      for (const feature of featuresOf(value, field(shared, key)))
        dependencies.set(`${name}/${feature}`, placeOf(file, key, `${name} with ${printable(feature)} in dependencies`))
      const version = versionIn(value) ?? versionIn(field(shared, key))
      if (version !== undefined) versions.set(name, version)
    }
    if (file !== undefined)
      for (const feature of defaultFeatures(file.data))
        dependencies.set(feature, placeOf(file, feature, `${printable(feature)} by default`))
  }
  return { dependencies, versions }
}

/** What is asked of a package: by the member, and by its workspace for every member. Drivers of databases are chosen so. */
function featuresOf(value: unknown, shared: unknown): string[] {
  const inherited = field(value, 'workspace') === true ? stringsIn(field(shared, 'features')) : []
  return [...new Set([...stringsIn(field(value, 'features')), ...inherited])].slice(0, 40)
}

/** What the package's own features ask of others unless told otherwise, such as `sqlx/postgres`. */
function defaultFeatures(data: unknown): string[] {
  const features = dataAt(data, 'features')
  const first = stringsIn(field(features, 'default')).slice(0, 40)
  return [...first, ...first.flatMap((name) => stringsIn(field(features, name)).slice(0, 40))].filter((name) => name.includes('/'))
}

function versionIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : stringAt(value, 'version')
}

function versionOf(folder: Folder, repository: Repository): Said<string> | undefined {
  const toolchain = ['rust-toolchain.toml', 'rust-toolchain']
    .map((name) => readFile(name, folder, repository))
    .find((file) => file !== undefined)
  const pinned = statedIn(toolchain, /(?:^|channel\s{0,4}=\s{0,4}")\s{0,4}(\d{1,2}\.\d{1,3})/)
  const tools = statedIn(readFile('.tool-versions', folder, repository), /^rust[ \t]{1,8}(\d{1,2}\.\d{1,3})/m)
  return pinned ?? tools ?? statedRust(folder, repository)
}

function statedRust(folder: Folder, repository: Repository): Said<string> | undefined {
  const file = repository.read.toml(joinPath(folder.path, 'Cargo.toml'))
  const stated = stringAt(file?.data, 'package', 'rust-version') ?? stringAt(file?.data, 'workspace', 'package', 'rust-version')
  const evidence = file && placeOf(file, 'rust-version', `rust-version ${stated}`)
  return said(normalizeVersion(stated, 2), evidence)
}

/** Rocket reads its port from a file of its own; the release profile is the one that runs. */
function rocketPort(folder: Folder, repository: Repository): Said<number> | undefined {
  if (!folder.files.has('Rocket.toml')) return undefined
  const file = repository.read.toml(joinPath(folder.path, 'Rocket.toml'))
  const portOf = (profile: string) => asPort(field(field(file?.data, profile), 'port'))
  const profile = ['release', 'global', 'default'].find((name) => portOf(name) !== undefined)
  const port = profile === undefined ? undefined : portOf(profile)
  if (file === undefined || port === undefined) return undefined
  const start = Math.max(file.text.indexOf(`[${profile}]`), 0)
  const line = /\bport\s{0,8}=\s{0,8}\d{1,5}/.exec(file.text.slice(start))
  return statedAt(file, start + (line?.index ?? 0), port)
}

/** Where settings lie that are read in layers, what production says first. */
const layers = ['configuration', 'config', 'settings'].flatMap((home) =>
  ['production', 'prod', 'base', 'default'].flatMap((layer) => ['yaml', 'yml', 'toml'].map((ending) => `${home}/${layer}.${ending}`)),
)

/** Programs that read their settings with `config` state the port under the part that is theirs. */
function layeredPort(folder: Folder, repository: Repository): Said<number> | undefined {
  if (!['configuration', 'config', 'settings'].some((name) => folder.folders.has(name))) return undefined
  const own =
    /^(?:\[(?:server|application|app|http|web|api)\]|(?:server|application|app|http|web|api):)[^\n]{0,80}\n(?:[ \t]{0,8}[a-z_]{1,40}\s{0,4}[:=][^\n]{0,200}\n){0,12}?[ \t]{0,8}port\s{0,4}[:=]\s{0,4}"?(\d{2,5})\b/m
  for (const name of layers) {
    const found = repository.tree.entries.has(joinPath(folder.path, name)) ? statedIn(readFile(name, folder, repository), own) : undefined
    const port = asPort(found?.value)
    if (found !== undefined && port !== undefined) return said(port, found.evidence)
  }
  return undefined
}

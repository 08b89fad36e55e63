// Cargo packages: which are programs, and what they are built on.
import { joinPath, parentOf } from '../paths.ts'
import { dataAt, field, stringAt } from '../reading/data.ts'
import type { SourceLanguage } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import { normalizeVersion } from '../versions.ts'
import { type Program as CargoProgram, type CargoWorkspace, programsOf, workspaceAround, workspaceAt } from './cargo.ts'
import { workspaceReads } from './cargo-reads.ts'
import { systemPackages } from './cargo-system.ts'
import type { Framework, Language, Project } from './language.ts'
import { placeOf, readFile } from './manifest.ts'

const frameworks: readonly Framework[] = [
  { name: 'loco', packages: ['loco-rs'], port: 5150, health: '/_ping' },
  { name: 'leptos', packages: ['leptos_axum', 'leptos_actix'], port: 3000 },
  { name: 'dioxus', packages: ['dioxus-fullstack', 'dioxus-server'], port: 8080 },
  { name: 'rocket', packages: ['rocket'], port: 8000 },
  { name: 'poem', packages: ['poem', 'poem-openapi'], port: 3000 },
  { name: 'salvo', packages: ['salvo'], port: 5800 },
  { name: 'dropshot', packages: ['dropshot'], port: 8080 },
  { name: 'cot', packages: ['cot'], port: 8000 },
  { name: 'pavex', packages: ['pavex'], port: 8080 },
  { name: 'rwf', packages: ['rwf'], port: 8000 },
  { name: 'axum', packages: ['axum', 'shuttle-axum', 'aide'], port: 3000 },
  { name: 'actix-web', packages: ['actix-web', 'shuttle-actix-web'], port: 8080 },
  { name: 'warp', packages: ['warp'], port: 3030 },
  { name: 'tide', packages: ['tide'], port: 8080 },
  { name: 'viz', packages: ['viz'], port: 3000 },
  { name: 'ntex', packages: ['ntex'], port: 8080 },
  { name: 'gotham', packages: ['gotham'], port: 7878 },
  { name: 'thruster', packages: ['thruster'], port: 4321 },
  { name: 'trillium', packages: ['trillium'], port: 8080 },
  { name: 'nickel', packages: ['nickel'], port: 6767 },
  { name: 'iron', packages: ['iron'], port: 3000 },
  { name: 'rouille', packages: ['rouille'], port: 8000 },
  { name: 'tiny-http', packages: ['tiny_http'], port: 8000 },
  { name: 'async-graphql', packages: ['async-graphql-axum', 'async-graphql-warp', 'async-graphql-poem'], port: 8000 },
  { name: 'tonic', packages: ['tonic'], port: 50051 },
  { name: 'hyper', packages: ['hyper', 'hyper_wasi'], port: 3000 },
  { name: 'lambda', packages: ['lambda_http', 'lambda_runtime'], kind: 'worker' },
  { name: 'apalis', packages: ['apalis'], kind: 'worker' },
  { name: 'fang', packages: ['fang'], kind: 'worker' },
  { name: 'serenity', packages: ['serenity', 'poise', 'twilight-gateway'], kind: 'worker' },
  { name: 'teloxide', packages: ['teloxide'], kind: 'worker' },
  { name: 'rdkafka', packages: ['rdkafka'], kind: 'worker' },
  { name: 'clap', packages: ['clap', 'structopt', 'argh', 'pico-args', 'gumdrop'], kind: 'tool' },
  { name: 'ratatui', packages: ['ratatui', 'crossterm', 'cursive', 'dialoguer', 'indicatif'], kind: 'tool' },
  { name: 'tauri', packages: ['tauri'], kind: 'tool' },
  { name: 'bevy', packages: ['bevy', 'ggez', 'macroquad', 'winit'], kind: 'tool' },
  { name: 'egui', packages: ['eframe', 'iced', 'druid', 'slint', 'gtk4', 'gtk'], kind: 'tool' },
  { name: 'yew', packages: ['yew', 'sycamore', 'dominator', 'wasm-bindgen'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [
    /\b(?:TcpListener|UdpSocket|UnixListener)::bind\s{0,4}\(/g,
    /\bHttpServer::new\s{0,4}\(|\bServer::(?:bind|builder|http|run)\s{0,4}\(/g,
    /\baxum::serve\s{0,4}\(|\bwarp::serve\s{0,4}\(|\brocket::(?:build|ignite)\s{0,4}\(|#\[(?:rocket::)?launch\]|#\[shuttle_runtime::main\]/g,
    /\bserve_connection\s{0,4}\(|\brouille::start_server\s{0,4}\(|\.(?:serve|listen|serve_with_shutdown)\s{0,4}\(/g,
  ],
  ports: [
    /\bport\b[^\n]{0,60}?unwrap_or(?:_else)?\s{0,4}\([^\n\d]{0,40}(\d{2,5})\b/gi,
    /\bport\b[^\n]{0,80}\n[^\n]{0,80}\n?[^\n]{0,80}?unwrap_or(?:_else)?\s{0,4}\([^\n\d]{0,40}(\d{2,5})\b/gi,
    /["'](?:0\.0\.0\.0|127\.0\.0\.1|\[::1?\]|localhost):(\d{2,5})["']/g,
    /\[\s{0,2}(?:127, ?0, ?0, ?1|0, ?0, ?0, ?0|0; ?4)\s{0,2}\],\s{0,4}(\d{2,5})\)/g,
    /\(\s{0,2}"(?:0\.0\.0\.0|127\.0\.0\.1|\[?::\]?|localhost)"\s{0,4},\s{0,4}(\d{2,5})(?:u16)?\s{0,2}\)/g,
    /\b(?:const|static)\s{1,4}[A-Z_]{0,20}PORT\b[^=\n]{0,20}=\s{0,4}"?(\d{2,5})\b/g,
    /\b(?:default_value(?:_t)?\s{0,4}=\s{0,4}"?)(\d{4,5})\b/g,
    /\blet\s{1,4}(?:mut\s{1,4})?port\b[^=\n]{0,20}=\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/^\s{0,20}loop\s{0,4}\{/gm, /\btokio::time::interval\s{0,4}\(/g, /\bwhile\s{1,4}(?:true|let\s{1,4}(?:Some|Ok)\b)[^\n]{0,80}\.await/g],
  environment: [
    {
      pattern:
        /\b(?:env|dotenvy|dotenv)::var(?:_os)?\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,8}\)(?:\s{0,40}\.unwrap_or(?:_else)?\s{0,4}\([^"\n)]{0,40}"(?<fallback>[^"\n]{0,200})")?(?<must>\s{0,40}(?:\.(?:unwrap|expect)\s{0,4}\(|\?))?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    {
      // clap and envconfig read a variable into a field.
      pattern:
        /\b(?:env|from)\s{0,4}=\s{0,4}"(?<name>[A-Z_][A-Z0-9_]{2,63})"(?:[^\n\]]{0,60}\bdefault(?:_value)?\s{0,4}=\s{0,4}"(?<fallback>[^"\n]{0,200})")?/g,
      isRequired: (match) => !/default/.test(match[0]),
    },
  ],
  imports: /^[ \t]{0,8}(?:pub(?:\([a-z]{1,10}\))?\s{1,4})?(?:use|mod|extern\s{1,4}crate)\s{1,4}(?:crate::)?([a-z_][a-z0-9_]{0,60})\b(?!\s{0,4}\{)/gm,
  resolve: moduleFiles,
} // biome-ignore format: a table

export const rust: Language = {
  type: 'rust',
  title: 'Rust',
  marks: ['Cargo.toml'],
  readProject,
  source,
  frameworks,
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

/** `mod routes;` is a file beside the main file, or below the file that declares it. */
function moduleFiles(module: string, fromFile: string): string[] {
  const folder = parentOf(fromFile)
  const stem = /([^/]{1,100})\.rs$/.exec(fromFile)?.[1] ?? 'main'
  const homes = ['main', 'lib', 'mod'].includes(stem) ? [folder] : [joinPath(folder, stem), folder]
  return homes.flatMap((home) => [joinPath(home, `${module}.rs`), joinPath(home, `${module}/mod.rs`)])
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

function base(folder: Folder, repository: Repository): Pick<Project, 'version' | 'packageManager' | 'port'> {
  return { version: versionOf(folder, repository), packageManager: 'cargo', port: rocketPort(folder, repository) }
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
      const version = versionIn(value) ?? versionIn(field(shared, key))
      if (version !== undefined) versions.set(name, version)
    }
  }
  return { dependencies, versions }
}

function versionIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : stringAt(value, 'version')
}

function versionOf(folder: Folder, repository: Repository): string | undefined {
  const toolchain = ['rust-toolchain.toml', 'rust-toolchain']
    .map((name) => readFile(name, folder, repository)?.text)
    .find((text) => text !== undefined)
  const pinned = /(?:^|channel\s{0,4}=\s{0,4}")\s{0,4}(\d{1,2}\.\d{1,3})/.exec(toolchain ?? '')?.[1]
  const tools = /^rust[ \t]{1,8}(\d{1,2}\.\d{1,3})/m.exec(readFile('.tool-versions', folder, repository)?.text ?? '')?.[1]
  const manifest = repository.read.toml(joinPath(folder.path, 'Cargo.toml'))?.data
  const stated = stringAt(manifest, 'package', 'rust-version') ?? stringAt(manifest, 'workspace', 'package', 'rust-version')
  return pinned ?? tools ?? normalizeVersion(stated, 2)
}

/** Rocket reads its port from a file of its own; the release profile is the one that runs. */
function rocketPort(folder: Folder, repository: Repository): number | undefined {
  if (!folder.files.has('Rocket.toml')) return undefined
  const data = repository.read.toml(joinPath(folder.path, 'Rocket.toml'))?.data
  const ports = ['release', 'global', 'default'].map((profile) => field(field(data, profile), 'port'))
  return ports.find((port): port is number => typeof port === 'number')
}

// Mix projects: applications, umbrellas of them, and libraries.
import { joinPath, parentOf, resolvePath } from '../paths.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart, type Said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { elixirRoutes } from './block-routes.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, matchesIn, placeOf, readFile, type TextFile } from './manifest.ts'
import { statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'livebook', packages: ['livebook'], port: 8080 },
  { name: 'phoenix', packages: ['phoenix'], port: 4000 },
  { name: 'ash', packages: ['ash_phoenix'], port: 4000 },
  { name: 'hologram', packages: ['hologram'], port: 4000 },
  { name: 'raxx', packages: ['raxx', 'ace'], port: 8080 },
  { name: 'maru', packages: ['maru'], port: 4000 },
  { name: 'sugar', packages: ['sugar'], port: 4000 },
  { name: 'absinthe', packages: ['absinthe_plug'], port: 4000 },
  { name: 'plug', packages: ['plug_cowboy', 'bandit', 'plug'], port: 4000 },
  { name: 'cowboy', packages: ['cowboy', 'elli', 'mochiweb'], port: 8080 },
  { name: 'grpc', packages: ['grpc'], port: 50051 },
  { name: 'oban', packages: ['oban', 'exq', 'que', 'verk'], kind: 'worker' },
  { name: 'broadway', packages: ['broadway', 'broadway_kafka', 'broadway_rabbitmq', 'broadway_sqs', 'gen_stage', 'brod', 'kaffe'], kind: 'worker' },
  { name: 'nostrum', packages: ['nostrum', 'ex_gram', 'slack'], kind: 'worker' },
  { name: 'quantum', packages: ['quantum'], kind: 'worker' },
  { name: 'nerves', packages: ['nerves'], kind: 'tool' },
  { name: 'scenic', packages: ['scenic'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}#.*$/gm,
  withoutAside: withoutDocumentation,
  listens: [
    /\{\s{0,4}(?:Plug\.Cowboy|Bandit|Plug\.Adapters\.Cowboy2?|[A-Z]\w{0,40}(?:Web)?\.Endpoint)\b/g,
    /\b(?:[A-Z]\w{0,40}\.)?Endpoint\s{0,4},?\s{0,4}$|\bPlug\.(?:Cowboy|Adapters\.Cowboy)\.(?:http|child_spec)\b|\bBandit\.start_link\b|:(?:cowboy\.start_clear|gen_tcp\.listen|ranch\.start_listener)\b/gm,
  ],
  ports: [
    /\b(?:get_env|fetch_env!?)\s{0,4}\(\s{0,4}"(?:\w{1,20}_)?PORT"\s{0,4}(?:,|\)\s{0,4}\|\|)\s{0,4}"?(\d{2,5})\b/g,
    /"\w{0,30}PORT"\s{0,4}\)\s{0,40}\|>\s{0,4}case\s{1,4}do\s{1,40}nil\s{0,4}->\s{0,4}"?(\d{2,5})\b/g,
    /\bport:\s{0,4}(?!443\b|587\b|25\b)"?(\d{2,5})\b/g,
    /:gen_tcp\.listen\s{0,4}\(\s{0,4}(\d{2,5})\b/g,
    /\b[A-Z]\w{0,40}\.(?:start_link|start|listen|serve|accept)\s{0,4}\(\s{0,4}(\d{4,5})\b/g,
  ],
  loops: [/\buse\s{1,4}(?:GenServer|GenStage|Broadway|Oban|Quantum|Supervisor)\b/g, /\bSupervisor\.start_link\s{0,4}\(\s{0,4}\w{1,30}/g],
  environment: [
    {
      pattern:
        /\bSystem\.get_env\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"\s{0,4}(?:(?:\)\s{0,40}\|\||,)\s{0,40}(?:"(?<fallback>[^"\n]{0,200})"|(?<must>raise\b))?)?/g,
      isRequired: (match) => match.groups?.must !== undefined,
    },
    { pattern: /\bSystem\.fetch_env!\s{0,4}\(\s{0,8}"(?<name>[A-Z_][A-Z0-9_]{0,63})"/g, isRequired: () => true },
  ],
  // What a supervisor is told to start is read too: `{Shop.Server, options}`, `fn -> Shop.listen() end`.
  imports: /(?:^[ \t]{0,20}(?:use|alias|import|plug|forward\b[^\n]{0,60},)[ \t]{1,4}|\{[ \t]{0,2}|\bfn[ \t]{0,2}->[ \t]{0,4})([A-Z]\w{0,60}(?:\.[A-Z]\w{0,60}){0,6})/gm,
  routes: elixirRoutes,
  resolve: (module, fromFile) => modulePaths(module, fromFile),
} // biome-ignore format: a table

export const elixir: Language = {
  type: 'elixir',
  title: 'Elixir',
  marks: ['mix.exs'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => snakeCase(module.split('.', 1)[0] ?? module),
  port: 4000,
  start: ({ project }) => {
    const app = project.facts?.release
    if (app === undefined) return undefined
    return `_build/prod/rel/${String(app)}/bin/${String(app)} start`
  },
  build: ({ project, framework }) => {
    const assets = framework?.name === 'phoenix' && project.facts?.hasAssets === true ? 'mix assets.deploy && ' : ''
    return `mix deps.get --only prod && mix compile && ${assets}mix release`
  },
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  if (!folder.files.has('mix.exs')) return undefined
  const file = readFile('mix.exs', folder, repository)
  const home = { path: joinPath(folder.path, 'mix.exs'), text: file?.text ?? '' }
  const text = home.text.replace(/^[ \t]{0,200}#.*$/gm, '')
  const apps = umbrellaApps(text, folder, repository)
  const manifests = [home, ...apps.flatMap((app) => readFile('mix.exs', app, repository) ?? [])]
  const app = /\bapp:\s{0,4}:([a-z][\w]{0,60})/.exec(text)?.[1]
  const places = [folder, ...apps]
  const entries = places.flatMap((place) => entriesOf(place, repository))
  const starts = manifests.find((manifest) => /^[^#\n]{0,200}\bmod:\s{0,4}\{/m.test(manifest.text))
  const dependencies = new Map<string, Evidence>()
  const versions = new Map<string, string>()
  for (const manifest of manifests) addDependencies(manifest, { dependencies, versions })
  const release = /\breleases:\s{0,4}\[\s{0,40}(?:\{\s{0,4}:)?(\w{1,60})/.exec(text)?.[1] ?? app
  return {
    name: app,
    manifest: placeOf(home, 'app:', app === undefined ? 'mix.exs' : `application ${app}`),
    ...apart({ version: versionOf({ path: home.path, text }, folder, repository) }),
    packageManager: 'mix',
    dependencies,
    versions,
    entries,
    reads: [...text.matchAll(/\bpath:\s{0,4}"(\.\.?\/[\w./-]{1,100})"/g)]
      .slice(0, 50)
      .flatMap(([, path = '']) => resolvePath(folder.path, path) ?? []),
    signs: signsOf(home, { text, starts, isUmbrella: apps.length > 0, isInside: isInUmbrella(folder, repository) }),
    facts: {
      ...(release === undefined ? {} : { release }),
      ...(/["']?assets\.deploy["']?:/.test(text) ? { hasAssets: true } : {}),
      ...(dependencies.has('ecto_sql') ? { hasMigrations: true } : {}),
    },
  }
}

interface Shape {
  readonly text: string
  /** The manifest that names a module to start. */
  readonly starts: TextFile | undefined
  readonly isUmbrella: boolean
  readonly isInside: boolean
}

function signsOf(home: TextFile, { text, starts, isUmbrella, isInside }: Shape): Project['signs'] {
  const isPacked = /\bpackage:\s{0,4}(?:package\s{0,2}\(|\[)|\bdefp?\s{1,4}package\b/.test(text)
  // What is released as a program is one, though it may be had as a package or a command as well.
  const isReleased = /\b(?:default_release|releases):/.test(text)
  return [
    ...(starts ? [{ ...placeOf(starts, 'mod:', 'starts an application'), weight: 0.4 }] : []),
    ...(starts === undefined && !isUmbrella && isPacked
      ? [{ ...placeOf(home, 'package', 'is packed for others'), weight: -0.8, role: 'library' as const }]
      : []),
    ...(starts !== undefined && isPacked
      ? [{ ...placeOf(home, 'package', 'is packed for others'), weight: isReleased ? -0.15 : -0.6, role: 'library' as const }]
      : []),
    ...(starts === undefined && !isUmbrella && !isPacked && !/\bescript:/.test(text)
      ? [{ ...placeOf(home, 'application', 'starts no application'), weight: -0.5, role: 'library' as const }]
      : []),
    ...(/\bescript:/.test(text) && !(starts !== undefined && isReleased)
      ? [{ ...placeOf(home, 'escript:', 'is a command line program'), weight: -0.4, role: 'tooling' as const }]
      : []),
    ...(isInside ? [{ ...placeOf(home, '..', 'is released with the umbrella around it'), weight: -0.8, role: 'library' as const }] : []),
  ]
}

const appsLimit = 30

function umbrellaApps(text: string, folder: Folder, repository: Repository): Folder[] {
  const below = /\bapps_path:\s{0,4}"([\w./-]{1,60})"/.exec(text)?.[1]
  const home = below === undefined ? undefined : repository.folders.get(joinPath(folder.path, below))
  if (home === undefined) return []
  const apps = [...home.folders].sort().flatMap((name) => repository.folders.get(joinPath(home.path, name)) ?? [])
  return apps.filter(({ files }) => files.has('mix.exs')).slice(0, appsLimit)
}

function isInUmbrella(folder: Folder, repository: Repository): boolean {
  const root = repository.folders.get(parentOf(parentOf(folder.path)))
  if (folder.path === '.' || parentOf(folder.path) === '.' || root === undefined || !root.files.has('mix.exs')) return false
  return /\bapps_path:/.test(repository.read.text(joinPath(root.path, 'mix.exs')) ?? '')
}

/** The module that starts the application, what configures it in production, and its web part. */
function entriesOf(folder: Folder, repository: Repository): string[] {
  const lib = repository.folders.get(joinPath(folder.path, 'lib'))
  const names = [...(lib?.folders ?? [])].sort().slice(0, appsLimit)
  const modules = names.flatMap((name) =>
    ['application.ex', 'endpoint.ex', 'router.ex', 'app.ex', 'supervisor.ex'].map((file) => `lib/${name}/${file}`),
  )
  const plain = [...(lib?.files ?? [])].filter((name) => name.endsWith('.ex')).sort().slice(0, 5).map((name) => `lib/${name}`) // biome-ignore format: one step a line says no more
  return existing(
    [...modules, ...plain, 'config/runtime.exs', 'config/prod.exs', 'config/releases.exs', 'config/config.exs'],
    folder,
    repository,
  )
}

interface Found {
  readonly dependencies: Map<string, Evidence>
  readonly versions: Map<string, string>
}

/** Dependencies of production: `only: :dev` and `only: :test` never run there, and what is optional is whoever's that uses the package. */
function addDependencies(file: TextFile, { dependencies, versions }: Found): void {
  const pattern = /^[^#\n]{0,80}?\{\s{0,4}:(?<name>[a-z]\w{0,60})\s{0,4},\s{0,4}(?:"(?<version>[^"\n]{1,40})")?(?<rest>[^\n}]{0,200})/gm
  for (const { groups, line } of matchesIn(file, pattern)) {
    const { name = '', version, rest = '' } = groups
    if (/\boptional:\s{0,4}true\b/.test(rest)) continue
    if (/\bonly:\s{0,4}(?::(?:dev|test|docs)\b|\[(?![^\]]{0,60}:prod))/.test(rest)) continue
    dependencies.set(name, { path: file.path, line, fact: `${name} in deps` })
    if (version !== undefined) versions.set(name, version)
  }
}

function versionOf(home: TextFile, folder: Folder, repository: Repository): Said<string> | undefined {
  const tools = statedIn(readFile('.tool-versions', folder, repository), /^elixir[ \t]{1,8}(\d\.\d{1,2})/m)
  return tools ?? statedIn(home, /\belixir:\s{0,4}"[~>= ]{0,4}(\d\.\d{1,2})/)
}

/** `HelloWeb.Endpoint` is `lib/hello_web/endpoint.ex`. */
function modulePaths(module: string, fromFile: string): string[] {
  const at = fromFile.indexOf('lib/')
  if (at < 0) return []
  return [`${fromFile.slice(0, at)}lib/${module.split('.').map(snakeCase).join('/')}.ex`]
}

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

/** Documentation shows how others use the module. */
function withoutDocumentation(text: string): string {
  return text.replace(/@(?:module|type)?doc\s{1,4}(?:~[sS])?"""(?:(?!""")[\s\S]){0,20000}/g, (words) => words.replace(/[^\n]{1,1000}/g, ''))
}

// Dart packages: servers and programs, and Flutter applications for browsers, which are built to files.
import { joinPath, parentOf, resolvePath } from '../paths.ts'
import { dataAt, field, stringAt } from '../reading/data.ts'
import type { SourceLanguage } from '../reading/source.ts'
import type { YamlFile } from '../reading/yaml.ts'
import { apart } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import { normalizeVersion } from '../versions.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, filesIn, placeOf, readFile, type TextFile } from './manifest.ts'
import { readAs, statedUnder } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'flutter', packages: ['flutter-and-server'], port: 8080 },
  { name: 'serverpod', packages: ['serverpod'], port: 8080 },
  { name: 'dart-frog', packages: ['dart_frog'], port: 8080 },
  { name: 'aqueduct', packages: ['aqueduct'], port: 8888 },
  { name: 'conduit', packages: ['conduit', 'conduit_core'], port: 8888 },
  { name: 'angel', packages: ['angel_framework', 'angel3_framework'], port: 3000 },
  { name: 'jaguar', packages: ['jaguar'], port: 8080 },
  { name: 'alfred', packages: ['alfred'], port: 3000 },
  { name: 'vania', packages: ['vania'], port: 8000 },
  { name: 'get-server', packages: ['get_server'], port: 8080 },
  { name: 'relic', packages: ['relic'], port: 8080 },
  { name: 'jaspr', packages: ['jaspr'], port: 8080 },
  { name: 'functions-framework', packages: ['functions_framework'], port: 8080 },
  { name: 'shelf', packages: ['shelf', 'shelf_router'], port: 8080 },
  { name: 'grpc', packages: ['grpc'], port: 50051 },
  { name: 'nyxx', packages: ['nyxx', 'teledart', 'televerse'], kind: 'worker' },
  { name: 'args', packages: ['args', 'dcli', 'mason_logger', 'cli_completion'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}\/\/.*$/gm,
  listens: [
    /\b(?:HttpServer|ServerSocket|RawServerSocket)\.bind(?:Secure)?\s{0,4}\(/g,
    /\b(?:shelf_io|io)\.serve\s{0,4}\(|\bawait\s{1,4}serve\s{0,4}\(|\b(?:app|server|http|pod)\.(?:listen|start|serve|startServer)\s{0,4}\(|\bServerpod\s{0,4}\(/g,
  ],
  ports: [
    /\benvironment\[\s{0,4}'PORT'\s{0,4}\]\s{0,4}\?\?\s{0,4}['"]?(\d{2,5})\b/g,
    /\b(?:serve|bind|listen|startServer)\s{0,4}\([^\n;]{0,80}?,\s{0,4}(\d{2,5})\b/g,
    /\b\w{0,20}[pP]ort\s{0,4}(?::|=)\s{0,4}(\d{2,5})\b/g,
    /\.listen\s{0,4}\(\s{0,4}(\d{2,5})\b/g,
  ],
  loops: [/\bwhile\s{0,4}\(\s{0,4}true\s{0,4}\)/g, /\bTimer\.periodic\s{0,4}\(/g],
  environment: [
    {
      pattern: /\bPlatform\.environment\[\s{0,4}['"](?<name>[A-Z_][A-Z0-9_]{0,63})['"]\s{0,4}\](?<bang>!)?(?:\s{0,8}\?\?\s{0,8}['"](?<fallback>[^'"\n]{0,200})['"])?/g,
      isRequired: (match) => match.groups?.bang !== undefined,
    },
    {
      pattern: /\b(?:String|int|bool)\.fromEnvironment\s{0,4}\(\s{0,4}['"](?<name>[A-Z_][A-Z0-9_]{0,63})['"](?:\s{0,4},\s{0,4}defaultValue:\s{0,4}['"]?(?<fallback>(?<=['"])[^'"\n]{0,200}|\d{1,9}\b))?/g,
      isRequired: () => false,
    },
  ],
  imports: /^import[ \t]{1,4}['"]([\w:./-]{1,150})['"]/gm,
  resolve: (module, fromFile) => {
    if (module.startsWith('dart:')) return []
    if (!module.startsWith('package:')) return [resolvePath(parentOf(fromFile), module)].filter((path) => path !== undefined)
    const home = /^(.{0,400}\/|)(?:bin|lib)\//.exec(fromFile)?.[1]
    return home === undefined ? [] : [`${home}lib/${module.slice(module.indexOf('/') + 1)}`]
  },
} // biome-ignore format: a table

export const dart: Language = {
  type: 'dart',
  title: 'Dart',
  marks: ['pubspec.yaml'],
  readProject,
  source,
  frameworks,
  packageOf: (module) => /^package:(\w{1,80})/.exec(module)?.[1] ?? module,
  port: 8080,
  start: ({ project, framework }) => {
    if (framework?.name === 'dart-frog') return './build/bin/server'
    return project.facts?.main === undefined ? undefined : './bin/server'
  },
  build: ({ project, framework }) => {
    if (framework?.name === 'dart-frog')
      return 'dart_frog build && cd build && dart pub get && dart compile exe bin/server.dart -o bin/server'
    const web = project.facts?.staticFolder === undefined ? '' : `cd ${String(project.facts.staticFolder)} && flutter build web && cd - && `
    return project.facts?.main === undefined
      ? undefined
      : `${web}dart pub get && mkdir -p bin && dart compile exe ${String(project.facts.main)} -o bin/server`
  },
}

/** An application for browsers is a site once it is built; for phones it is nothing that a server runs. */
export const flutterWeb: Language = {
  type: 'static_site',
  title: 'Flutter for the web',
  marks: ['pubspec.yaml'],
  readProject: readFlutter,
  source: { ...source, listens: [], loops: [], ports: [] },
  frameworks: [{ name: 'flutter', packages: ['flutter'], port: 8080, health: '/' }],
  port: 8080,
  start: () => undefined,
  build: () => 'flutter build web --release',
}

interface Pubspec extends TextFile {
  readonly data: unknown
  readonly yaml: YamlFile
}

function readPubspec(folder: Folder, repository: Repository): Pubspec | undefined {
  const path = joinPath(folder.path, 'pubspec.yaml')
  const file = repository.read.yaml(path)
  return file === undefined ? undefined : { path, yaml: file, data: file.data, text: repository.read.text(path) ?? '' }
}

function base(
  pubspec: Pubspec,
): Pick<Project, 'name' | 'manifest' | 'version' | 'because' | 'packageManager' | 'dependencies' | 'versions'> {
  const { data } = pubspec
  const name = stringAt(data, 'name')
  const wanted = Object.entries(dataAt(data, 'dependencies')).slice(0, 200)
  const sdk = statedUnder(pubspec, ['environment', 'sdk'])
  return {
    name,
    manifest: placeOf(pubspec, 'name:', name === undefined ? 'pubspec.yaml' : `package ${name}`),
    ...apart({ version: readAs(sdk, (range) => normalizeVersion(/\d{1,2}\.\d{1,2}/.exec(range)?.[0], 2)) }),
    packageManager: 'pub',
    dependencies: new Map(wanted.map(([key]): [string, Evidence] => [key, placeOf(pubspec, `${key}:`, `${key} in dependencies`)])),
    versions: new Map(wanted.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []))),
  }
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const pubspec = readPubspec(folder, repository)
  if (pubspec === undefined) return undefined
  const { data } = pubspec
  const server = stringAt(data, 'buildpack', 'server')
  if (server !== undefined) return withServer(pubspec, server, { folder, repository })
  const isFlutter = Object.hasOwn(dataAt(data, 'dependencies'), 'flutter')
  const isFrog = Object.hasOwn(dataAt(data, 'dependencies'), 'dart_frog')
  const usual = existing(
    ['bin/server.dart', 'bin/main.dart', `bin/${stringAt(data, 'name') ?? 'main'}.dart`, 'main.dart', 'lib/server.dart'],
    folder,
    repository,
  )
  const programs = [...new Set([...usual, ...filesIn('bin', /\.dart$/, { folder, repository })])]
  const routes = isFrog ? [...filesIn('routes', /\.dart$/, { folder, repository }), ...existing(['main.dart'], folder, repository)] : []
  const entries = [...programs, ...routes]
  const isRoot = field(data, 'workspace') !== undefined && entries.length === 0
  const isTool = field(data, 'executables') !== undefined
  const around = servedBy(folder, repository)
  return {
    ...base(pubspec),
    entries: isFlutter ? [] : entries,
    signs: [
      ...(isFlutter
        ? [
            {
              ...placeOf(pubspec, 'flutter:', 'is an application with a screen'),
              weight: -0.9,
              role: around === undefined ? ('tooling' as const) : ('asset' as const),
            },
          ]
        : []),
      ...(isRoot
        ? [{ ...placeOf(pubspec, 'workspace:', 'is the root of a workspace'), weight: -0.9, role: 'workspace_root' as const }]
        : []),
      ...(entries.length === 0 && !isRoot && !isFlutter
        ? [{ ...placeOf(pubspec, 'name:', 'has no program'), weight: -0.9, role: 'library' as const }]
        : []),
      ...(around === undefined ? [] : [{ ...around, weight: -0.8, role: 'library' as const }]),
      ...(isTool
        ? [{ ...placeOf(pubspec, 'executables:', 'installs programs that are run by hand'), weight: -0.5, role: 'tooling' as const }]
        : []),
    ],
    reads: Object.values(dataAt(data, 'dependencies'))
      .slice(0, 200)
      .flatMap((value) => pathIn(value, folder)),
    facts: programs[0] === undefined ? {} : { main: programs[0].slice(folder.path === '.' ? 0 : folder.path.length + 1) },
  }
}

/** A package of the same repository. */
function pathIn(value: unknown, folder: Folder): string[] {
  const reference = stringAt(value, 'path')
  const target = reference === undefined ? undefined : resolvePath(folder.path, reference)
  return target === undefined ? [] : [target]
}

interface Place {
  readonly folder: Folder
  readonly repository: Repository
}

/** The buildpack's key says which member serves, and which is the site that it serves. */
function withServer(pubspec: Pubspec, server: string, { folder, repository }: Place): Project {
  const own = base(pubspec)
  const site = stringAt(pubspec.data, 'buildpack', 'static')
  const main = existing([`${server}/bin/server.dart`, `${server}/bin/main.dart`, 'bin/server.dart'], folder, repository)
  const declared = placeOf(pubspec, 'buildpack:', 'says which package serves')
  const both = site === undefined || !own.dependencies.has('flutter') ? [] : [['flutter-and-server', declared] as const]
  return {
    ...own,
    dependencies: new Map([...own.dependencies, ...both]),
    entries: main,
    signs: [{ ...declared, weight: 0.6 }],
    facts: { ...(main[0] === undefined ? {} : { main: main[0] }), ...(site === undefined ? {} : { staticFolder: site }) },
  }
}

function readFlutter(folder: Folder, repository: Repository): Project | undefined {
  const pubspec = readPubspec(folder, repository)
  if (pubspec === undefined || !Object.hasOwn(dataAt(pubspec.data, 'dependencies'), 'flutter')) return undefined
  const [page] = existing(['web/index.html'], folder, repository)
  if (page === undefined) return undefined
  const served = servedBy(folder, repository)
  const isPlugin = field(field(pubspec.data, 'flutter'), 'plugin') !== undefined
  return {
    ...base(pubspec),
    entries: existing(['lib/main.dart'], folder, repository),
    signs: [
      { path: page, line: 1, fact: 'page of the application', weight: 0.25 },
      ...(isPlugin ? [{ ...placeOf(pubspec, 'plugin:', 'is a plugin'), weight: -0.8, role: 'library' as const }] : []),
      ...(served === undefined ? [] : [{ ...served, weight: -0.8, role: 'asset' as const }]),
    ],
    facts: { outputFolder: 'build/web', isBuilt: true },
  }
}

/** The workspace above may say that this member is what it serves, or what serves it. */
function servedBy(folder: Folder, repository: Repository): Evidence | undefined {
  if (folder.path === '.') return undefined
  const above = repository.folders.get(parentOf(folder.path))
  const file = above === undefined ? undefined : readFile('pubspec.yaml', above, repository)
  if (file === undefined || !/^buildpack:/m.test(file.text)) return undefined
  const data = repository.read.yaml(file.path)?.data
  const name = folder.path.slice(folder.path.lastIndexOf('/') + 1)
  const key = ['server', 'static'].find((part) => stringAt(data, 'buildpack', part) === name)
  return key === undefined ? undefined : placeOf(file, `${key}:`, 'is built and served from the workspace around it')
}

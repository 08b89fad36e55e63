// Haskell packages: what hpack and Cabal files say about executables and libraries.
import type { Sign } from '../claim.ts'
import { ruleForFolder } from '../folder-names.ts'
import { joinPath, parentOf } from '../paths.ts'
import { asPort, dataAt, field, stringAt, stringsIn } from '../reading/data.ts'
import { lineAt } from '../reading/lines.ts'
import type { SourceLanguage } from '../reading/source.ts'
import { apart, type Said } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence } from '../topology.ts'
import type { Framework, Language, Project } from './language.ts'
import { existing, placeOf, readFile, type TextFile } from './manifest.ts'
import { readAs, statedIn } from './stated.ts'

const frameworks: readonly Framework[] = [
  { name: 'ihp', packages: ['ihp', 'ihp-hsx'], port: 8000 },
  { name: 'yesod', packages: ['yesod', 'yesod-core'], port: 3000 },
  { name: 'servant', packages: ['servant-server', 'servant'], port: 8080 },
  { name: 'scotty', packages: ['scotty'], port: 3000 },
  { name: 'spock', packages: ['Spock', 'Spock-core'], port: 8080 },
  { name: 'snap', packages: ['snap', 'snap-server', 'snap-core'], port: 8000 },
  { name: 'happstack', packages: ['happstack-server', 'happstack-lite'], port: 8000 },
  { name: 'okapi', packages: ['okapi'], port: 3000 },
  { name: 'twain', packages: ['twain'], port: 8080 },
  { name: 'obelisk', packages: ['obelisk-backend'], port: 8000 },
  { name: 'miso', packages: ['miso'], kind: 'tool' },
  { name: 'warp', packages: ['warp', 'warp-tls', 'wai'], port: 3000 },
  { name: 'websockets', packages: ['websockets'], port: 9160 },
  { name: 'grpc', packages: ['grpc-haskell', 'mu-grpc-server', 'grapesy'], port: 50051 },
  { name: 'hakyll', packages: ['hakyll'], kind: 'tool' },
  { name: 'kafka', packages: ['hw-kafka-client', 'hworker', 'odd-jobs'], kind: 'worker' },
  { name: 'optparse-applicative', packages: ['optparse-applicative', 'cmdargs', 'brick'], kind: 'tool' },
] // biome-ignore format: a table

const source: SourceLanguage = {
  comments: /^[ \t]{0,200}--.*$/gm,
  listens: [
    /\b(?:scotty|scottyT|warp|warpEnv|quickHttpServe|simpleHTTP|runSpock|runTLS|runSettings|runServer|httpServe|serveSnaplet)\b\s{1,4}[\w($"]/g,
    /^\s{1,20}(?:Warp\.)?run\s{1,4}\(?(?:port|\d{2,5}|serverPort|\w{0,20}[pP]ort)\b/gm,
    /\bIHP\.Server\.run\b|\bbind\s{1,4}\w{1,20}\s{1,4}\$?\s{0,4}SockAddrInet\b|\bListening\b[^\n]{0,20}\bserverSocket\b/g,
  ],
  ports: [
    /\blookupEnv\s{1,4}"PORT"[^\n]{0,120}?\b(\d{4,5})\b/g,
    /\b(?:scotty|warp|run|quickHttpServe|runEnv|setPort|runSpock|Warp\.run)\s{1,4}\(?(\d{2,5})\b/g,
    /\b\w{0,20}[pP]ort\s{0,4}(?:=|<-|::\s{0,4}Int\s{0,4}=)[^\n\d"]{0,40}(\d{2,5})\b/g,
    /\b(?:maybe|fromMaybe)\s{1,4}(\d{4,5})\b/g,
  ],
  loops: [/^\s{0,20}(?:forever)\b/gm, /\bforever\s{0,4}(?:\$|\(|do\b)/g],
  environment: [
    { pattern: /\bgetEnv\s{1,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"/g, isRequired: () => true },
    { pattern: /\blookupEnv\s{1,4}"(?<name>[A-Z_][A-Z0-9_]{0,63})"/g, isRequired: () => false },
  ],
  imports: /^import[ \t]{1,4}(?:qualified[ \t]{1,4})?([A-Z][\w.]{0,100})/gm,
  resolve: (module, fromFile) => modulePaths(module, fromFile),
} // biome-ignore format: a table

export const haskell: Language = {
  type: 'haskell',
  title: 'Haskell',
  marks: ['stack.yaml', 'package.yaml', '*.cabal', 'cabal.project'],
  readProject,
  source,
  frameworks,
  port: 3000,
  start: ({ project }) => (project.facts?.binary === undefined ? undefined : `./bin/${String(project.facts.binary)}`),
  build: ({ folder }) =>
    folder.files.has('stack.yaml')
      ? 'stack --system-ghc build --copy-bins --local-bin-path bin'
      : 'cabal install all:exes --installdir=bin --install-method=copy --overwrite-policy=always',
}

interface Executable {
  readonly name: string
  readonly main: string
  readonly folders: readonly string[]
}

interface Package {
  readonly file: TextFile
  readonly name: string | undefined
  readonly executables: readonly Executable[]
  readonly dependencies: readonly string[]
}

function readProject(folder: Folder, repository: Repository): Project | undefined {
  const hpack = folder.files.has('package.yaml') ? readHpack(folder, repository) : undefined
  const cabalName = [...folder.files].sort().find((name) => name.endsWith('.cabal'))
  const cabal = cabalName === undefined ? undefined : readCabal(cabalName, folder, repository)
  const found = hpack ?? cabal
  const manager = folder.files.has('stack.yaml') ? 'stack' : 'cabal'
  if (found === undefined) return rootProject(folder, manager)
  const executables = found.executables.filter(({ folders }) => !folders.some(isAside))
  const executable = executables.find(({ name }) => /server|web|api|app|exe/i.test(name)) ?? executables[0]
  const mains = executables.flatMap(({ main, folders }) => (folders.length === 0 ? [main] : folders.map((below) => `${below}/${main}`)))
  const stated = existing(mains.map((path) => path.replace(/^\.\//, '')), folder, repository) // biome-ignore format: one step
  const entries = stated.length > 0 ? stated : existing(['app/Main.hs', 'src/Main.hs', 'Main.hs', 'exe/Main.hs'], folder, repository)
  const web = existing(
    ['src/Application.hs', 'src/Foundation.hs', 'src/Lib.hs', 'src/App.hs', 'src/Server.hs', 'config/settings.yml', 'Config/Config.hs'],
    folder,
    repository,
  )
  const hasProgram = executables.length > 0
  return {
    name: found.name,
    manifest: placeOf(found.file, 'name', found.name === undefined ? 'package' : `package ${found.name}`),
    ...apart({ version: ghcVersion(folder, repository), port: yesodPort(folder, repository) }),
    packageManager: manager,
    dependencies: new Map(
      found.dependencies.map((name): [string, Evidence] => [name, placeOf(found.file, name, `${name} in dependencies`)]),
    ),
    entries: hasProgram ? [...entries, ...web] : [],
    signs: hasProgram
      ? toolSigns(found, entries[0], repository)
      : [{ ...placeOf(found.file, 'library', 'builds no program'), weight: -0.9, role: 'library' }],
    facts: { ...(executable === undefined ? {} : { binary: executable.name }) },
  }
}

/** Programs in a folder for examples show what the library is for. */
function isAside(folder: string): boolean {
  return folder.split('/').some((name) => ['example', 'tests'].includes(ruleForFolder(name)?.role ?? ''))
}

const servers = new Set(frameworks.filter(({ kind }) => kind !== 'tool').flatMap(({ packages }) => packages))

/** A program that reads its command line and is built on no server is for people's hands. */
function toolSigns({ dependencies }: Package, entry: string | undefined, repository: Repository): Sign[] {
  const text = entry === undefined ? '' : (repository.read.text(entry) ?? '')
  const found = /^import[ \t]{1,40}(?:qualified[ \t]{1,4})?System\.Console\.(?:GetOpt|CmdArgs|ArgParser|Docopt)\b/m.exec(
    text.slice(0, 32_768),
  )
  if (entry === undefined || found === null || dependencies.some((name) => servers.has(name))) return []
  return [
    { path: entry, line: lineAt(text, found.index), fact: 'reads its command line, and its program ends', weight: -0.5, role: 'tooling' },
  ]
}

/** A folder that only lists packages below it. */
function rootProject(folder: Folder, manager: string): Project {
  const name = folder.files.has('stack.yaml') ? 'stack.yaml' : 'cabal.project'
  const place = { path: joinPath(folder.path, name), line: 1, fact: 'lists packages' }
  return {
    manifest: place,
    packageManager: manager,
    dependencies: new Map(),
    entries: [],
    signs: [{ ...place, weight: -0.9, role: 'workspace_root' }],
  }
}

function readHpack(folder: Folder, repository: Repository): Package | undefined {
  const file = readFile('package.yaml', folder, repository)
  const data = file === undefined ? undefined : repository.read.yaml(file.path)?.data
  if (file === undefined || data === undefined) return undefined
  const single = field(data, 'executable')
  const listed = [
    ...Object.entries(dataAt(data, 'executables')),
    ...(single === undefined ? [] : [[stringAt(data, 'name') ?? 'app', single] as const]),
  ]
  const folders = (value: unknown) => (typeof value === 'string' ? [value] : stringsIn(value))
  const packages = [data, field(data, 'library'), ...listed.map(([, value]) => value)].flatMap((part) => {
    const wanted = field(part, 'dependencies')
    return typeof wanted === 'string' ? [wanted] : stringsIn(wanted)
  })
  return {
    file,
    name: stringAt(data, 'name'),
    executables: listed.slice(0, partsLimit).map(([name, value]) => ({
      name,
      main: stringAt(value, 'main') ?? 'Main.hs',
      folders: folders(field(value, 'source-dirs')),
    })),
    dependencies: [...new Set(packages.map((text) => /^\s{0,8}([\w-]{1,80})/.exec(text)?.[1] ?? text))].slice(0, 400),
  }
}

const partsLimit = 20

function readCabal(name: string, folder: Folder, repository: Repository): Package | undefined {
  const file = readFile(name, folder, repository)
  if (file === undefined) return undefined
  const stanzas = file.text
    .split(/^(?=(?:executable|library|test-suite|benchmark|common|foreign-library|source-repository|flag)\b)/im)
    .slice(0, 100)
  const production = stanzas.filter((stanza) => !/^(?:test-suite|benchmark)\b/i.test(stanza))
  const executables = stanzas.flatMap((stanza): Executable[] => {
    const executable = /^executable[ \t]{1,8}([\w-]{1,100})/i.exec(stanza)?.[1]
    if (executable === undefined) return []
    const folders = /^[ \t]{1,20}hs-source-dirs:\s{0,40}([\w./-]{1,100})/im.exec(stanza)?.[1]
    return [
      {
        name: executable,
        main: /^[ \t]{1,20}main-is:\s{0,40}([\w./-]{1,100})/im.exec(stanza)?.[1] ?? 'Main.hs',
        folders: folders === undefined ? [] : [folders],
      },
    ]
  })
  return {
    file,
    name: /^name:[ \t]{0,40}([\w-]{1,100})/im.exec(file.text)?.[1],
    executables: executables.slice(0, partsLimit),
    dependencies: [...new Set(production.flatMap(dependsIn))].slice(0, 400),
  }
}

/** The names after `build-depends:`, down to the next field of the stanza. */
function dependsIn(stanza: string): string[] {
  const found: string[] = []
  let isInside = false
  for (const line of stanza.split('\n').slice(0, 1000)) {
    const [, key, rest] = /^\s{0,40}([\w-]{1,40}):(.{0,2000})$/.exec(line) ?? []
    if (key !== undefined) isInside = key.toLowerCase() === 'build-depends'
    if (!isInside) continue
    for (const part of (key === undefined ? line : (rest ?? '')).split(',')) {
      const name = /^\s{0,40}([A-Za-z][\w-]{0,80})/.exec(part)?.[1]
      if (name !== undefined) found.push(name)
    }
  }
  return found
}

function ghcVersion(folder: Folder, repository: Repository): Said<string> | undefined {
  const project = statedIn(readFile('cabal.project', folder, repository), /^with-compiler:\s{0,8}ghc-(\d{1,2}\.\d{1,2})/m)
  return project ?? statedIn(readFile('.tool-versions', folder, repository), /^ghc[ \t]{1,8}(\d{1,2}\.\d{1,2})/m)
}

/** Yesod's settings name a variable with its default: `port: "_env:YESOD_PORT:3000"`. */
function yesodPort(folder: Folder, repository: Repository): Said<number> | undefined {
  return readAs(statedIn(readFile('config/settings.yml', folder, repository), /^port:\s{0,8}"?(?:_env:\w{1,30}:)?(\d{2,5})\b/m), asPort)
}

function modulePaths(module: string, fromFile: string): string[] {
  const path = `${module.replaceAll('.', '/')}.hs`
  const folder = parentOf(fromFile)
  const above = parentOf(folder)
  return [joinPath(folder, path), joinPath(joinPath(above, 'src'), path), joinPath(joinPath(folder, 'src'), path)]
}

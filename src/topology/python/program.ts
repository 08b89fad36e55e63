// Everything known of a Python folder: its manifests, what its entry files say, what it is built on and where it listens.
import { findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { joinPath } from '../paths.ts'
import { findProcess, type Process, portInCommand } from '../procfile.ts'
import { lineAt } from '../reading/lines.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import { namedPort, platformPort, saidPort } from '../reading/source-signs.ts'
import { quoted, type Said, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, ProcessSpec } from '../topology.ts'
import { findPythonEntries, type PythonEntries } from './entries.ts'
import { type PythonFramework, pythonFrameworks } from './frameworks.ts'
import { workersOf } from './processes.ts'
import { type PythonProject, readPythonProject } from './project.ts'
import { settingsVariables } from './settings.ts'
import { pythonSource } from './source.ts'
import { applicationServer, findPythonStart } from './start.ts'

export interface PythonProgram {
  readonly folder: Folder
  readonly project: PythonProject
  readonly entries: PythonEntries
  readonly source: SourceFacts
  readonly server: PythonUse | undefined
  readonly worker: PythonUse | undefined
  readonly process: Process | undefined
  readonly environment: ReturnType<typeof findEnvironment>
  readonly port: Said<number> | undefined
  readonly start: Said<string> | undefined
  /** What runs beside it. */
  readonly processes: readonly ProcessSpec[]
}

/** A framework with the place that shows it. */
export interface PythonUse {
  readonly framework: PythonFramework
  readonly evidence: Evidence
}

export function readPythonProgram(folder: Folder, repository: Repository): PythonProgram {
  const project = readPythonProject(folder, repository)
  const entries = findPythonEntries(folder, repository)
  const exists = (path: string) => repository.tree.entries.has(path)
  const scanned = scanSources(entries.files, { reader: repository.read, language: pythonSource, exists })
  const source = withSettings(scanned, repository)
  const uses = pythonFrameworks.flatMap((framework) => findUse(framework, project, source))
  const server = preferImported(uses.filter(({ framework }) => framework.protocol !== 'worker'), source) // biome-ignore format: one choice
  const worker = preferImported(uses.filter(({ framework }) => framework.protocol === 'worker'), source) // biome-ignore format: one choice
  const process = ownProcess(folder, repository)
  const port = findPort({ folder, project, source, server, process, repository })
  const framework = (server ?? worker)?.framework
  const [entry] = entries.files
  const begins = (server ?? worker)?.evidence ?? (entry === undefined ? project.manifest : { path: entry, line: 1, fact: '' })
  const input = { folder, project, entries, framework, source, repository, port: port?.value }
  return {
    folder,
    project,
    entries,
    source,
    server,
    worker,
    process,
    environment: findEnvironment(folder, source, repository),
    port,
    start:
      said(process?.command, process?.evidence) ?? usual(findPythonStart(input), begins, `how ${framework?.name ?? 'Python'} is started`),
    processes: server === undefined || worker === undefined ? [] : workersOf(worker.framework, input),
  }
}

/** A Procfile of an application in another language that also has a list of Python packages says nothing here. */
function ownProcess(folder: Folder, repository: Repository): Process | undefined {
  const process = findProcess(folder, repository)
  return process !== undefined && foreignCommand.test(process.command) ? undefined : process
}

const foreignCommand =
  /^(?:bundle|ruby|rails|rake|puma|bin\/rails|node|npm|npx|yarn|pnpm|bun|deno|php|vendor\/|heroku-php|java|mix|cargo|go|dotnet)(?:[\s/-]|$)/

function withSettings(source: SourceFacts, repository: Repository): SourceFacts {
  const known = new Set(source.environment.map(({ name }) => name))
  const fields = settingsVariables(source.files, repository).filter(({ name }) => !known.has(name))
  return fields.length === 0 ? source : { ...source, environment: [...source.environment, ...fields] }
}

/** A dependency of the project, or an import of its own source. */
function findUse(framework: PythonFramework, project: PythonProject, source: SourceFacts): PythonUse[] {
  if (framework.needsCall && source.listens === undefined) return []
  const imported = importOf(framework, source)
  const listed = framework.packages.map((name) => project.dependencies.get(name)).find((evidence) => evidence !== undefined)
  const evidence = listed ?? imported
  return evidence === undefined ? [] : [{ framework, evidence }]
}

function importOf({ modules, packages }: PythonFramework, source: SourceFacts): Evidence | undefined {
  const names = modules ?? packages.map((name) => name.replaceAll('-', '_'))
  return [...source.imports].find(([module]) => names.some((name) => module === name || module.startsWith(`${name}.`)))?.[1]
}

/** A pinned list names what its packages need too; what the source imports is what it is built on. */
function preferImported(uses: readonly PythonUse[], source: SourceFacts): PythonUse | undefined {
  return uses.find(({ framework }) => importOf(framework, source) !== undefined) ?? uses[0]
}

interface PortContext {
  readonly folder: Folder
  readonly project: PythonProject
  readonly source: SourceFacts
  readonly server: PythonUse | undefined
  readonly process: Process | undefined
  readonly repository: Repository
}

function findPort(context: PortContext): Said<number> | undefined {
  const { folder, project, source, server, process, repository } = context
  const { read } = repository
  const commanded = said(portInCommand(process?.command), process?.evidence)
  if (commanded !== undefined) return commanded
  const taken = takesPort(context)
  if (server === undefined && source.listens === undefined) return taken
  const asks = source.environment.find(({ name, value }) => name === 'PORT' && value === undefined)
  const behind = applicationServer(project)
  const served = behind && usual(behind.port, project.dependencies.get(behind.name), `the usual port of ${behind.name}`)
  return (
    namedPort(source.environment, folder, read) ??
    saidPort(source, read) ??
    gunicornPort(folder, project, repository) ??
    taken ??
    usual(asks && platformPort, asks && { path: asks.path, line: asks.line, fact: '' }, 'asks for PORT, and any will do') ??
    (server?.framework.protocol === 'wsgi' ? served : undefined) ??
    usual(server?.framework.port, server?.evidence, `the usual port of ${server?.framework.name}`) ??
    served ??
    usual(8000, server?.evidence ?? source.listens, 'the usual port of Python servers')
  )
}

/** A command that is given its port. */
function takesPort({ process, folder, repository }: PortContext): Said<number> | undefined {
  const dockerfile = findDockerfile(folder, repository)
  const command = process?.command ?? dockerfile?.command?.text ?? ''
  if (!/\$\{?PORT\}?(?![\w:])/.test(command)) return undefined
  const place = process?.evidence ?? (dockerfile && { path: dockerfile.path, line: dockerfile.command?.line ?? 1, fact: '' })
  return usual(platformPort, place, 'asks for PORT, and any will do')
}

function gunicornPort(folder: Folder, project: PythonProject, repository: Repository): Said<number> | undefined {
  const name = ['gunicorn.conf.py', 'gunicorn_conf.py', 'gunicorn_config.py', 'gunicorn.config.py'].find((file) => folder.files.has(file))
  if (name === undefined || !project.dependencies.has('gunicorn')) return undefined
  const path = joinPath(folder.path, name)
  const text = repository.read.text(path) ?? ''
  const found = /^bind\s{0,4}=\s{0,4}(?:\[\s{0,4})?f?["'][^"'\n]{0,60}:(\d{2,5})["']/m.exec(text)
  return found === null ? undefined : said(Number(found[1]), quoted(path, lineAt(text, found.index), repository.read))
}

// Everything known of a Python folder: its manifests, what its entry files say, what it is built on and where it listens.
import { findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { baseName, joinPath } from '../paths.ts'
import { findProcess, type Process, portInCommand } from '../procfile.ts'
import { asPort } from '../reading/data.ts'
import { type SourceFacts, scanSources } from '../reading/source.ts'
import type { Folder, Repository } from '../repository.ts'
import type { EnvironmentVariable, Evidence } from '../topology.ts'
import { findPythonEntries, type PythonEntries } from './entries.ts'
import { type PythonFramework, pythonFrameworks } from './frameworks.ts'
import { workerLines } from './processes.ts'
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
  readonly port: number | undefined
  readonly start: string | undefined
  /** What runs beside it, as lines of a Procfile. */
  readonly processes: readonly string[]
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
  const input = { folder, project, entries, framework, source, repository, port }
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
    start: process?.command ?? findPythonStart(input),
    processes: server === undefined || worker === undefined ? [] : workerLines(worker.framework, input),
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

/** The port of whoever asks for one by `$PORT` and has no default: any will do, and this one is the most usual. */
const platformPort = 8080

function findPort({ folder, project, source, server, process, repository }: PortContext): number | undefined {
  const commanded = portInCommand(process?.command)
  if (commanded !== undefined) return commanded
  const isServer = server !== undefined || source.listens !== undefined
  const command = process?.command ?? findDockerfile(folder, repository)?.command?.text ?? ''
  const takesPort = /\$\{?PORT\}?(?![\w:])/.test(command)
  if (!isServer) return takesPort ? platformPort : undefined
  const stated = namedPort(folder, source.environment) ?? source.port?.value ?? gunicornPort(folder, project, repository)
  if (stated !== undefined) return stated
  if (takesPort || asksForPort(source.environment)) return platformPort
  const behind = applicationServer(project)
  if (server?.framework.protocol === 'wsgi' && behind !== undefined) return behind.port
  return server?.framework.port ?? behind?.port ?? 8000
}

/** A variable that carries the folder's own name, such as `CATALOG_PORT` in catalog/. */
function namedPort(folder: Folder, environment: readonly EnvironmentVariable[]): number | undefined {
  const name = `${baseName(folder.path)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')}_PORT`
  return asPort(environment.find((variable) => variable.name === name)?.value)
}

function asksForPort(environment: readonly EnvironmentVariable[]): boolean {
  return environment.some(({ name, value }) => name === 'PORT' && value === undefined)
}

function gunicornPort(folder: Folder, project: PythonProject, repository: Repository): number | undefined {
  const name = ['gunicorn.conf.py', 'gunicorn_conf.py', 'gunicorn_config.py', 'gunicorn.config.py'].find((file) => folder.files.has(file))
  if (name === undefined || !project.dependencies.has('gunicorn')) return undefined
  const text = repository.read.text(joinPath(folder.path, name)) ?? ''
  const found = /^bind\s{0,4}=\s{0,4}(?:\[\s{0,4})?f?["'][^"'\n]{0,60}:(\d{2,5})["']/m.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}

import type { Claim, ClaimedSpec, Detector, Sign } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { configuredPort } from '../golang/configured-port.ts'
import { oldGoManifests } from '../golang/frameworks.ts'
import { mainFoldersOf } from '../golang/mains.ts'
import { findGoWork, findModule, type GoClosure, type GoModule } from '../golang/module.ts'
import { type GoProgram, readGoProgram } from '../golang/program.ts'
import { binaryOf, findGoStart } from '../golang/start.ts'
import { isWorkspaceHome, manifestPath, processesOf, programAt } from '../golang/unit.ts'
import { baseName, isWithin, joinPath, parentOf, relativeTo } from '../paths.ts'
import { findProcess, type Process, portInCommand } from '../procfile.ts'
import { defined } from '../reading/data.ts'
import type { DockerfileFacts } from '../reading/dockerfile.ts'
import { lineOf } from '../reading/lines.ts'
import { emptyClaim, importsOf, namedPort, platformPort, saidPort, saidRoute, sourceSigns } from '../reading/source-signs.ts'
import { apart, quoted, type Said, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Evidence, HealthSpec } from '../topology.ts'

export const golang: Detector = {
  type: 'golang',
  title: 'Go',
  marks: ['go.mod', '*.go', 'go.work', ...oldGoManifests],
  claim(folder, repository): Claim | undefined {
    const module = findModule(folder.path, repository)
    const main = module === undefined ? folder : programAt(folder, module.folder, repository)
    const program = main && readGoProgram(main, repository)
    if (program === undefined) return claimWithoutProgram(folder, module, repository)
    const context = { folder, repository, process: ownProcess(folder, repository) }
    const environment = findEnvironment(folder, program.source, repository)
    return {
      type: 'golang',
      hasManifest: module !== undefined || manifestPath(folder, oldGoManifests) !== undefined,
      signs: signsOf(program, context),
      spec: { ...specOf(program, context), environment: environment.environment },
      dependencies: [...(module?.requires ?? [])].map(([name, evidence]) => ({ name, evidence })),
      imports: importsOf(program.source, (name) => name),
      addresses: environment.addresses,
      reads: readsOf(folder, program.closure, module === undefined ? [] : moduleFiles(module, program.closure, repository)),
    }
  },
}

/** A Procfile beside Go code may be another program's. */
function ownProcess(folder: Folder, repository: Repository): Process | undefined {
  const process = findProcess(folder, repository)
  return process !== undefined && foreignCommand.test(process.command) ? undefined : process
}

const foreignCommand =
  /^(?:bundle|ruby|rails|rake|puma|node|npm|npx|yarn|pnpm|bun|deno|php|vendor\/|heroku-php|java|mix|cargo|python3?|gunicorn|uvicorn|flask|celery|dotnet)(?:[\s/-]|$)/

interface Context {
  readonly folder: Folder
  readonly repository: Repository
  readonly process: Process | undefined
}

function signsOf(program: GoProgram, { folder, repository, process }: Context): Sign[] {
  const { module, declared, source, framework, tool, screen, plugin, keepsRunning } = program
  const dockerfile = findDockerfile(folder, repository)
  const old = manifestPath(folder, oldGoManifests)
  return [
    ...(module ? [{ path: module.path, line: 1, fact: `module ${module.name}`, weight: 0.2 }] : []),
    ...(module === undefined && old !== undefined ? [{ path: old, line: 1, fact: baseName(old), weight: 0.2 }] : []),
    { ...declared, weight: module === undefined && folder.path === '.' ? 0.4 : 0.25 },
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...(framework ? [{ ...framework.evidence, weight: framework.framework.kind === 'worker' ? 0.35 : 0.3 }] : []),
    ...sourceSigns(source, { loops: 0.35 }),
    ...(plugin ? [{ ...plugin, fact: `${plugin.fact}: another program loads it`, weight: -0.7, role: 'library' as const }] : []),
    ...(pluginName.test(baseName(program.main.path)) && !program.isServer
      ? [{ ...declared, fact: 'is called like a command that another one runs', weight: -0.6, role: 'tooling' as const }]
      : []),
    ...(screen ? [{ ...screen, fact: `${screen.fact}: works on a terminal`, weight: -0.8, role: 'tooling' as const }] : []),
    ...(tool && !screen ? [{ ...tool, weight: -0.4, role: 'tooling' as const }] : []),
    ...(keepsRunning || process || tool || screen
      ? []
      : [{ ...declared, fact: 'neither listens nor keeps running', weight: exposes(dockerfile) ? -0.25 : -0.5, role: 'tooling' as const }]),
    ...dockerfileSigns('golang', dockerfile),
  ]
}

/** Names by which other commands find what extends them. */
const pluginName = /^(?:kubectl|protoc-gen|terraform-provider|docker-credential|git|helm|krew)-./

/** An image that exposes nothing is how a command is handed to people. */
function exposes(dockerfile: DockerfileFacts | undefined): boolean {
  return dockerfile === undefined || dockerfile.ports.length > 0 || dockerfile.health !== undefined
}

function specOf(program: GoProgram, context: Context): ClaimedSpec {
  const { module, source, framework, declared } = program
  const { folder, repository, process } = context
  const isModule = module?.folder === folder.path
  const facts = programFacts(program)
  return defined({
    name: module?.name.split('/').at(-1),
    ...apart({
      framework: said(framework?.framework.name, framework?.evidence),
      version: said(module?.version, module && goLine(module, repository)),
      packageManager:
        usual('go', module && { path: module.path, line: 1, fact: '' }, 'modules') ?? usual('go', declared, 'Go brings its own'),
      buildCommand: usual(`go build -o ${facts.binary} ${facts.mainPackage}`, declared, 'what compiles it'),
      start: said(process?.command, process?.evidence) ?? usual(findGoStart(program, repository), declared, 'the program begins here'),
      processes: isModule ? processesOf(module.folder, repository) : undefined,
      port: portOf(program, context),
      health: saidRoute(source, repository.read) ?? broughtRoute(framework),
    }),
    facts: { ...facts, ...(needsC(source.imports.keys()) ? { needsC: true } : {}) },
  })
}

/** The health route that a framework brings. */
function broughtRoute(used: GoProgram['framework']): Said<HealthSpec> | undefined {
  const path = used?.framework.health
  return usual<HealthSpec>(path === undefined ? undefined : { kind: 'http', path }, used?.evidence, `${used?.framework.name} brings it`)
}

/** Packages of which a part is C: without a C compiler they build, and then refuse to work. */
const packagesInC = ['C', 'github.com/mattn/go-sqlite3', 'gorm.io/driver/sqlite', 'github.com/jinzhu/gorm/dialects/sqlite']

function needsC(imports: Iterable<string>): boolean {
  return [...imports].some((name) => packagesInC.includes(name))
}

/** The line that asks for a version of Go. */
function goLine({ path }: GoModule, { read }: Repository): Evidence {
  const text = read.text(path) ?? ''
  return quoted(path, lineOf(text, '\ngo ') === undefined ? 1 : (lineOf(text, '\ngo ') ?? 0) + 1, read)
}

function portOf({ source, framework, isServer, declared }: GoProgram, { process, folder, repository }: Context): Said<number> | undefined {
  if (!isServer) return undefined
  const { read } = repository
  const asks = source.environment.find(({ name, value }) => name === 'PORT' && value === undefined)
  return (
    said(portInCommand(process?.command), process?.evidence) ??
    namedPort(source.environment, folder, read) ??
    saidPort(source, read) ??
    configuredPort(framework?.framework.name, folder, repository) ??
    usual(asks && platformPort, asks && { path: asks.path, line: asks.line, fact: '' }, 'asks for PORT, and any will do') ??
    usual(framework?.framework.port, framework?.evidence, `the usual port of ${framework?.framework.name}`) ??
    usual(platformPort, source.listens ?? declared, 'the most usual port')
  )
}

function claimWithoutProgram(folder: Folder, module: GoModule | undefined, repository: Repository): Claim | undefined {
  if (module?.folder === folder.path) return moduleClaim(module, repository)
  if (!isWorkspaceHome(folder)) return undefined
  const path = joinPath(folder.path, 'go.work')
  return emptyClaim('golang', [{ path, line: 1, fact: 'joins the modules of a workspace', weight: -0.9, role: 'workspace_root' }])
}

/** A module's folder without a program of its own: the home of several programs, or a library. */
function moduleClaim(module: GoModule, repository: Repository): Claim {
  const hasPrograms = mainFoldersOf(module.folder, repository).length > 0
  const fact = hasPrograms ? 'holds the programs of a module' : 'has no program'
  const sign = {
    path: module.path,
    line: 1,
    fact: `module ${module.name} ${fact}`,
    weight: -0.9,
    role: hasPrograms ? ('workspace_root' as const) : ('library' as const),
  }
  return emptyClaim('golang', [sign])
}

/** What a template needs to compile: the module's folder and the package in it. */
function programFacts({ main, module }: GoProgram): Record<string, string> {
  const binary = binaryOf({ main, module })
  if (module === undefined) return { mainPackage: '.', binary }
  const mainPackage = relativeTo(module.folder, main.path)
  return {
    moduleFolder: module.folder,
    mainPackage: main.path === module.folder ? '.' : `./${mainPackage}`,
    binary,
  }
}

/** Packages as folders; of a package whose folder holds the service's own, only the files. */
function readsOf(folder: Folder, closure: GoClosure, manifests: readonly string[]): string[] {
  const isAround = (path: string) => isWithin(folder.path, path)
  const packages = closure.packages.filter((path) => !isAround(path))
  const files = closure.files.filter((path) => parentOf(path) !== folder.path && isAround(parentOf(path)))
  return [...packages, ...files, ...manifests].filter((path) => !isWithin(path, folder.path))
}

/** The manifests of every module that it is compiled from, and the workspace that joins them. */
function moduleFiles(module: GoModule, closure: GoClosure, repository: Repository): string[] {
  const homes = new Set([module.folder, ...closure.packages.flatMap((path) => findModule(path, repository)?.folder ?? [])])
  const work = findGoWork(module.folder, repository)
  const manifests = [...homes].flatMap((home) => ['go.mod', 'go.sum'].map((name) => joinPath(home, name)))
  return [...manifests, ...(work === undefined ? [] : [work, `${work}.sum`])].filter((path) => repository.tree.entries.has(path))
}

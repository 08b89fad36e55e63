// A programming language as data: what its projects look like and how its programs run. `detectorFor` makes a detector of one.
import type { Claim, Detector, Facts, Sign, StatedAddress } from '../claim.ts'
import { dockerfileSigns, findDockerfile } from '../dockerfiles.ts'
import { findEnvironment } from '../environment.ts'
import { baseName } from '../paths.ts'
import { findProcess, type Process, portInCommand, worksBeside } from '../procfile.ts'
import { type SourceFacts, type SourceLanguage, scanSources } from '../reading/source.ts'
import { importsOf, saidPort, sourceSigns } from '../reading/source-signs.ts'
import { type Said, said, usual } from '../reasons.ts'
import type { Folder, Repository } from '../repository.ts'
import type { Because, EnvironmentVariable, Evidence, HealthSpec, ProcessSpec, ServiceType } from '../topology.ts'
import { claimedSpec } from './claimed-spec.ts'

/** Packages that say what a program is. Those built on others come first: the first one that is there names the framework. */
export interface Framework {
  readonly name: string
  /** Any of these among the dependencies, or, where no manifest lists any, among the imports. */
  readonly packages: readonly string[]
  /** Where its production server listens when nothing else is said; absent for what does not listen. */
  readonly port?: number
  /** The path that answers whether it is well, when the framework brings one. */
  readonly health?: string
  /** Its production start command, when it is always the same. */
  readonly start?: string
  /** A server answers requests, a worker takes work from a queue or a clock, a tool is run by hand. Default is `server`. */
  readonly kind?: 'server' | 'worker' | 'tool'
}

/** What the manifests of a folder say. */
export interface Project {
  /** The manifest, or undefined where only source files are. */
  readonly manifest: Evidence | undefined
  /** What the manifest calls it. */
  readonly name?: string | undefined
  /** The runtime's version as a template uses it, such as `3.12`. */
  readonly version?: string | undefined
  readonly packageManager?: string | undefined
  readonly dependencies: ReadonlyMap<string, Evidence>
  /** Files where the program begins, best first; the first few are scanned and what they import is followed. */
  readonly entries: readonly string[]
  /** Files that answer requests and that nothing imports; they are scanned, and nothing begins in them. */
  readonly routeFiles?: readonly string[]
  /** What its configuration puts before every path that its source answers. */
  readonly basePath?: string | undefined
  /** What the language alone knows for and against a service: a main function, a package made to be imported, a workspace's root. */
  readonly signs: readonly Sign[]
  /** A port, a health path and variables that a configuration file states, such as application.yml or launchSettings.json. */
  readonly port?: number | undefined
  readonly health?: HealthSpec | undefined
  readonly environment?: readonly EnvironmentVariable[]
  /** What runs beside it in the same folder: workers, a clock. */
  readonly processes?: readonly ProcessSpec[]
  /** Where these values stand; the manifest says those that are not here. */
  readonly because?: Because
  /** Whether it answers requests though no source of its own listens: pages for a web server. Default is what source and framework say. */
  readonly isServer?: boolean
  /** Where its server listens when nothing states a port; outweighs the framework's. `because.port` says what makes it usual. */
  readonly usualPort?: number | undefined
  /** Versions of dependencies, where they are written. */
  readonly versions?: ReadonlyMap<string, string>
  /** Addresses that its configuration files state. */
  readonly addresses?: readonly StatedAddress[]
  /** Paths outside the folder that its build reads. */
  readonly reads?: readonly string[]
  /** What its template needs to know. */
  readonly facts?: Facts
}

/** Everything known of a program when its commands are chosen. */
export interface Program {
  readonly folder: Folder
  readonly repository: Repository
  readonly project: Project
  readonly framework: Framework | undefined
  readonly source: SourceFacts
  /** The port it will listen on, if it listens. */
  readonly port: number | undefined
}

export interface Language {
  readonly type: ServiceType
  readonly title: string
  /** File names that make a folder worth asking about; `*.x` matches by ending. */
  readonly marks: readonly string[]
  /** Undefined when the folder holds no project of the language. Reads manifests only through `repository`. */
  readonly readProject: (folder: Folder, repository: Repository) => Project | undefined
  readonly source: SourceLanguage
  readonly frameworks: readonly Framework[]
  /** The package that an imported module belongs to. Default is the module's own name. */
  readonly packageOf?: (module: string) => string
  /** Where a server listens when neither its source nor its framework says. */
  readonly port: number
  readonly start: (program: Program) => string | undefined
  readonly build?: (program: Program) => string | undefined
}

export function detectorFor(language: Language): Detector {
  return {
    type: language.type,
    title: language.title,
    marks: language.marks,
    claim(folder, repository): Claim | undefined {
      const project = language.readProject(folder, repository)
      return project === undefined ? undefined : claimOf(readProgram(project, { folder, repository, language }), language)
    },
  }
}

export interface Reading extends Program {
  /** The same port, with its place. */
  readonly listensOn: Said<number> | undefined
  readonly process: Process | undefined
  readonly environment: ReturnType<typeof findEnvironment>
  readonly frameworkEvidence: Evidence | undefined
}

interface ReadingContext {
  readonly folder: Folder
  readonly repository: Repository
  readonly language: Language
}

function readProgram(project: Project, { folder, repository, language }: ReadingContext): Reading {
  const exists = (path: string) => repository.tree.entries.has(path)
  const source = scanSources([...project.entries, ...(project.routeFiles ?? [])], {
    reader: repository.read,
    language: language.source,
    exists,
  })
  const named = findProcess(folder, repository)
  // What answers is not started by a Procfile that lists only what works beside it.
  const process = named !== undefined && source.listens !== undefined && worksBeside(named) ? undefined : named
  const found = language.frameworks.flatMap((framework) => {
    const evidence = findPackage(framework.packages, { project, source, language })
    return evidence === undefined ? [] : [{ framework, evidence }]
  })
  // What has pages for a web server may have commands as well.
  const best = found.find(({ framework }) => framework.kind !== 'tool') ?? (project.isServer === true ? undefined : found[0])
  const isServer =
    project.isServer === true || source.listens !== undefined || project.port !== undefined || best?.framework.port !== undefined
  const commanded = said(portInCommand(process?.command), process?.evidence)
  const place = placeOfProject(project, folder)
  const listensOn = isServer
    ? (commanded ??
      said(project.port, project.because?.port ?? place) ??
      saidPort(source, repository.read) ??
      usual(project.usualPort, project.because?.port ?? place, `the usual port of ${language.title}`) ??
      usual(best?.framework.port, best?.evidence, `the usual port of ${best?.framework.name}`) ??
      usual(language.port, place, `the usual port of ${language.title}`))
    : commanded
  return {
    folder,
    repository,
    project,
    source,
    process,
    framework: best?.framework,
    frameworkEvidence: best?.evidence,
    port: listensOn?.value,
    listensOn,
    environment: findEnvironment(folder, source, repository),
  }
}

/** What speaks for the whole project: its manifest, else the file where it begins. */
export function placeOfProject({ manifest, entries: [entry] }: Project, { path }: Folder): Evidence {
  if (manifest !== undefined) return manifest
  return entry === undefined ? { path, fact: 'is the folder' } : { path: entry, line: 1, fact: `entry file ${baseName(entry)}` }
}

interface PackageContext {
  readonly project: Project
  readonly source: SourceFacts
  readonly language: Language
}

function findPackage(packages: readonly string[], { project, source, language }: PackageContext): Evidence | undefined {
  const listed = packages.map((name) => project.dependencies.get(name)).find((evidence) => evidence !== undefined)
  if (listed !== undefined || project.dependencies.size > 0) return listed
  const { packageOf = (module: string) => module } = language
  return [...source.imports].find(([module]) => packages.includes(module) || packages.includes(packageOf(module)))?.[1]
}

function claimOf(reading: Reading, language: Language): Claim {
  const { project, source, environment } = reading
  return {
    type: language.type,
    hasManifest: project.manifest !== undefined,
    signs: signsOf(reading, language),
    spec: claimedSpec(reading, language),
    dependencies: [...project.dependencies].map(([name, evidence]) => ({ name, evidence })),
    imports: importsOf(source, language.packageOf ?? ((module) => module)),
    addresses: [...environment.addresses, ...(project.addresses ?? [])],
    reads: [...source.files, ...(project.reads ?? [])],
  }
}

/** How much a framework of each kind counts. */
const frameworkWeights = { server: 0.45, worker: 0.35, tool: -0.4 } as const

/** A server has options too: what reads them says little of a program that listens. */
function weightOf(kind: keyof typeof frameworkWeights, { listens }: SourceFacts): number {
  return kind === 'tool' && listens !== undefined ? -0.1 : frameworkWeights[kind]
}

function signsOf({ project, source, framework, frameworkEvidence, process, folder, repository }: Reading, language: Language): Sign[] {
  const kind = framework?.kind ?? 'server'
  const [entry] = project.entries
  return [
    ...(project.manifest ? [{ ...project.manifest, weight: 0.2 }] : []),
    ...(entry === undefined ? [] : [{ path: entry, line: 1, fact: `entry file ${baseName(entry)}`, weight: 0.25 }]),
    ...(process ? [{ ...process.evidence, weight: 0.6 }] : []),
    ...(frameworkEvidence
      ? [{ ...frameworkEvidence, weight: weightOf(kind, source), ...(kind === 'tool' ? { role: 'tooling' as const } : {}) }]
      : []),
    ...sourceSigns(source, { loops: 0.35 }),
    ...project.signs,
    ...toolInImage({ project, source, framework, process, folder, repository }, language),
    ...dockerfileSigns(language.type, findDockerfile(folder, repository)),
  ]
}

/** Languages whose programs people run by hand as often as not. */
const compiled: readonly ServiceType[] = ['rust', 'haskell', 'cpp', 'zig', 'crystal', 'swift', 'dart', 'gleam']

type ToolReading = Pick<Reading, 'project' | 'source' | 'framework' | 'process' | 'folder' | 'repository'>

/** An image is also how a command is handed to people: one that exposes nothing, of a program that nothing keeps running. */
function toolInImage({ project, source, framework, process, folder, repository }: ToolReading, { type }: Language): Sign[] {
  const image = compiled.includes(type) ? findDockerfile(folder, repository) : undefined
  const stays = source.listens ?? source.loops ?? process ?? project.port ?? (framework?.kind === 'tool' ? undefined : framework)
  if (image?.command === undefined || image.ports.length > 0 || image.health !== undefined || stays !== undefined) return []
  return [
    { path: image.path, line: image.command.line, fact: 'the image exposes nothing, and its program ends', weight: -0.5, role: 'tooling' },
  ]
}

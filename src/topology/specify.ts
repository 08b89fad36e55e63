// One draft as a ServiceSpec: every source of facts is asked, and precedence.ts says who is believed.
import { buildOf, dockerfileFor } from './build-spec.ts'
import { evidenceOf, isStack } from './claim.ts'
import type { DeclaredService } from './declaration/schema.ts'
import type { Statement } from './declared/statement.ts'
import { saidBy, statementsAbout } from './declared/statements.ts'
import { dockerfileReads } from './dockerfiles.ts'
import { platformVariables } from './environment.ts'
import { believed } from './precedence.ts'
import { mainProcess, type Process, portInCommand, readProcesses } from './procfile.ts'
import { defined } from './reading/data.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Packages } from './relations/packages.ts'
import { findReads } from './relations/reads.ts'
import type { Repository } from './repository.ts'
import { usualResources } from './resources.ts'
import type { Draft } from './services.ts'
import type { EnvironmentVariable, HealthSpec, ServiceSpec } from './topology.ts'

export interface SpecifyContext {
  readonly repository: Repository
  readonly packages: Packages
}

/** A service without its dependencies, which need every service's name. */
export type Undependent = Omit<ServiceSpec, 'dependsOn'>

export function specifyService(draft: Draft, { repository, packages }: SpecifyContext): Undependent {
  const { claim, declared, compose, path } = draft
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const statements = isStack(claim.type) ? [] : statementsAbout(path, repository)
  const dockerfile = dockerfileFor(draft, { folder, statements, repository })
  const reads = findReads(draft, { repository, packages })
  const build = buildOf(draft, { folder, dockerfile, statements, reads, repository })
  const known: Known = {
    draft,
    statements,
    processes: readProcesses(folder, repository),
    dockerfile: build.kind === 'dockerfile' ? dockerfile : undefined,
  }
  const port = portOf(known)
  return {
    name: draft.name,
    path,
    type: claim.type,
    confidence: draft.confidence,
    build,
    environment: environmentOf(draft, statements),
    resources: resourcesOf(known),
    alternatives: draft.alternatives,
    evidence: evidenceOf(claim.signs),
    reads: build.kind === 'dockerfile' && dockerfile !== undefined ? unique(dockerfileReads(folder, dockerfile, build)) : reads.paths,
    facts: claim.spec.facts ?? {},
    ...defined({
      framework: claim.spec.framework,
      version: claim.spec.version,
      packageManager: claim.spec.packageManager,
      start: startOf(known) ?? known.dockerfile?.command?.text,
      buildCommand: believed({
        ...saidBy(statements, ({ buildCommand }) => buildCommand),
        declaration: declared?.build?.command,
        guess: claim.spec.buildCommand,
      }),
      processes: processesOf(known),
      port,
      health: healthOf(known, port),
      replicas: declared?.replicas,
      domains: declared?.domains,
      ignore: Array.isArray(declared?.ignore) ? declared.ignore : undefined,
      compose: compose && { file: compose.file, service: compose.service.name },
    }),
  }
}

/** Everybody who says something about a service. */
interface Known {
  readonly draft: Draft
  readonly statements: readonly Statement[]
  readonly processes: readonly Process[]
  /** The Dockerfile that builds it, when one does. */
  readonly dockerfile: DockerfileFacts | undefined
}

function startOf({ draft, statements, processes, dockerfile }: Known): string | undefined {
  const { claim, declared, compose } = draft
  return believed({
    ...saidBy(statements, ({ start }) => start),
    declaration: declaredStart(declared),
    procfile: mainProcess(processes)?.command,
    compose: compose?.service.command,
    guess: dockerfile === undefined ? claim.spec.start : undefined,
  })
}

function portOf({ draft, statements, processes, dockerfile }: Known): number | undefined {
  const { claim, declared, compose } = draft
  return believed({
    ...saidBy(statements, ({ port }) => port),
    declaration: declared?.port,
    procfile: portInCommand(mainProcess(processes)?.command),
    compose: compose?.service.ports[0]?.port,
    dockerfile: isScaffold(dockerfile) ? undefined : dockerfile?.ports[0]?.port,
    guess: portInCommand(declaredStart(declared)) ?? claim.spec.port ?? dockerfile?.ports[0]?.port,
  })
}

/** Quarkus writes Dockerfiles for every project that expose its usual port; the project's own configuration knows better. */
function isScaffold(dockerfile: DockerfileFacts | undefined): boolean {
  return dockerfile !== undefined && /(?:^|\/)src\/main\/docker\/[^/]{1,100}$/.test(dockerfile.path)
}

/** The processes of a folder that has several, by whoever is believed. */
function processesOf({ statements, processes }: Known): ServiceSpec['processes'] {
  const own = processes.map(({ name, command }) => ({ name, command }))
  return believed({ ...saidBy(statements, (statement) => statement.processes), procfile: own.length > 1 ? own : undefined })
}

function declaredStart(declared: DeclaredService | undefined): string | undefined {
  if (typeof declared?.start !== 'object') return declared?.start
  return declared.start.map((word) => (/^[\w@%+=:,./-]{1,2000}$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

function healthOf({ draft, statements, dockerfile }: Known, port: number | undefined): HealthSpec | undefined {
  const { claim, declared } = draft
  const guess = claim.spec.health ?? (port === undefined || isStack(claim.type) ? undefined : { kind: 'tcp' as const })
  return believed<HealthSpec>({
    ...saidBy(statements, ({ health }) => health),
    declaration: declaredHealth(declared?.health),
    dockerfile: dockerfile?.health?.spec,
    guess,
  })
}

function declaredHealth(health: DeclaredService['health']): HealthSpec | undefined {
  if (health === undefined) return undefined
  if (health === false) return { kind: 'none' }
  if (typeof health === 'string') return { kind: 'http', path: health }
  if ('tcp' in health) return { kind: 'tcp', port: health.tcp }
  if ('command' in health) return { kind: 'exec', command: health.command }
  return { kind: 'http', path: health.path, ...(health.port === undefined ? {} : { port: health.port }) }
}

/** A name that several know takes its value from the most believed of them. */
function environmentOf({ claim, declared, compose }: Draft, statements: readonly Statement[]): EnvironmentVariable[] {
  const variables = new Map((claim.spec.environment ?? []).map((variable) => [variable.name, variable]))
  const stated = [...statements].reverse().flatMap(({ environment = [] }) => environment)
  for (const variable of stated)
    if (!platformVariables.has(variable.name)) variables.set(variable.name, withKnownValue(variable, variables.get(variable.name)))
  for (const { name, value } of compose?.service.environment ?? [])
    variables.set(name, { name, required: value === '', ...(value === '' ? {} : { value }) })
  for (const [name, value] of Object.entries(declared?.env ?? {})) {
    if (value === null) variables.set(name, { name, required: true })
    else if (typeof value === 'object') variables.set(name, { name, required: value.required })
    else variables.set(name, { name, required: false, value: String(value) })
  }
  return [...variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A declaration that only asks for a variable leaves the default that somebody else states. */
function withKnownValue(variable: EnvironmentVariable, known: EnvironmentVariable | undefined): EnvironmentVariable {
  return variable.value === undefined && known?.value !== undefined ? { ...variable, required: false, value: known.value } : variable
}

function resourcesOf({ draft, statements }: Known): ServiceSpec['resources'] {
  const { claim, declared } = draft
  const usual = usualResources(claim.type, claim.spec.framework)
  const cpu = declared?.resources?.cpu
  return {
    memory:
      believed({ ...saidBy(statements, ({ memory }) => memory), declaration: declared?.resources?.memory, guess: usual.memory }) ??
      usual.memory,
    cpu:
      believed({
        ...saidBy(statements, (statement) => coresOf(statement.cpu)),
        declaration: cpu === undefined ? undefined : String(cpu),
        guess: usual.cpu,
      }) ?? usual.cpu,
  }
}

/** `250m` as cores. */
function coresOf(cpu: string | undefined): string | undefined {
  const thousandths = /^(\d{1,6})m$/.exec(cpu ?? '')?.[1]
  return thousandths === undefined ? cpu : String(Number(thousandths) / 1000)
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort()
}

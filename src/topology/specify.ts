// One draft as a ServiceSpec: every source of facts is asked, and precedence.ts says who is believed.
import { evidenceOf } from './claim.ts'
import type { DeclaredService } from './declaration/schema.ts'
import { dockerfileBuild, dockerfileReads, findDockerfile } from './dockerfiles.ts'
import { commonFolder, joinPath } from './paths.ts'
import { believed } from './precedence.ts'
import { findProcess, portInCommand } from './procfile.ts'
import { asPort, defined } from './reading/data.ts'
import type { DockerfileFacts } from './reading/dockerfile.ts'
import type { Packages } from './relations/packages.ts'
import { findReads, type Reads } from './relations/reads.ts'
import type { Folder, Repository } from './repository.ts'
import type { Draft } from './services.ts'
import type { BuildSpec, EnvironmentVariable, HealthSpec, ServiceSpec, ServiceType } from './topology.ts'

export interface SpecifyContext {
  readonly repository: Repository
  readonly packages: Packages
}

/** A service without its dependencies, which need every service's name. */
export type Undependent = Omit<ServiceSpec, 'dependsOn'>

export function specifyService(draft: Draft, { repository, packages }: SpecifyContext): Undependent {
  const { claim, declared, compose, path } = draft
  const folder = repository.folders.get(path) ?? { path, files: new Set<string>(), folders: new Set<string>() }
  const dockerfile = dockerfileFor(draft, folder, repository)
  const reads = findReads(draft, { repository, packages })
  const build = buildOf(draft, { folder, dockerfile, reads, repository })
  const process = findProcess(folder, repository)
  const isDockerfile = build.kind === 'dockerfile'
  const start = believed({
    declaration: declaredStart(declared),
    procfile: process?.command,
    compose: compose?.service.command,
    guess: isDockerfile ? undefined : claim.spec.start,
  })
  const port = believed({
    declaration: declared?.port,
    procfile: portInCommand(process?.command),
    compose: compose?.service.ports[0]?.port,
    dockerfile: isDockerfile
      ? (dockerfile?.ports[0]?.port ?? asPort(dockerfile?.environment.find(({ name }) => name === 'PORT')?.value))
      : undefined,
    guess: portInCommand(declaredStart(declared)) ?? claim.spec.port,
  })
  return {
    name: draft.name,
    path,
    type: claim.type,
    confidence: draft.confidence,
    build,
    environment: environmentOf(draft),
    resources: resourcesOf(claim.type, declared),
    alternatives: draft.alternatives,
    evidence: evidenceOf(claim.signs),
    reads: build.kind === 'dockerfile' && dockerfile !== undefined ? unique(dockerfileReads(folder, dockerfile, build)) : reads.paths,
    facts: claim.spec.facts ?? {},
    ...defined({
      framework: claim.spec.framework,
      version: claim.spec.version,
      packageManager: claim.spec.packageManager,
      start: start ?? (isDockerfile ? dockerfile?.command?.text : undefined),
      buildCommand: declared?.build?.command ?? claim.spec.buildCommand,
      port,
      health: healthOf(draft, dockerfile, port),
      replicas: declared?.replicas,
      domains: declared?.domains,
      ignore: Array.isArray(declared?.ignore) ? declared.ignore : undefined,
      compose: compose && { file: compose.file, service: compose.service.name },
    }),
  }
}

function dockerfileFor({ declared, compose, path }: Draft, folder: Folder, repository: Repository): DockerfileFacts | undefined {
  const named = declared?.build?.dockerfile ?? composeDockerfile(compose)
  if (named !== undefined && repository.tree.entries.has(named))
    return repository.read.dockerfile(named, declared?.build?.target ?? compose?.service.build?.target)
  return declared?.build?.template === undefined || path === undefined ? findDockerfile(folder, repository) : undefined
}

function composeDockerfile(compose: Draft['compose']): string | undefined {
  const build = compose?.service.build
  return build === undefined ? undefined : joinPath(build.context, (build.dockerfile ?? 'Dockerfile').replace(/^\.\//, ''))
}

interface BuildInput {
  readonly folder: Folder
  readonly dockerfile: DockerfileFacts | undefined
  readonly reads: Reads
  readonly repository: Repository
}

function buildOf({ declared, compose, claim, path }: Draft, { folder, dockerfile, reads, repository }: BuildInput): BuildSpec {
  const said = declared?.build
  if (claim.type === 'compose_stack') return { kind: 'compose', file: String(claim.spec.facts?.composeFile ?? '') }
  if (said?.image !== undefined) return { kind: 'image', image: said.image }
  const composed = compose?.service.build
  const options = defined({ target: said?.target ?? composed?.target, args: said?.args ?? nonEmpty(composed?.args) })
  const named = said?.dockerfile
  if (said?.template === undefined && (named !== undefined || dockerfile !== undefined)) {
    const guess = dockerfile === undefined ? { context: path } : dockerfileBuild(folder, dockerfile, repository)
    const context = said?.context ?? composed?.context ?? ('context' in guess ? guess.context : path)
    return { kind: 'dockerfile', dockerfile: named ?? dockerfile?.path ?? '', context, ...options }
  }
  return { kind: 'template', template: said?.template ?? claim.type, context: said?.context ?? commonFolder([path, ...reads.paths]) }
}

function nonEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}

function declaredStart(declared: DeclaredService | undefined): string | undefined {
  if (typeof declared?.start !== 'object') return declared?.start
  return declared.start.map((word) => (/^[\w@%+=:,./-]{1,2000}$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

function healthOf({ claim, declared }: Draft, dockerfile: DockerfileFacts | undefined, port: number | undefined): HealthSpec | undefined {
  const guess = claim.spec.health ?? (port === undefined || claim.type === 'compose_stack' ? undefined : { kind: 'tcp' as const })
  return believed<HealthSpec>({ declaration: declaredHealth(declared?.health), dockerfile: dockerfile?.health?.spec, guess })
}

function declaredHealth(health: DeclaredService['health']): HealthSpec | undefined {
  if (health === undefined) return undefined
  if (health === false) return { kind: 'none' }
  if (typeof health === 'string') return { kind: 'http', path: health }
  if ('tcp' in health) return { kind: 'tcp', port: health.tcp }
  if ('command' in health) return { kind: 'exec', command: health.command }
  return { kind: 'http', path: health.path, ...(health.port === undefined ? {} : { port: health.port }) }
}

function environmentOf({ claim, declared, compose }: Draft): EnvironmentVariable[] {
  const variables = new Map((claim.spec.environment ?? []).map((variable) => [variable.name, variable]))
  for (const { name, value } of compose?.service.environment ?? [])
    variables.set(name, { name, required: value === '', ...(value === '' ? {} : { value }) })
  for (const [name, value] of Object.entries(declared?.env ?? {})) {
    if (value === null) variables.set(name, { name, required: true })
    else if (typeof value === 'object') variables.set(name, { name, required: value.required })
    else variables.set(name, { name, required: false, value: String(value) })
  }
  return [...variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a service gets when nobody says otherwise, by what its runtime usually needs. */
const usualResources: Partial<Record<ServiceType, { readonly memory: string; readonly cpu: string }>> = {
  golang: { memory: '256Mi', cpu: '0.5' },
  rust: { memory: '256Mi', cpu: '0.5' },
  static_site: { memory: '128Mi', cpu: '0.25' },
  java: { memory: '1Gi', cpu: '1' },
}

function resourcesOf(type: ServiceType, declared: DeclaredService | undefined): ServiceSpec['resources'] {
  const usual = usualResources[type] ?? { memory: '512Mi', cpu: '0.5' }
  const { memory, cpu } = declared?.resources ?? {}
  return { memory: memory ?? usual.memory, cpu: cpu === undefined ? usual.cpu : String(cpu) }
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort()
}

// A service of the user's own compose file as a draft of the stack: what the file says, with kyozo's limits.
import type { ComposeModel, ComposeModelService } from '../topology/compose/model.ts'
import { joinPath } from '../topology/paths.ts'
import { standardPorts } from '../topology/relations/kinds.ts'
import type { BackingService, Evidence, HealthSpec, ServiceSpec } from '../topology/topology.ts'
import { commandOf } from './backing-service.ts'
import { bakeFiles, isBaked } from './baked-files.ts'
import { dockerfileBuildInput } from './build-input.ts'
import { defineComposeService } from './compose-definition.ts'
import { addedLimits } from './compose-differences.ts'
import { keepsData } from './dockerfile-volumes.ts'
import { declaredVariables, healthOf, ignoreRulesOf, makeImage, needOf } from './folder-service.ts'
import { paceOf } from './health-pace.ts'
import { type BuiltSources, buildSources } from './mounted-sources.ts'
import { sayBuild, sayEvidence } from './reasons.ts'
import type { Endpoint, Need, ServiceDraft } from './service-draft.ts'
import type { StackInput } from './specify.ts'
import type { BuildInput, StackService } from './stack.ts'

export interface ComposeServiceInput {
  readonly model: ComposeModel
  /** Its name in the file. */
  readonly key: string
  readonly service: ComposeModelService
  /** Names in the stack by names in the file. */
  readonly names: ReadonlyMap<string, string>
  /** What the topology knows of it beyond the file. */
  readonly spec?: ServiceSpec
  readonly backing?: BackingService
  readonly input: StackInput
}

export function draftComposeService(given: ComposeServiceInput): ServiceDraft {
  const made = buildSources(given)
  const source = made === undefined ? given : { ...given, service: withCheck(made) }
  const { service, spec } = source
  const name = nameOf(source, source.key)
  const build = buildOf(source, made?.build)
  const port = spec?.port ?? firstPort(service) ?? made?.port
  const isOneShot = endsByItself(source)
  const health = isOneShot ? ({ kind: 'none' } as const) : healthOfCompose(service, { spec, port })
  const livesIn = hostOf(source)
  return {
    name,
    ...folderOf(source),
    type: spec?.type ?? typeOf(service),
    definition: defineComposeService({ ...source, name, build, port, isOneShot }),
    environment: service.environment,
    declared: declaredVariables(spec),
    statedBy: source.model.file,
    reasons: reasonsOf(source, name),
    ...(build === undefined ? { image: service.image ?? '' } : { build }),
    ...(port === undefined ? {} : { port }),
    health,
    hasHealthcheck: service.healthcheck?.test !== undefined && !service.healthcheck.isDisabled,
    isOneShot,
    replicas: service.replicas,
    volumes: service.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : [])),
    ...(livesIn === undefined ? {} : { livesIn }),
    endpoint: endpointOf(source, { name, port }),
    needs: needsOf(source),
    evidence: spec?.evidence ?? source.backing?.evidence ?? [{ path: source.model.file, fact: `service ${source.key}` }],
  }
}

/** A published image that is no database is a service that people reach; what only siblings reach stands behind them. */
function typeOf({ build, image, ports }: ComposeModelService): StackService['type'] {
  const isReached = ports.length > 0 && !keepsData(image ?? '')
  return build !== undefined || isReached ? 'containerized' : 'backing'
}

function nameOf({ names }: ComposeServiceInput, key: string): string {
  return names.get(key) ?? key
}

function folderOf({ spec, service }: ComposeServiceInput): { folder?: string } {
  const folder = spec?.path ?? service.build?.context
  return folder === undefined ? {} : { folder }
}

function withCheck({ service, healthTest }: BuiltSources): ComposeModelService {
  return service.healthcheck !== undefined || healthTest === undefined
    ? service
    : { ...service, healthcheck: { isDisabled: false, test: healthTest } }
}

function buildOf({ model, key, service, spec, input }: ComposeServiceInput, made: BuildInput | undefined): BuildInput | undefined {
  if (spec?.declared?.says.build?.template !== undefined) return makeImage(spec, input).build
  const mounts = service.mounts.filter(isBaked)
  const base = made ?? (service.build === undefined ? (service.image ?? '') : ownBuild(key, { build: service.build, spec, input }))
  if (mounts.length === 0) return typeof base === 'string' ? undefined : base
  const volumes = service.mounts.flatMap((mount) => (isBaked(mount) ? [] : [mount.target]))
  const user = service.user === undefined ? {} : { user: service.user }
  return bakeFiles({ service: key, base, mounts, volumes, tree: input.tree, file: model.file, ...user })
}

interface OwnBuild {
  readonly build: NonNullable<ComposeModelService['build']>
  readonly spec: ServiceSpec | undefined
  readonly input: StackInput
}

function ownBuild(service: string, { build, spec, input }: OwnBuild): BuildInput {
  return dockerfileBuildInput(input.tree, {
    service,
    spec: {
      kind: 'dockerfile',
      context: build.context,
      dockerfile: build.dockerfile ?? joinPath(build.context, 'Dockerfile'),
      args: build.args,
      ...(build.target === undefined ? {} : { target: build.target }),
    },
    ignore: spec === undefined ? { folder: build.context, globs: [] } : ignoreRulesOf(spec),
    ...(build.dockerfileInline === undefined ? {} : { inlineDockerfile: build.dockerfileInline }),
  })
}

function firstPort({ ports, expose }: ComposeModelService): number | undefined {
  return [...ports, ...expose].find(({ protocol }) => protocol === 'tcp')?.target
}

/** A container that others wait for to end, or that its author does not want started again and nothing reaches. */
function endsByItself({ model, key, service }: ComposeServiceInput): boolean {
  const isAwaited = Object.values(model.services).some(({ dependsOn }) => dependsOn[key]?.condition === 'completed')
  const restart = service.restart ?? 'no'
  if (isAwaited) return restart === 'no' || restart.startsWith('on-failure')
  return service.restart === 'no' && service.ports.length === 0 && service.expose.length === 0 && service.healthcheck === undefined
}

function healthOfCompose(service: ComposeModelService, known: { spec: ServiceSpec | undefined; port: number | undefined }): HealthSpec {
  const { healthcheck, networkMode } = service
  if (known.spec?.health?.kind === 'docker') return known.spec.health
  if (healthcheck?.test !== undefined && !healthcheck.isDisabled)
    return { ...paceOf(known.spec?.health), kind: 'exec', command: commandOf(healthcheck.test) }
  // kyozo probes through a published port: a service that publishes none is healthy when it runs.
  if (networkMode !== undefined || (service.ports.length === 0 && known.spec?.port === undefined)) return { kind: 'none' }
  return healthOf(known.spec?.health, known.port)
}

/** The service whose namespace it shares; of several the first decides, all of them are siblings. */
function hostOf(source: ComposeServiceInput): string | undefined {
  const { networkMode, pidService, ipcService } = source.service
  const key = networkMode?.kind === 'service' ? networkMode.service : (pidService ?? ipcService)
  return key === undefined ? undefined : nameOf(source, key)
}

/** Where a folder's service that the compose file does not know finds it: what official images take as their user is in the environment. */
function endpointOf({ service, backing }: ComposeServiceInput, { name, port }: { name: string; port: number | undefined }): Endpoint {
  const { environment } = service
  const at = { host: name, ...(port === undefined ? {} : { port }) }
  if (backing === undefined) return at
  switch (backing.kind) {
    case 'postgres': {
      const user = environment.POSTGRES_USER ?? 'postgres'
      return { port: 5432, ...at, user, password: environment.POSTGRES_PASSWORD ?? '', database: environment.POSTGRES_DB ?? user }
    }
    case 'mariadb': {
      const { MARIADB_USER, MARIADB_PASSWORD, MARIADB_ROOT_PASSWORD, MARIADB_DATABASE } = environment
      if (MARIADB_DATABASE === undefined) return mysqlEndpoint(environment, at)
      const password = (MARIADB_USER === undefined ? MARIADB_ROOT_PASSWORD : MARIADB_PASSWORD) ?? ''
      return { port: 3306, ...at, user: MARIADB_USER ?? 'root', password, database: MARIADB_DATABASE }
    }
    case 'mysql':
      return mysqlEndpoint(environment, at)
    case 'rabbitmq': {
      const { RABBITMQ_DEFAULT_USER = 'guest', RABBITMQ_DEFAULT_PASS = 'guest' } = environment
      return { port: 5672, ...at, user: RABBITMQ_DEFAULT_USER, password: RABBITMQ_DEFAULT_PASS }
    }
    case 'mongodb':
      return {
        port: 27017,
        ...at,
        user: environment.MONGO_INITDB_ROOT_USERNAME ?? '',
        password: environment.MONGO_INITDB_ROOT_PASSWORD ?? '',
      }
    default:
      return { port: standardPorts[backing.kind], ...at }
  }
}

/** MariaDB's image takes MySQL's variables too. */
function mysqlEndpoint(environment: ComposeServiceInput['service']['environment'], at: { host: string; port?: number }): Endpoint {
  const { MYSQL_USER, MYSQL_PASSWORD, MYSQL_ROOT_PASSWORD, MYSQL_DATABASE = '' } = environment
  const password = (MYSQL_USER === undefined ? MYSQL_ROOT_PASSWORD : MYSQL_PASSWORD) ?? ''
  return { port: 3306, ...at, user: MYSQL_USER ?? 'root', password, database: MYSQL_DATABASE }
}

function needsOf(source: ComposeServiceInput): readonly Need[] {
  const { model, service, spec } = source
  const stated = Object.entries(service.dependsOn).map(([key, { condition, required }]): Need => {
    const evidence = [{ path: model.file, fact: `depends_on ${key}` }]
    return { service: nameOf(source, key), condition, kind: required ? 'ordered' : 'ordered_if_present', connections: [], evidence }
  })
  // The file has the last word about order; the topology adds addresses that nothing sets.
  const known = (spec?.dependsOn ?? []).flatMap(needOf).map((need): Need => {
    return stated.some((other) => other.service === need.service) ? { ...need, kind: 'reached_only' } : need
  })
  return [...stated, ...known]
}

/** What shows a backing service is the compose file itself, or one that it includes; what shows a folder may be its code. */
function sayMore(evidence: readonly Evidence[] = []): string {
  if (evidence.length === 0) return ''
  const isStated = evidence.every(({ path }) => /\.ya?ml$/.test(path))
  return `; ${isStated ? [...new Set(evidence.map(({ path, fact }) => `${fact} (${path})`))].slice(0, 2).join('; ') : sayEvidence(evidence)}`
}

function reasonsOf({ model, key, spec, backing, service }: ComposeServiceInput, name: string): string[] {
  const evidence = spec?.evidence ?? backing?.evidence
  const limits = addedLimits({ service, ...(spec === undefined ? {} : { spec }) })
  const isByFolder = spec !== undefined && service.build === undefined && service.image === undefined
  return [
    `${name}: service ${key} of ${model.file}${sayMore(evidence)}`,
    ...(isByFolder ? [sayBuild(spec)] : []),
    ...(service.build?.dockerfile === undefined ? [] : [`Built by ${service.build.dockerfile}.`]),
    ...(service.mounts.some(isBaked) ? ['The files that it mounts are copied into its image.'] : []),
    ...(limits.length === 0 ? [] : [`Where the file says no limit, kyozo does: ${limits.join(', ')}.`]),
  ]
}

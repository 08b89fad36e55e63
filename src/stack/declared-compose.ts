// A service of the user's own compose file as kyozo.yaml corrects it: whoever writes kyozo.yaml has read the compose file, not the other way round.
import type { ComposeModel, ComposeModelHealthcheck, ComposeModelService } from '../topology/compose/model.ts'
import { toLabel } from '../topology/naming.ts'
import type { ServiceSpec, Topology } from '../topology/topology.ts'
import { declaredCommand } from './declared.ts'

/** The services of a file that run, each with what kyozo.yaml says of it. */
export function obeyDeclared(model: ComposeModel, { services }: Topology): Readonly<Record<string, ComposeModelService>> {
  const stack = services.find(({ build }) => build.kind === 'compose' && build.file === model.file)
  const leftOut = stack?.facts.leftOut
  const kept = Object.entries(model.services).filter(([key]) => !(Array.isArray(leftOut) && leftOut.includes(key)))
  return Object.fromEntries(
    kept.map(([key, service]) => {
      const spec = services.find(({ compose }) => compose?.file === model.file && compose.service === key)
      return [key, spec?.declared === undefined ? service : corrected(service, spec)]
    }),
  )
}

function corrected(service: ComposeModelService, spec: ServiceSpec): ComposeModelService {
  const { says } = spec.declared ?? {}
  const { memory, cpu } = says?.resources ?? {}
  const command = declaredCommand(spec)
  const healthcheck = says?.health === undefined ? undefined : healthcheckOf(spec, service)
  const { healthcheck: own, ...rest } = service
  const check = says?.health === undefined ? own : healthcheck
  return {
    ...rest,
    ...(command === undefined ? {} : { command }),
    ...(check === undefined ? {} : { healthcheck: check }),
    ...builtAs(service, spec),
    environment: environmentOf(service, says?.env ?? {}),
    replicas: says?.replicas ?? service.replicas,
    resources: {
      ...service.resources,
      // What the file does not limit is limited as the topology says, which is what kyozo.yaml says.
      ...(memory === undefined ? {} : { memoryBytes: undefined }),
      ...(cpu === undefined ? {} : { cpus: undefined }),
    },
    dependsOn: orderOf(service, says?.depends_on),
  }
}

function healthcheckOf({ health }: ServiceSpec, { healthcheck: own }: ComposeModelService): ComposeModelHealthcheck | undefined {
  if (health?.kind === 'docker') return own
  if (health?.kind === 'exec') return { test: ['CMD', ...health.command], isDisabled: false }
  return health?.kind === 'none' ? { isDisabled: true } : undefined
}

function builtAs({ build: own }: ComposeModelService, { build, declared }: ServiceSpec): Partial<ComposeModelService> {
  if (declared?.says.build === undefined) return {}
  if (build.kind === 'image') return { build: undefined, image: build.image }
  if (build.kind === 'template') return { build: { context: build.context, args: {} } }
  if (build.kind !== 'dockerfile') return {}
  const { dockerfileInline: _, target: __, ...kept } = own ?? { args: {} }
  const { context, dockerfile, target, args } = build
  return { build: { ...kept, context, dockerfile, args: args ?? kept.args, ...(target === undefined ? {} : { target }) } }
}

type Says = NonNullable<ServiceSpec['declared']>['says']

/** What a secret must fill has no value that a file states. */
function environmentOf({ environment }: ComposeModelService, said: NonNullable<Says['env']>): ComposeModelService['environment'] {
  const values = new Map(Object.entries(environment))
  for (const [name, value] of Object.entries(said)) {
    if (value === null || (typeof value === 'object' && value.required)) values.delete(name)
    else if (typeof value !== 'object') values.set(name, String(value))
  }
  return Object.fromEntries(values)
}

/** The file's order, without what kyozo.yaml says is no dependency or can be missing. */
function orderOf({ dependsOn }: ComposeModelService, said: Says['depends_on']): ComposeModelService['dependsOn'] {
  if (said === undefined) return dependsOn
  if (said === 'none' || (Array.isArray(said) && said.length === 0)) return {}
  if (Array.isArray(said)) return dependsOn
  const loose = Object.entries(said).flatMap(([name, kind]) =>
    (typeof kind === 'string' ? kind : kind.kind) === 'requires' ? [] : [toLabel(name)],
  )
  return Object.fromEntries(Object.entries(dependsOn).filter(([key]) => !loose.includes(toLabel(key))))
}

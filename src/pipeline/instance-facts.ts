// A service instance as a release leaves it: what its row says, from the stack and from what runs.
import type { ObservedContainer, Operation, StackPlan } from '../reconcile/plan.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import { kubernetesMemory } from '../stack/units.ts'
import type { HealthProof } from '../store/deployment-events.ts'
import type { InstanceChange, InstanceKey, ServiceInstance } from '../store/service-instances.ts'
import type { Attempt } from './attempt.ts'
import { healthConfig, provenConfig } from './health-config.ts'

/** What a plan does with a service, besides making its image. */
export type ServiceOperation = Exclude<Extract<Operation, { service: string }>, { kind: 'build' | 'pull' }>

export function operationsByService({ operations }: StackPlan): ReadonlyMap<string, ServiceOperation> {
  return new Map(
    operations.flatMap((operation) =>
      'service' in operation && operation.kind !== 'build' && operation.kind !== 'pull' ? [[operation.service, operation] as const] : [],
    ),
  )
}

export function instanceKey({ workspace, environment }: Pick<Attempt, 'workspace' | 'environment'>, spec: StackService): InstanceKey {
  return {
    teamId: workspace.teamId,
    workspaceId: workspace.id,
    environmentId: environment.id,
    name: spec.name,
    folderPath: spec.folder ?? `@${spec.name}`,
    serviceType: spec.type,
  }
}

/** While a release works on it. Undefined for what it leaves alone. */
export function statusMeanwhile(operation: ServiceOperation | undefined): 'deploying' | 'scaling' | undefined {
  switch (operation?.kind) {
    case 'start':
    case 'replace_beside':
    case 'replace_stop_first':
    case 'restart':
    case 'restart_in_place':
      return 'deploying'
    case 'scale':
      return 'scaling'
    default:
      return undefined
  }
}

/** What the stack says of it, whether or not it runs. */
export function declaredFacts(spec: StackService, stack: StackSpec): InstanceChange {
  const definition = stack.document.services[spec.name] ?? {}
  return {
    environmentVariables: JSON.stringify(Object.keys((definition.environment as Record<string, unknown> | undefined) ?? {})),
    resourceLimits: JSON.stringify(limitsOf(spec, stack)),
    healthCheckConfig: JSON.stringify(healthConfig(spec)),
    scalingConfig: JSON.stringify({ replicas: spec.replicas }),
  }
}

/** What one copy may use, in the words and units of kyozo.yaml. */
export function limitsOf(
  { name }: Pick<StackService, 'name'>,
  { document }: StackSpec,
): { readonly memory?: string; readonly cpu?: string } {
  const { deploy } = (document.services[name] ?? {}) as { deploy?: { resources?: { limits?: Readonly<Record<string, unknown>> } } }
  const { memory, cpus } = deploy?.resources?.limits ?? {}
  return {
    ...(memory === undefined ? {} : { memory: kubernetesMemory(String(memory)) }),
    ...(cpus === undefined ? {} : { cpu: String(cpus) }),
  }
}

export interface LiveInstance {
  readonly stack: StackSpec
  readonly spec: StackService
  /** Those of the service that serve. */
  readonly containers: readonly ObservedContainer[]
  /** Why it rests, when a person stopped it. */
  readonly rests: string | undefined
  readonly url: string | undefined
  /** What was set of it when this was deployed. */
  readonly settings: Readonly<Record<string, unknown>>
}

export function liveInstance({ stack, spec, containers, rests, url, settings }: LiveInstance): InstanceChange {
  const isUp = rests === undefined && spec.replicas > 0
  const { image, configHash, replacement } = spec
  return {
    ...declaredFacts(spec, stack),
    status: isUp ? 'running' : 'stopped',
    statusReason: rests ?? (spec.replicas === 0 ? 'no copy of it is asked for' : spec.isOneShot ? 'it ran and ended with code 0' : null),
    healthStatus: isUp ? 'healthy' : 'unknown',
    containerId: isUp ? (containers[0]?.id ?? null) : null,
    deploymentConfig: JSON.stringify({ image, configHash, replacement, settings }),
    portMappings: JSON.stringify(isUp ? containers.flatMap(portsOf) : []),
    url: url ?? null,
  }
}

/** What a release leaves alone stands as it stood: nobody has looked at it anew, and its check is the one that it was proved by. */
export function untouchedFacts(known: ServiceInstance | undefined, spec: StackService): InstanceChange {
  if (known === undefined || known.deployedAt === null) return {}
  const { status, healthStatus, statusReason } = known
  const isIll = (status === 'running' || status === 'error') && healthStatus !== 'healthy'
  return {
    healthCheckConfig: JSON.stringify(provenConfig(known.healthCheckConfig, healthConfig(spec))),
    ...(isIll ? { status, healthStatus, statusReason } : {}),
  }
}

export function portsOf({ publishedPorts }: ObservedContainer): { container: number; host: number }[] {
  return Object.entries(publishedPorts).map(([inside, outside]) => ({ container: Number(inside), host: outside }))
}

/** Where there is no probe of kyozo's, the engine's own look at the container decides. */
export function checkTypeOf({ health }: Pick<StackService, 'health'>): HealthProof['checkType'] {
  return health.kind === 'none' ? 'docker' : health.kind
}

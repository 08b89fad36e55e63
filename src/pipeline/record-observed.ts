// Services that change without a release: one whose container ends is no longer healthy, and one that came back is again. Only the change is told.
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { Sickness } from '../store/container-health.ts'
import type { Executor } from '../store/database.ts'
import { type HealthProof, recordEvents, recordHealthProofs } from '../store/deployment-events.ts'
import { changeServiceInstance, type InstanceChange, instancesByName, type ServiceInstance } from '../store/service-instances.ts'
import { healthNews } from './health-news.ts'
import { checkTypeOf, portsOf } from './instance-facts.ts'
import type { LiveService } from './verdicts.ts'

export interface Observed {
  readonly environmentId: string
  readonly teamId: string
  readonly live: ReadonlyMap<string, LiveService>
  /** Those of the live release, whether or not they run. */
  readonly containers: readonly ObservedContainer[]
  /** Containers whose health check says that they are sick, and why. */
  readonly sick: ReadonlyMap<string, Sickness>
  readonly now: Date
}

/** A service that was well and is not, or the other way round. */
export interface HealthChange {
  readonly service: string
  readonly status: 'healthy' | 'unhealthy'
  /** Why; null of a healthy one. */
  readonly reason: string | null
}

export async function recordObserved(trx: Executor, observed: Observed): Promise<readonly HealthChange[]> {
  const known = await instancesByName(trx, observed.environmentId)
  const changes: HealthChange[] = []
  for (const [name, { spec }] of observed.live) {
    const instance = known.get(name)
    if (instance === undefined || spec.replicas === 0 || !isSettled(instance)) continue
    const mine = observed.containers.filter(({ service, configHash }) => service === name && configHash === spec.configHash)
    const { trouble, news } = healthNews(instance, { spec, containers: mine, sick: observed.sick, now: observed.now })
    const change = { ...placesOf(instance, mine), ...(news === 'none' ? {} : standing(mine, trouble, observed.now)) }
    if (Object.keys(change).length > 0) await changeServiceInstance(trx, instance.id, change)
    if (news !== 'told') continue
    await tell(trx, observed.teamId, { instance, check: checkTypeOf(spec), trouble })
    changes.push({ service: name, status: trouble === undefined ? 'healthy' : 'unhealthy', reason: trouble ?? null })
  }
  return changes
}

interface Told {
  readonly instance: ServiceInstance
  readonly check: HealthProof['checkType']
  readonly trouble: string | undefined
}

async function tell(trx: Executor, teamId: string, { instance, check, trouble }: Told): Promise<void> {
  const said = trouble === undefined ? {} : { errorMessage: trouble }
  const type = trouble === undefined ? ('health_check_passed' as const) : ('health_check_failed' as const)
  const source = { teamId, releaseId: null, triggeredBy: null, triggeredById: null }
  await recordEvents(trx, source, [{ serviceInstanceId: instance.id, type, data: { check }, ...said }])
  const status = trouble === undefined ? 'healthy' : 'unhealthy'
  await recordHealthProofs(trx, teamId, [{ serviceInstanceId: instance.id, checkType: check, status, ...said }])
}

/** A release that works on it, or a person who stopped it, says how it stands. */
function isSettled({ status, desiredState, deployedAt }: ServiceInstance): boolean {
  return desiredState === 'running' && deployedAt !== null && (status === 'running' || status === 'error')
}

function standing(mine: readonly ObservedContainer[], trouble: string | undefined, now: Date): InstanceChange {
  const isUp = trouble === undefined || mine.some(({ state }) => state === 'running')
  return {
    status: isUp ? 'running' : 'error',
    healthStatus: trouble === undefined ? 'healthy' : 'unhealthy',
    statusReason: trouble ?? null,
    lastHealthCheckAt: now,
  }
}

/** A container that was started again has other ports on the machine. */
function placesOf(instance: ServiceInstance, mine: readonly ObservedContainer[]): InstanceChange {
  const up = mine.filter(({ state }) => state === 'running')
  const ports = up.flatMap(portsOf)
  if (up.length === 0) return {}
  return {
    ...(mine.some(({ id }) => id === instance.containerId) ? {} : { containerId: up[0]!.id }),
    ...(isSamePorts(ports, instance.portMappings) ? {} : { portMappings: JSON.stringify(ports) }),
  }
}

function isSamePorts(now: ReturnType<typeof portsOf>, before: ServiceInstance['portMappings']): boolean {
  const text = (ports: ServiceInstance['portMappings']) =>
    ports
      .map(({ container, host }) => `${container}:${host}`)
      .sort()
      .join()
  return text(now) === text(before)
}

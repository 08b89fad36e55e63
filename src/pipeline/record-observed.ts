// Services that change without a release: one whose container ends is no longer healthy, and one that came back is again. Only the change is told.
import type { ObservedContainer } from '../reconcile/plan.ts'
import type { Executor } from '../store/database.ts'
import { recordEvents, recordHealthProofs } from '../store/deployment-events.ts'
import { changeServiceInstance, type InstanceChange, instancesByName, type ServiceInstance } from '../store/service-instances.ts'
import { checkTypeOf, portsOf } from './instance-facts.ts'
import type { LiveService } from './verdicts.ts'

export interface Observed {
  readonly environmentId: string
  readonly teamId: string
  readonly live: ReadonlyMap<string, LiveService>
  /** Those of the live release, whether or not they run. */
  readonly containers: readonly ObservedContainer[]
  readonly now: Date
}

/** What comes up between two crashes is not well: it must have run this long. */
const steadyMs = 10_000

export async function recordObserved(trx: Executor, { environmentId, teamId, live, containers, now }: Observed): Promise<void> {
  const known = await instancesByName(trx, environmentId)
  for (const [name, { spec }] of live) {
    const instance = known.get(name)
    if (instance === undefined || spec.isOneShot || spec.replicas === 0 || !isSettled(instance)) continue
    const mine = containers.filter(({ service, configHash }) => service === name && configHash === spec.configHash)
    const trouble = troubleOf(mine)
    const wasHealthy = instance.healthStatus !== 'unhealthy' && instance.status === 'running'
    const hasChanged = trouble === undefined ? !wasHealthy && mine.every((container) => isSteady(container, now)) : wasHealthy
    const change = { ...placesOf(instance, mine), ...(hasChanged ? standing(mine, trouble, now) : {}) }
    if (Object.keys(change).length > 0) await changeServiceInstance(trx, instance.id, change)
    if (!hasChanged) continue
    const check = checkTypeOf(spec)
    const said = trouble === undefined ? {} : { errorMessage: trouble }
    const type = trouble === undefined ? ('health_check_passed' as const) : ('health_check_failed' as const)
    const source = { teamId, releaseId: null, triggeredBy: null, triggeredById: null }
    await recordEvents(trx, source, [{ serviceInstanceId: instance.id, type, data: { check }, ...said }])
    const status = trouble === undefined ? 'healthy' : 'unhealthy'
    await recordHealthProofs(trx, teamId, [{ serviceInstanceId: instance.id, checkType: check, status, ...said }])
  }
}

/** A release that works on it, or a person who stopped it, says how it stands. */
function isSettled({ status, desiredState, deployedAt }: ServiceInstance): boolean {
  return desiredState === 'running' && deployedAt !== null && (status === 'running' || status === 'error')
}

function standing(mine: readonly ObservedContainer[], trouble: string | undefined, now: Date): InstanceChange {
  const isUp = mine.some(({ state }) => state === 'running')
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

function troubleOf(mine: readonly ObservedContainer[]): string | undefined {
  if (mine.length === 0) return 'its containers are gone'
  const down = mine.find(({ state }) => state !== 'running' && state !== 'created')
  if (down !== undefined) {
    const because = down.wasOutOfMemory ? ', out of memory' : ''
    return down.state === 'paused' ? 'its container is paused' : `its container ended with code ${down.exitCode}${because}`
  }
  const sick = mine.find(({ health }) => health === 'unhealthy')
  return sick === undefined ? undefined : 'its own health check fails'
}

function isSteady({ state, startedAt }: ObservedContainer, now: Date): boolean {
  return state === 'running' && startedAt !== null && now.getTime() - Date.parse(startedAt) >= steadyMs
}

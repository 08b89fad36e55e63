// What a release that goes live leaves of its services: their rows, what happened to them, and who needs whom; in the transaction that makes it so.
import type { ObservedContainer, StackPlan } from '../reconcile/plan.ts'
import type { StackService, StackSpec } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { recordEvents, recordHealthProofs, type ServiceEvent } from '../store/deployment-events.ts'
import { replaceServiceDependencies } from '../store/service-dependencies.ts'
import {
  changeServiceInstance,
  instancesByName,
  putServiceInstance,
  retireServiceInstances,
  type ServiceInstance,
} from '../store/service-instances.ts'
import type { Topology } from '../topology/topology.ts'
import type { Applied } from './apply.ts'
import type { Attempt } from './attempt.ts'
import { dependencyFacts } from './dependency-facts.ts'
import { checkTypeOf, instanceKey, liveInstance, operationsByService, type ServiceOperation, untouchedFacts } from './instance-facts.ts'
import { eventSource } from './record-plan.ts'
import { recordProven } from './starts.ts'

export interface WentLive {
  readonly stack: StackSpec
  readonly topology: Topology | null
  readonly plan: StackPlan
  readonly applied: Applied
  /** Those that stay. */
  readonly containers: readonly ObservedContainer[]
  readonly urls: ReadonlyMap<string, string>
}

export async function recordLive(trx: Executor, attempt: Attempt, live: WentLive): Promise<void> {
  const operations = operationsByService(live.plan)
  const ids = new Map<string, string>()
  const known = await instancesByName(trx, attempt.environment.id)
  const events: ServiceEvent[] = await goneEvents(trx, attempt, { live, operations })
  for (const spec of live.stack.services) {
    const mine = live.containers.filter(({ service, configHash }) => service === spec.name && configHash === spec.configHash)
    const id = await putInstance(trx, attempt, { live, spec, mine, known: known.get(spec.name) })
    ids.set(spec.name, id)
    const operation = operations.get(spec.name)
    if (operation !== undefined) events.push(...eventsOf({ attempt, live, spec, mine, id, operation }))
  }
  await retireServiceInstances(trx, attempt.environment.id, [...ids.values()])
  for (const name of attempt.wishes.destroyed.keys()) {
    const id = ids.get(name)
    if (id !== undefined) await changeServiceInstance(trx, id, { removedAt: new Date() })
  }
  await recordEvents(trx, eventSource(attempt), events)
  const proofs = live.stack.services.filter(({ name }) => live.applied.healthyAfterMs.has(name))
  await recordHealthProofs(
    trx,
    attempt.workspace.teamId,
    proofs.map((spec) => {
      const responseTimeMs = live.applied.responseMs.get(spec.name)
      return {
        serviceInstanceId: ids.get(spec.name)!,
        checkType: checkTypeOf(spec),
        status: 'healthy',
        ...(responseTimeMs === undefined ? {} : { responseTimeMs }),
      }
    }),
  )
  await recordProven(trx, { instances: await instancesByName(trx, attempt.environment.id), containers: provenContainers(live, operations) })
  await replaceServiceDependencies(trx, [...ids.values()], dependencyFacts({ ...live, ids, teamId: attempt.workspace.teamId }))
}

/** Copies that stayed when others came beside them were not looked at. */
function provenContainers(
  { applied, containers }: WentLive,
  operations: ReadonlyMap<string, ServiceOperation>,
): readonly ObservedContainer[] {
  return containers.filter(({ id, service }) => {
    if (!applied.healthyAfterMs.has(service)) return false
    return operations.get(service)?.kind !== 'scale' || applied.hidden.get(service)?.includes(id) === true
  })
}

/** Services that the commit no longer has: their containers go, their rows and events stay. */
async function goneEvents(
  trx: Executor,
  attempt: Attempt,
  { live, operations }: { readonly live: WentLive; readonly operations: ReadonlyMap<string, ServiceOperation> },
): Promise<ServiceEvent[]> {
  const present = new Set(live.stack.services.map(({ name }) => name))
  const gone = [...operations.values()].filter(({ kind, service }) => kind === 'remove' && !present.has(service))
  if (gone.length === 0) return []
  const known = await instancesByName(trx, attempt.environment.id)
  return gone.flatMap((operation): ServiceEvent[] => {
    const instance = known.get(operation.service)
    if (instance === undefined || operation.kind !== 'remove') return []
    const data = { containers: [...operation.containers], cause: attempt.redact(operation.cause) }
    return [{ serviceInstanceId: instance.id, type: 'service_stopped', data, durationMs: elapsedMs(attempt) }]
  })
}

interface Instance {
  readonly known?: ServiceInstance | undefined
  readonly live: WentLive
  readonly spec: StackService
  readonly mine: readonly ObservedContainer[]
}

function putInstance(trx: Executor, attempt: Attempt, { live, spec, mine, known }: Instance): Promise<string> {
  const { wishes } = attempt
  const afterMs = live.applied.healthyAfterMs.get(spec.name)
  const proven = afterMs === undefined ? {} : { startupTimeMs: Math.round(afterMs), lastHealthCheckAt: new Date(), deployedAt: new Date() }
  const rests = wishes.destroyed.get(spec.name) ?? wishes.stopped.get(spec.name)
  const isUp = rests === undefined && spec.replicas > 0
  const standing = afterMs === undefined && isUp ? untouchedFacts(known, spec) : {}
  const facts = liveInstance({
    stack: live.stack,
    spec,
    containers: mine,
    rests,
    url: wishes.destroyed.has(spec.name) ? undefined : live.urls.get(spec.name),
    settings: wishes.services.find(({ name }) => name === spec.name)?.settings ?? {},
  })
  return putServiceInstance(trx, instanceKey(attempt, spec), { change: { ...facts, ...standing, ...proven } })
}

interface Happened extends Instance {
  readonly attempt: Attempt
  readonly id: string
  readonly operation: ServiceOperation
}

function eventsOf({ attempt, live, spec, mine, id, operation }: Happened): ServiceEvent[] {
  const durationMs = live.applied.healthyAfterMs.get(spec.name)
  const about = { serviceInstanceId: id, ...(durationMs === undefined ? {} : { durationMs }) }
  const containers = mine.map((container) => container.id)
  const cause = attempt.redact(operation.cause)
  const passed: ServiceEvent[] =
    durationMs === undefined ? [] : [{ ...about, type: 'health_check_passed', data: { check: checkTypeOf(spec) } }]
  const completed = (): ServiceEvent => {
    const wasBuilt = live.plan.operations.some((other) => other.kind === 'build' && other.service === spec.name)
    const data = { sha: attempt.release.sha, image: spec.image, configHash: spec.configHash, containers, wasBuilt }
    return { serviceInstanceId: id, type: 'deployment_completed', data, durationMs: elapsedMs(attempt) }
  }
  switch (operation.kind) {
    case 'start':
      return [...passed, { ...about, type: 'service_started', data: { containers, cause } }, completed()]
    case 'replace_beside':
      if (operation.pace === 'one_by_one')
        return [...passed, { ...about, type: 'service_restarted', data: { containers, inPlace: false, cause } }, completed()]
      return [...passed, completed()]
    case 'replace_stop_first':
      return [...passed, completed()]
    case 'restart':
      return [...passed, { ...about, type: 'service_started', data: { containers, cause } }]
    case 'restart_in_place':
      return [...passed, { ...about, type: 'service_restarted', data: { containers, inPlace: true, cause } }]
    case 'scale': {
      const from = attempt.live.get(spec.name)?.spec.replicas ?? 0
      return [...passed, { ...about, type: 'service_scaled', data: { from, to: operation.replicas, cause } }]
    }
    case 'stop':
    case 'remove':
      return [
        {
          serviceInstanceId: id,
          type: 'service_stopped',
          data: { containers: [...operation.containers], cause },
          durationMs: elapsedMs(attempt),
        },
      ]
    case 'keep':
      return []
  }
}

/** What the attempt took so far. */
export function elapsedMs({ timings }: Pick<Attempt, 'timings'>): number {
  return Object.values(timings).reduce((sum, ms) => sum + ms, 0)
}

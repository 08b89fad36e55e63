// The services that a plan knows, stored before anything is done: whoever looks sees what is being deployed, and what was decided.

import { formatOperation } from '../reconcile/format-plan.ts'
import type { StackPlan } from '../reconcile/plan.ts'
import type { StackSpec } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { recordEvents, type ServiceEvent } from '../store/deployment-events.ts'
import { assertLease } from '../store/leases.ts'
import { instancesByName, putServiceInstance, type ServiceInstance } from '../store/service-instances.ts'
import { assertQuota } from './assert-quota.ts'
import type { Attempt } from './attempt.ts'
import { declaredFacts, instanceKey, operationsByService, type ServiceOperation, statusMeanwhile } from './instance-facts.ts'
import type { Kyozo } from './kyozo.ts'
import { makeRoomForPreview } from './pull-requests/tidy.ts'

export async function recordPlan(attempt: Attempt, kyozo: Kyozo, { stack, plan }: { stack: StackSpec; plan: StackPlan }): Promise<void> {
  const operations = operationsByService(plan)
  await kyozo.db.transaction().execute(async (trx) => {
    await assertLease(trx, attempt.lease)
    await assertQuota(trx, attempt, stack)
    await makeRoomForPreview(kyozo, trx, { attempt, stack })
    const known = await instancesByName(trx, attempt.environment.id)
    const events: ServiceEvent[] = []
    for (const spec of stack.services) {
      if (attempt.wishes.destroyed.has(spec.name)) continue
      const operation = operations.get(spec.name)
      const status = statusMeanwhile(operation)
      // The log of the release that worked on it last.
      const id = await putServiceInstance(trx, instanceKey(attempt, spec), {
        change: status === undefined ? {} : { status, statusReason: attempt.redact(operation!.cause), deploymentLogs: attempt.release.id },
        whenNew: declaredFacts(spec, stack),
      })
      events.push(...planEvents(attempt, { id, operation, known: known.get(spec.name) }))
    }
    await recordEvents(trx, eventSource(attempt), events)
  })
}

export function eventSource({ workspace, release }: Pick<Attempt, 'workspace' | 'release'>) {
  return { teamId: workspace.teamId, releaseId: release.id, triggeredBy: release.triggeredBy, triggeredById: release.triggeredById }
}

interface Planned {
  readonly id: string
  readonly operation: ServiceOperation | undefined
  readonly known: ServiceInstance | undefined
}

function planEvents(attempt: Attempt, { id, operation, known }: Planned): ServiceEvent[] {
  // A release that is tried again has said so already.
  if (operation === undefined || attempt.release.attempt > 1) return []
  const keys = changedKeys(known)
  const updated: ServiceEvent[] = keys.length === 0 ? [] : [{ serviceInstanceId: id, type: 'configuration_updated', data: { keys } }]
  if (!startsAnew.has(operation.kind)) return updated
  const data = { sha: attempt.release.sha, operation: formatOperation(operation), cause: attempt.redact(operation.cause) }
  return [...updated, { serviceInstanceId: id, type: 'deployment_started', data }]
}

const startsAnew: ReadonlySet<ServiceOperation['kind']> = new Set(['start', 'replace_beside', 'replace_stop_first'])

/** Settings that differ from those of the last deployment. */
function changedKeys(known: ServiceInstance | undefined): string[] {
  if (known === undefined) return []
  const before = (known.deploymentConfig.settings ?? {}) as Readonly<Record<string, unknown>>
  const names = new Set([...Object.keys(before), ...Object.keys(known.settings)])
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(known.settings[name])).sort()
}

/** Images that were made, as soon as they are: what becomes of the release afterwards does not undo them. */
export async function recordImages(
  attempt: Attempt,
  kyozo: Kyozo,
  { plan, builtAfterMs }: { readonly plan: StackPlan; readonly builtAfterMs: ReadonlyMap<string, number> },
): Promise<void> {
  if (builtAfterMs.size === 0) return
  await kyozo.db.transaction().execute(async (trx: Executor) => {
    await assertLease(trx, attempt.lease)
    const known = await instancesByName(trx, attempt.environment.id)
    const events = plan.operations.flatMap((operation): ServiceEvent[] => {
      const found = operation.kind === 'build' ? known.get(operation.service) : undefined
      if (operation.kind !== 'build' || found === undefined) return []
      const data = { sha: attempt.release.sha, image: operation.image }
      return [{ serviceInstanceId: found.id, type: 'image_built', data, durationMs: builtAfterMs.get(operation.service) ?? 0 }]
    })
    await recordEvents(trx, eventSource(attempt), events)
  })
}

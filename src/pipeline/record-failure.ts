// What a release that did not go live leaves of its services: who failed and why, and what serves instead.
import type { ErrorCode } from '../errors.ts'
import type { StackService } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { type EventSource, recordEvents, recordHealthProofs, type ServiceEvent } from '../store/deployment-events.ts'
import type { ReleaseVerdict } from '../store/releases.ts'
import { changeServiceInstance, instancesByName, type ServiceInstance } from '../store/service-instances.ts'
import { checkTypeOf } from './instance-facts.ts'
import type { LiveService } from './verdicts.ts'

export interface NotLive {
  readonly environmentId: string
  readonly source: EventSource
  readonly sha: string
  /** Redacted already. */
  readonly verdicts: readonly ReleaseVerdict[]
  /** Of the whole release, for a service that has no verdict since it is not known to have been a part. */
  readonly reason: string
  /** By service; others share the release's. */
  readonly codes: ReadonlyMap<string, ErrorCode>
  readonly code: string
  readonly live: ReadonlyMap<string, LiveService>
  readonly stopped: ReadonlyMap<string, string>
  readonly specs: ReadonlyMap<string, StackService>
  readonly durationMs: number
}

export async function recordFailure(trx: Executor, ended: NotLive): Promise<void> {
  const known = await instancesByName(trx, ended.environmentId)
  const verdicts = new Map(ended.verdicts.map((verdict) => [verdict.service, verdict]))
  const events: ServiceEvent[] = []
  for (const instance of known.values()) {
    const verdict = verdicts.get(instance.name) ?? { service: instance.name, kind: 'rolled_back' as const, words: ended.reason }
    const wasUnderWay = underWay.has(instance.status)
    const hasFailed = verdict.kind === 'failed'
    if (!wasUnderWay && !hasFailed) continue
    await changeServiceInstance(trx, instance.id, standing(ended, verdict, { hasFailed, isSought: instance.status === 'detecting' }))
    if (hasFailed) await recordUnhealthy(trx, ended, { instance, verdict, events })
    events.push(failedEvent(ended, { instance, verdict }))
  }
  await recordEvents(trx, ended.source, events)
}

/** One that somebody created was looked for, and the release failed before it came to it. */
const underWay: ReadonlySet<ServiceInstance['status']> = new Set(['detecting', 'deploying', 'scaling'])

function standing(
  { live, stopped }: NotLive,
  { service, words }: ReleaseVerdict,
  { hasFailed, isSought }: { readonly hasFailed: boolean; readonly isSought: boolean },
) {
  if (stopped.has(service)) return { status: 'stopped', statusReason: stopped.get(service)! } as const
  if (live.has(service)) return { status: 'running', statusReason: hasFailed ? words : null } as const
  return {
    status: hasFailed || isSought ? 'error' : 'deployable',
    statusReason: words,
    healthStatus: hasFailed ? 'unhealthy' : 'unknown',
  } as const
}

interface FailedService {
  readonly instance: ServiceInstance
  readonly verdict: ReleaseVerdict
}

function failedEvent({ sha, code, codes, durationMs }: NotLive, { instance, verdict }: FailedService): ServiceEvent {
  const servingSha = verdict.sinceSha
  return {
    serviceInstanceId: instance.id,
    type: 'deployment_failed',
    data: { sha, code: codes.get(verdict.service) ?? code, ...(servingSha === undefined ? {} : { servingSha }) },
    errorMessage: verdict.words,
    durationMs,
  }
}

async function recordUnhealthy(
  trx: Executor,
  { codes, specs, source }: NotLive,
  { instance, verdict, events }: FailedService & { readonly events: ServiceEvent[] },
): Promise<void> {
  const spec = specs.get(verdict.service)
  if (codes.get(verdict.service) !== 'not_healthy' || spec === undefined) return
  const checkType = checkTypeOf(spec)
  const errorMessage = verdict.words
  events.push({ serviceInstanceId: instance.id, type: 'health_check_failed', data: { check: checkType }, errorMessage })
  await recordHealthProofs(trx, source.teamId, [{ serviceInstanceId: instance.id, checkType, status: 'unhealthy', errorMessage }])
}

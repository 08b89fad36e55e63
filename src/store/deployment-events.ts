// What happened to services, written in the transaction that makes it true. The database numbers the events of a service without a gap.
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import { problemsOfEvent, type ServiceEventData, type ServiceEventType } from '../release/event-data.ts'
import type { Executor } from './database.ts'
import type { HealthCheckTable } from './tables/services.ts'

type TypedEvent = { readonly [T in ServiceEventType]: { readonly type: T; readonly data: ServiceEventData<T> } }[ServiceEventType]

export type ServiceEvent = TypedEvent & {
  readonly serviceInstanceId: string
  readonly errorMessage?: string
  readonly durationMs?: number
}

/** Whose doing the events are. */
export interface EventSource {
  readonly teamId: string
  readonly releaseId: string | null
  readonly triggeredBy: string | null
  readonly triggeredById: string | null
}

/** Throws `internal` for data that its type does not allow. */
export async function recordEvents(db: Executor, source: EventSource, events: readonly ServiceEvent[]): Promise<void> {
  if (events.length === 0) return
  const problems = events.flatMap(({ type, data }) => problemsOfEvent(type, data))
  if (problems.length > 0) throw new KyozoError('internal', problems.join('; '))
  // Numbering locks the services' rows: every writer takes them in one order.
  const rows = events
    .map((event) => ({
      id: newId(),
      ...source,
      serviceInstanceId: event.serviceInstanceId,
      eventType: event.type,
      eventData: JSON.stringify(event.data),
      errorMessage: event.errorMessage ?? null,
      durationMs: event.durationMs === undefined ? null : Math.max(0, Math.round(event.durationMs)),
    }))
    .sort((a, b) => (a.serviceInstanceId < b.serviceInstanceId ? -1 : a.serviceInstanceId > b.serviceInstanceId ? 1 : 0))
  await db.insertInto('deploymentEvents').values(rows).execute()
}

export interface HealthProof {
  readonly serviceInstanceId: string
  readonly checkType: HealthCheckTable['checkType']
  readonly status: HealthCheckTable['status']
  readonly errorMessage?: string
  readonly responseTimeMs?: number
}

export async function recordHealthProofs(db: Executor, teamId: string, proofs: readonly HealthProof[]): Promise<void> {
  if (proofs.length === 0) return
  const rows = proofs.map(({ errorMessage, responseTimeMs, ...proof }) => ({
    id: newId(),
    teamId,
    ...proof,
    errorMessage: errorMessage ?? null,
    responseTimeMs: responseTimeMs === undefined ? null : Math.max(0, Math.round(responseTimeMs)),
  }))
  await db.insertInto('healthChecks').values(rows).execute()
}

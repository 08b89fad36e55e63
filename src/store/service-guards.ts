// What is remembered of services that may die again and again; the rules are in reconcile/flap-guard.ts.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'

export interface ServiceGuard {
  readonly serviceInstanceId: string
  readonly memory: unknown
  readonly words: string | null
}

export async function serviceGuards(db: Executor, environmentId: string): Promise<ReadonlyMap<string, ServiceGuard>> {
  const rows = await db
    .selectFrom('serviceGuards')
    .select(['serviceInstanceId', 'memory', 'words'])
    .where('environmentId', '=', environmentId)
    .execute()
  return new Map(rows.map((row) => [row.serviceInstanceId, row]))
}

export interface GuardChange {
  readonly serviceInstanceId: string
  readonly teamId: string
  readonly environmentId: string
  readonly memory: unknown
  readonly heldUntil: Date | null
  readonly words: string | null
}

export async function putServiceGuards(db: Executor, changes: readonly GuardChange[]): Promise<void> {
  if (changes.length === 0) return
  await db
    .insertInto('serviceGuards')
    .values(changes.map((change) => ({ ...change, memory: JSON.stringify(change.memory) })))
    .onConflict((conflict) =>
      conflict.column('serviceInstanceId').doUpdateSet((set) => ({
        memory: set.ref('excluded.memory'),
        heldUntil: set.ref('excluded.heldUntil'),
        words: set.ref('excluded.words'),
        updatedAt: databaseNow,
      })),
    )
    .execute()
}

/** In the transaction that makes a release live: what it brought up anew begins without a past. */
export async function freeServices(db: Executor, environmentId: string, services: readonly string[]): Promise<void> {
  if (services.length === 0) return
  await db
    .deleteFrom('serviceGuards')
    .where('environmentId', '=', environmentId)
    .where('serviceInstanceId', 'in', (select) =>
      select.selectFrom('serviceInstances').select('id').where('environmentId', '=', environmentId).where('name', 'in', services),
    )
    .execute()
}

/** The database's clock, and how long the environment's live release has been so; 0 for one that has gone meanwhile. */
export async function liveAge(db: Executor, releaseId: string): Promise<{ readonly now: Date; readonly ageMs: number }> {
  const { now, ageMs } = await db
    .selectNoFrom((select) => [
      databaseNow.as('now'),
      select
        .selectFrom('releases')
        .select(sql<number>`coalesce(extract(epoch from now() - finished_at) * 1000, 0)::float8`.as('age'))
        .where('id', '=', releaseId)
        .as('ageMs'),
    ])
    .executeTakeFirstOrThrow()
  return { now, ageMs: ageMs ?? 0 }
}

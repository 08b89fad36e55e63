// Operations that several releases carry out: they end when the last of these has.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { changeLeased, type OperationLease } from './operation-leases.ts'
import { endOperation } from './operations.ts'
import type { Release } from './releases.ts'

/** From here on the operation ends when all of the releases have. Throws `lease_lost`. */
export async function followGroup(
  db: Executor,
  lease: OperationLease,
  { releases, words }: { readonly releases: readonly string[]; readonly words: string },
): Promise<void> {
  const result = JSON.stringify({ releases })
  await changeLeased(db, lease, { releaseId: releases[0]!, words, result, leaseToken: null, leaseExpiresAt: null })
}

/** Called when a release has ended: whoever waits for others too goes on waiting for one of those. */
export async function settleGroups(db: Executor, ended: Pick<Release, 'id'>): Promise<void> {
  const groups = await db
    .selectFrom('operations')
    .select(['id', sql<string[]>`array(select jsonb_array_elements_text(result -> 'releases'))`.as('releases')])
    .where('releaseId', '=', ended.id)
    .where('finishedAt', 'is', null)
    .where(sql<boolean>`result ? 'releases'`)
    .where((where) => where.or([where('leaseExpiresAt', 'is', null), where('leaseExpiresAt', '<', databaseNow)]))
    .forUpdate()
    .execute()
  for (const group of groups) await settle(db, group)
}

async function settle(db: Executor, { id, releases }: { readonly id: string; readonly releases: readonly string[] }): Promise<void> {
  const ends = await endsOf(db, releases)
  const open = ends.find(({ state }) => state === 'queued' || state === 'running')
  if (open !== undefined) {
    await db.updateTable('operations').set({ releaseId: open.id }).where('id', '=', id).execute()
    return
  }
  const words = ends
    .map(({ environment, state, reason }) => `${environment} ${state === 'failed' ? 'failed' : `is ${state}`}: ${reason ?? ''}`)
    .join('; ')
  const failed = ends.find(({ state }) => state === 'failed' || state === 'skipped')
  if (failed === undefined) await endOperation(db, id, { state: 'succeeded', words, result: { releases: ends.map((end) => end.id) } })
  else await endOperation(db, id, { state: 'failed', words, error: { code: failed.errorCode ?? 'state_conflict', message: words } })
}

/** One that was superseded counts as the release that took its place. */
async function endsOf(db: Executor, releases: readonly string[]) {
  return db
    .selectFrom('releases as asked')
    .innerJoin('environments as e', 'e.id', 'asked.environmentId')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('releases as r')
          .select(['r.id', 'r.state', 'r.reason', 'r.errorCode'])
          .whereRef('r.environmentId', '=', 'asked.environmentId')
          .whereRef('r.sequence', '>=', 'asked.sequence')
          .where((where) => where.or([where('asked.state', '=', 'superseded'), where('r.id', '=', where.ref('asked.id'))]))
          .orderBy(sql`(r.state = 'superseded')`)
          .orderBy('r.sequence')
          .limit(1)
          .as('r'),
      (join) => join.onTrue(),
    )
    .select(['r.id', 'r.state', 'r.reason', 'r.errorCode', 'e.name as environment'])
    .where('asked.id', 'in', [...releases])
    .orderBy('e.name')
    .execute()
}

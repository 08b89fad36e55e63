// What a Git host could not be told, of whose release it was, and when it is tried again by itself.
import { sql } from 'kysely'
import type { StoredAlertRule } from './alerts.ts'
import type { Database, Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import { notify } from './notify.ts'
import type { Viewer } from './viewer.ts'
import type { Watched } from './watched.ts'

export const repositoryOf = sql<string | null>`payload -> 'repository' ->> 'id'`

/** A message that was given up, with nothing newer of what it is about. What only adorns a host's pages need not get there. */
const isUntold = sql<boolean>`m.dropped_at is not null and m.sent_at is null and m.attempts > 0 and m.kind not in ('deployment', 'reaction')
  and not exists (select from outbox newer
    where newer.target = m.target and newer.connection = m.connection and newer.sequence > m.sequence)`

/** A message that was refused so often although others got through is left to people. */
const triesByItself = 5
const triedForSeconds = 7 * 24 * 3_600

/** What got through shows that kyozo is let in again: what was refused for the same repository is sent as well. */
export async function reviveRefused(db: Executor, of: { readonly connection: string; readonly repository: string }): Promise<void> {
  await db
    .updateTable('outbox as m')
    .set({ droppedAt: null, droppedFor: null, nextAttemptAt: databaseNow, createdAt: sql`now()` })
    .where('m.connection', '=', of.connection)
    .where('m.droppedFor', '=', 'access')
    .where(sql`m.payload -> 'repository' ->> 'id'`, '=', of.repository)
    .where('m.attempts', '<', triesByItself)
    .where('m.droppedAt', '>', inSeconds(-triedForSeconds))
    .where(isUntold)
    .execute()
}

/** Remembers with what a connection is used; what was refused before a change is sent anew, with all its tries. */
export async function noteCredential(db: Database, connection: string, fingerprint: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const changed = await trx
      .insertInto('forgeCredentials')
      .values({ connection, fingerprint })
      .onConflict((conflict) =>
        conflict
          .column('connection')
          .doUpdateSet({ fingerprint, changedAt: databaseNow })
          .where('forgeCredentials.fingerprint', '!=', fingerprint),
      )
      .returning('connection')
      .executeTakeFirst()
    if (changed === undefined) return
    await trx
      .updateTable('outbox as m')
      .set({ droppedAt: null, droppedFor: null, nextAttemptAt: databaseNow, createdAt: sql`now()`, attempts: 0, lastError: null })
      .where('m.connection', '=', connection)
      .where('m.droppedFor', '=', 'access')
      .where('m.droppedAt', '>', inSeconds(-triedForSeconds))
      .where(isUntold)
      .execute()
    await notify(trx, 'outbox', '')
  })
}

/** Why the Git host does not show how a release ended, in the order of the ids; null where it does, or will. */
export async function untoldOf(
  db: Executor,
  { teamId }: Pick<Viewer, 'teamId'>,
  ids: readonly string[],
): Promise<readonly (string | null)[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('outbox as m')
    .select(['m.releaseId', 'm.lastError'])
    .where('m.teamId', '=', teamId)
    .where('m.releaseId', 'in', [...ids])
    .where(isUntold)
    .orderBy('m.sequence')
    .execute()
  const reasons = new Map(rows.map(({ releaseId, lastError }) => [releaseId, untoldWords(lastError)]))
  return ids.map((id) => reasons.get(id) ?? null)
}

/** The same for connections, by name: how many messages it is about, and the newest reason. */
export async function untoldBy(
  db: Executor,
  { teamId }: Pick<Viewer, 'teamId'>,
  names: readonly string[],
): Promise<readonly (string | null)[]> {
  if (names.length === 0) return []
  const rows = await db
    .selectFrom('outbox as m')
    .select(['m.connection', sql<number>`count(*)::integer`.as('count')])
    .select(sql<string | null>`(array_agg(m.last_error order by m.sequence desc))[1]`.as('reason'))
    .where('m.teamId', '=', teamId)
    .where('m.connection', 'in', [...names])
    .where('m.droppedFor', '=', 'access')
    .where(isUntold)
    .groupBy('m.connection')
    .execute()
  const found = new Map(rows.map(({ connection, count, reason }) => [connection, `${count} could not be told. The newest: ${reason}`]))
  return names.map((name) => found.get(name) ?? null)
}

function untoldWords(reason: string | null): string {
  return `The Git host could not be told: ${reason ?? 'it did not take it'}`
}

/** Environments whose newest release the host could not be told of. */
export async function watchedUntold(db: Executor, rule: StoredAlertRule): Promise<Watched[]> {
  const rows = await db
    .selectFrom('environments as e')
    .innerJoin('workspaces as w', 'w.id', 'e.workspaceId')
    .innerJoinLateral(
      (from) =>
        from
          .selectFrom('releases as r')
          .select('r.id')
          .whereRef('r.environmentId', '=', 'e.id')
          // One that came late says nothing of what the branch holds.
          .where(sql<boolean>`not (r.options ? 'late')`)
          .orderBy('r.sequence', 'desc')
          .limit(1)
          .as('r'),
      (join) => join.onTrue(),
    )
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('outbox as m')
          .select(['m.lastError', sql<number>`extract(epoch from now() - m.dropped_at)::float8`.as('heldSeconds')])
          .whereRef('m.releaseId', '=', 'r.id')
          .where(isUntold)
          .orderBy('m.sequence', 'desc')
          .limit(1)
          .as('m'),
      (join) => join.onTrue(),
    )
    .select(['e.id', 'e.workspaceId', 'r.id as releaseId', 'm.lastError', 'm.heldSeconds'])
    .select(sql<string>`w.name || ' ' || e.name`.as('about'))
    .where('e.teamId', '=', rule.teamId)
    .$if(rule.workspaceId !== null, (query) => query.where('e.workspaceId', '=', rule.workspaceId!))
    .$if(rule.environmentId !== null, (query) => query.where('e.id', '=', rule.environmentId!))
    .orderBy('e.id')
    .limit(watchedEnvironments)
    .execute()
  return rows.map(({ id, workspaceId, releaseId, about, lastError, heldSeconds }) => ({
    ...{ workspaceId, releaseId, about, reason: lastError },
    environmentId: id,
    serviceInstanceId: null,
    holds: heldSeconds !== null,
    heldSeconds: heldSeconds ?? 0,
    value: null,
    unit: null,
    isKnown: true,
  }))
}

const watchedEnvironments = 20_000

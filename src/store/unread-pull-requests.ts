// Pull requests that are looked at again although nothing is heard of them: somebody looked at their head and could not, since their host was away, refused,
// or had it not yet; or they wait for a place by an approval that may be over by now.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { PullRequest } from './pull-requests.ts'

/** That somebody begins to, whatever comes of it; it is no news to whoever looks at the same time. */
export async function noteLook(db: Executor, id: string): Promise<void> {
  await db.updateTable('pullRequests').set({ lookedAt: databaseNow }).where('id', '=', id).execute()
}

/** What came of it. Of one that nothing but a push makes another thing the clock takes no care. */
export async function noteFound(
  trx: Executor,
  id: string,
  { lookFailed, waitsForPush }: Pick<PullRequest, 'lookFailed' | 'waitsForPush'>,
): Promise<void> {
  await trx.updateTable('pullRequests').set({ lookedAt: databaseNow, lookFailed, waitsForPush }).where('id', '=', id).execute()
}

/** Those whose turn it is, beginning with the one that has waited longest. One that nobody was asked to look at waits for somebody who asks. */
export function unreadPullRequests(db: Executor, limit: number): Promise<PullRequest[]> {
  return unread(db).orderBy('p.lookedAt').limit(limit).execute()
}

/** Looked at again by who holds it: somebody else may look at it by now. */
export async function isUnread(trx: Executor, id: string): Promise<boolean> {
  return (await unread(trx).where('p.id', '=', id).executeTakeFirst()) !== undefined
}

function unread(db: Executor) {
  return db
    .selectFrom('pullRequests as p')
    .innerJoin('workspaces as w', 'w.id', 'p.workspaceId')
    .selectAll('p')
    .where('p.state', '=', 'open')
    .where('p.waitsForPush', '=', false)
    .where((where) => where.or([isNotRead, waitsLong]))
    .where('w.containerEnabled', '=', true)
    .where('w.connection', 'is not', null)
    .where('p.lookedAt', '<', sql<Date>`now() - ${pause}`)
    .where(({ not, exists }) => not(exists(openFollows(db))))
}

/** A fork for a place, while its approval may end: for how long that holds says kyozo.yaml of the branch that rules it, which only a look reads. */
const waitsLong = sql<boolean>`(p.is_fork and p.held = 'full' and p.looked_at < ${inSeconds(-3_600)})`

/** Its head, or what else decides on its preview: what is known of a head that was read once may have changed since. */
const isNotRead = sql<boolean>`(p.held = 'failed' or p.look_failed or p.review_sha is distinct from p.head_sha)`

/** Open ones of which a push may decide anew: those that could not be read, and those that somebody may have read before it. */
export function unreadBefore(trx: Executor, workspaceId: string): Promise<PullRequest[]> {
  return trx
    .selectFrom('pullRequests as p')
    .selectAll('p')
    .where('p.workspaceId', '=', workspaceId)
    .where('p.state', '=', 'open')
    .where((where) => where.or([where.and([isNotRead, where('p.lookedAt', 'is not', null)]), where.exists(openFollows(trx))]))
    .orderBy('p.number')
    .execute()
}

/** From five minutes to an hour, and half as long as nothing was heard of it: what is in the way for good is seldom asked for. */
const pause = sql`least(interval '1 hour', greatest(interval '5 minutes', (p.looked_at - greatest(p.head_since, p.host_updated_at)) / 2))`

/** Operations that look at the pull request `p`, and have not ended. */
export function openFollows(db: Executor) {
  return db
    .selectFrom('operations as f')
    .select('f.id')
    .where('f.kind', '=', 'follow_pull_request')
    .where('f.finishedAt', 'is', null)
    .where(sql<boolean>`f.team_id = p.team_id and f.input ->> 'pull_request_id' = p.id::text`)
}

/** Whether another operation is going to look at it, or looks at it now. */
export async function isFollowedBesides(trx: Executor, id: string, operationId: string): Promise<boolean> {
  const other = await trx
    .selectFrom('pullRequests as p')
    .select('p.id')
    .where('p.id', '=', id)
    .where(({ exists }) => exists(openFollows(trx).where('f.id', '!=', operationId)))
    .executeTakeFirst()
  return other !== undefined
}

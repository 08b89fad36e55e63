// Previews that may have to go: since nobody uses them, for the memory that they take, or since nobody wants them any more. One that is being removed is
// none of these.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { PullRequest } from './pull-requests.ts'
import type { Held } from './tables/previews.ts'
import { openFollows } from './unread-pull-requests.ts'

/** Previews that nobody has touched for as long as they may stay, and those of forks whose time is over. */
export function expiredPreviews(db: Executor): Promise<PullRequest[]> {
  return expired(db).orderBy('p.id').execute()
}

/** Looked at again by who holds it: somebody may have pushed meanwhile. */
export async function hasExpired(trx: Executor, id: string): Promise<boolean> {
  return (await expired(trx).where('p.id', '=', id).executeTakeFirst()) !== undefined
}

function expired(db: Executor) {
  return (
    db
      .selectFrom('pullRequests as p')
      .innerJoin('environments as e', 'e.id', 'p.environmentId')
      .selectAll('p')
      .where('e.expiresAt', '<', databaseNow)
      // A push, or a fork's approval, prolongs it when it is looked at, and counts from when it is heard of.
      .where(wantedSince, '<', sql<Date>`now() - make_interval(secs => e.life_seconds)`)
      .where(({ not, or, exists }) => not(or([exists(openRemovals(db)), exists(failedRemovals(db))])))
      // What is still being made was left alone by nobody.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('releases as r')
              .select('r.id')
              .whereRef('r.environmentId', '=', 'e.id')
              .where('r.state', 'in', ['queued', 'running']),
          ),
        ),
      )
  )
}

/** What a fork's author has pushed over an approval is not wanted by that. */
const wantedSince = sql<Date>`case when not p.is_fork then p.last_used_at when p.approved_sha = p.head_sha then p.approved_at else '-infinity' end`

/** Previews that nobody removes although nobody wants them, or that are paused only since they are to be removed: their removal came to nothing. */
export function lingeringPreviews(db: Executor): Promise<PullRequest[]> {
  return lingering(db).orderBy('p.id').execute()
}

/** Looked at again by who holds it: it may be wanted again. */
export async function isLingering(trx: Executor, id: string): Promise<boolean> {
  return (await lingering(trx).where('p.id', '=', id).executeTakeFirst()) !== undefined
}

/** Held like this a pull request has no preview, and one that is there goes. Of one that could not be looked at what runs stays. */
const ending = ['off', 'draft', 'full', 'destroyed', 'expired', 'evicted'] as const satisfies readonly Held[]

function lingering(db: Executor) {
  return db
    .selectFrom('pullRequests as p')
    .innerJoin('environments as e', 'e.id', 'p.environmentId')
    .selectAll('p')
    .where((where) =>
      where.or([
        where('p.state', '!=', 'open'),
        where('p.held', 'in', ending),
        where.and([where('e.pausedAt', '=', where.ref('e.removalPausedAt')), where('p.held', 'is distinct from', 'failed')]),
      ]),
    )
    .where(({ not, or, exists }) => not(or([exists(openRemovals(db)), exists(failedRemovals(db)), exists(openFollows(db))])))
}

export interface PreviewLimits {
  readonly environmentId: string
  readonly pullRequestId: string
  readonly lastUsedAt: Date
  readonly limits: readonly { readonly memory?: string; readonly replicas: number }[]
}

/** Nobody else gives previews of all teams their room until the transaction ends. It is held before any row is. */
export async function holdPreviewRoom(trx: Executor): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('kyozo memory of previews'))`.execute(trx)
}

/** Previews of all teams that take memory, with the limits of their services; nobody else makes room until the transaction ends. */
export async function holdPreviewLimits(trx: Executor, { besides }: { readonly besides: string }): Promise<readonly PreviewLimits[]> {
  await holdPreviewRoom(trx)
  const rows = await trx
    .selectFrom('serviceInstances as s')
    .innerJoin('environments as e', 'e.id', 's.environmentId')
    .innerJoin('pullRequests as p', 'p.environmentId', 'e.id')
    .select(['e.id as environmentId', 'p.id as pullRequestId', 'p.lastUsedAt', 's.resourceLimits', 's.scalingConfig'])
    .where('e.id', '!=', besides)
    // What is going makes room already; what a person paused goes on running.
    .where(({ not, exists }) => not(exists(openRemovals(trx))))
    .where('s.removedAt', 'is', null)
    .where('s.status', 'in', ['deploying', 'running', 'scaling'])
    .execute()
  const found = new Map<string, PreviewLimits>()
  for (const { environmentId, pullRequestId, lastUsedAt, resourceLimits, scalingConfig } of rows) {
    const before = found.get(environmentId)?.limits ?? []
    const limits = [...before, { ...resourceLimits, replicas: Number(scalingConfig.replicas ?? 1) }]
    found.set(environmentId, { environmentId, pullRequestId, lastUsedAt, limits })
  }
  return [...found.values()]
}

/** Operations that remove the environment `e`. That it is paused says nothing: people pause previews too. */
function removals(db: Executor) {
  return db
    .selectFrom('operations as o')
    .select('o.id')
    .where('o.kind', '=', 'delete_environment')
    .where(sql<boolean>`o.team_id = e.team_id and o.input ->> 'environment_id' = e.id::text`)
}

function openRemovals(db: Executor) {
  return removals(db).where('o.finishedAt', 'is', null)
}

/** What could not be removed is tried again, and not all the time. */
function failedRemovals(db: Executor) {
  return removals(db).where('o.state', '=', 'failed').where('o.finishedAt', '>', inSeconds(-3_600))
}

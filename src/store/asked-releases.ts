// Releases that a person asks for, not a commit: of what is live, so that nothing goes forward or back by them.
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { mergedOptions } from './release-operations.ts'
import { latestRelease, type Release } from './releases.ts'
import type { ReleaseOptions } from './tables/git.ts'

export interface AskedRelease {
  readonly environmentId: string
  readonly options: Omit<ReleaseOptions, 'ofLive' | 'rollbackTo'>
  readonly triggeredBy: string
  readonly triggeredById: string | null
}

/**
 * Adds to the release that waits already, or queues one of the commit that is live. Whoever calls wakes a worker in the same transaction.
 * Throws `state_conflict` when nothing was ever released to the environment.
 */
export async function askRelease(db: Executor, asked: AskedRelease): Promise<Release> {
  const environment = await db
    .selectFrom('environments')
    .selectAll()
    .where('id', '=', asked.environmentId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (environment === undefined) throw new KyozoError('not_found', 'the environment was deleted')
  const waiting = await db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environment.id)
    .where('state', '=', 'queued')
    .orderBy('sequence', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
  // A commit that waits for a paused environment would keep what a person asks for waiting too.
  if (waiting !== undefined && (environment.pausedAt === null || waiting.options.ofLive)) {
    return db
      .updateTable('releases')
      .set({ options: JSON.stringify(mergedOptions(waiting.options, asked.options)) })
      .where('id', '=', waiting.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }
  const latest = await latestRelease(db, environment.id)
  const live =
    environment.liveReleaseId === null
      ? undefined
      : await db.selectFrom('releases').select('sha').where('id', '=', environment.liveReleaseId).executeTakeFirst()
  const sha = live?.sha ?? latest?.sha
  if (sha === undefined)
    throw new KyozoError('state_conflict', `nothing was released to ${environment.name} yet`, { hint: `push to ${environment.ref}` })
  return db
    .insertInto('releases')
    .values({
      id: newId(),
      teamId: environment.teamId,
      workspaceId: environment.workspaceId,
      environmentId: environment.id,
      ref: environment.ref,
      sha,
      state: 'queued',
      triggeredBy: asked.triggeredBy,
      triggeredById: asked.triggeredById,
      options: JSON.stringify({ ...asked.options, ofLive: true }),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

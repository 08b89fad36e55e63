// Who may act for a release. A claim takes a lease and a generation; every later change names both, and changing no row means that somebody else
// has taken over.
import { sql, type UpdateObject } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Database, Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import { notify } from './notify.ts'
import { settleOperations } from './release-operations.ts'
import { newerRelease, type Release, type ReleaseVerdict, saveVerdicts } from './releases.ts'
import type { Tables } from './tables.ts'

/** What proves the right to act for a release. */
export interface Lease {
  readonly releaseId: string
  readonly environmentId: string
  readonly token: string
  readonly generation: number
}

/** Columns to set; times may be the database's own `now()`. */
export type ReleaseChange = UpdateObject<Tables, 'releases'>

/** Long enough for a paused process to come back, short enough that a dead one is replaced soon. */
export const leaseSeconds = 30
/** A release that brought its worker down this often is not tried again. */
export const attemptLimit = 5

export interface Claim {
  readonly release: Release
  readonly lease: Lease
}

/** Takes the newest queued release of an environment, or nothing when none waits or one is running. */
export async function claimRelease(db: Database, environmentId: string, owner: string): Promise<Claim | undefined> {
  return db.transaction().execute(async (trx) => {
    // The environment's row is the lock that serialises claims. A push that queues a release refers to the row meanwhile, so only other claims wait.
    const environment = await trx
      .selectFrom('environments')
      .select(['id', 'pausedAt', 'liveReleaseId'])
      .where('id', '=', environmentId)
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (environment === undefined) return undefined
    const running = await trx
      .selectFrom('releases')
      .select('id')
      .where('environmentId', '=', environmentId)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (running !== undefined) return undefined
    const next = await trx
      .selectFrom('releases')
      .select(['id', 'options'])
      .where('environmentId', '=', environmentId)
      .where('state', '=', 'queued')
      // A pause holds back new commits, not what had begun before, nor what a person asks for meanwhile.
      .$if(environment.pausedAt !== null, (waiting) =>
        waiting.where((where) => where.or([where('startedAt', 'is not', null), sql<boolean>`options <> '{}'`])),
      )
      .orderBy('sequence', 'desc')
      .limit(1)
      // One that a push is just superseding is none any more; what the push queues wakes a worker of its own.
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (next === undefined) return undefined
    const { generation } = await trx
      .updateTable('environments')
      .set({ generation: sql`generation + 1` })
      .where('id', '=', environmentId)
      .returning('generation')
      .executeTakeFirstOrThrow()
    const token = newId()
    const release = await trx
      .updateTable('releases')
      .set({
        state: 'running',
        generation,
        attempt: sql`attempt + 1`,
        leaseOwner: owner,
        leaseToken: token,
        leaseExpiresAt: inSeconds(leaseSeconds),
        startedAt: sql`coalesce(started_at, now())`,
        // What was live when it was asked for may not be any more.
        ...(next.options.ofLive && environment.liveReleaseId !== null
          ? { sha: sql<string>`(select live.sha from releases live where live.id = ${environment.liveReleaseId})` }
          : {}),
      })
      .where('id', '=', next.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    return { release, lease: { releaseId: release.id, environmentId, token, generation } }
  })
}

/** Extends the lease. False when it was lost: the holder must stop acting at once. */
export async function renewLease(db: Executor, lease: Lease): Promise<boolean> {
  const renewed = await db
    .updateTable('releases')
    .set({ leaseExpiresAt: inSeconds(leaseSeconds) })
    .where('id', '=', lease.releaseId)
    .where('leaseToken', '=', lease.token)
    .where('state', '=', 'running')
    .returning('id')
    .executeTakeFirst()
  return renewed !== undefined
}

/** Changes a running release under its lease. Throws `lease_lost` when somebody else has taken over. */
export async function updateRelease(db: Executor, lease: Lease, change: ReleaseChange): Promise<Release> {
  const updated = await db
    .updateTable('releases')
    .set(change)
    .where('id', '=', lease.releaseId)
    .where('leaseToken', '=', lease.token)
    .where('generation', '=', lease.generation)
    .where('state', '=', 'running')
    .returningAll()
    .executeTakeFirst()
  if (updated === undefined)
    throw new KyozoError('lease_lost', 'another worker has taken this release over', {
      hint: 'nothing to do: the other worker goes on with it',
    })
  return updated
}

/** Throws `lease_lost` unless the lease holds now. Called before each side effect. */
export async function assertLease(db: Executor, lease: Lease): Promise<void> {
  const held = await db
    .selectFrom('releases')
    .select('id')
    .where('id', '=', lease.releaseId)
    .where('leaseToken', '=', lease.token)
    .where('state', '=', 'running')
    .where('leaseExpiresAt', '>', databaseNow)
    .executeTakeFirst()
  if (held === undefined) throw new KyozoError('lease_lost', 'another worker has taken this release over')
}

/** Ends a release with its verdicts, in the caller's transaction; whoever follows it hears of it when that commits. */
export async function endRelease(
  db: Executor,
  lease: Lease,
  end: { readonly change: ReleaseChange; readonly verdicts: readonly ReleaseVerdict[] },
): Promise<Release> {
  const release = await updateRelease(db, lease, {
    ...end.change,
    finishedAt: databaseNow,
    leaseToken: null,
    leaseExpiresAt: null,
    stage: null,
  })
  await saveVerdicts(db, release.id, end.verdicts)
  await settleOperations(db, release)
  await notify(db, 'release', release.id)
  return release
}

export interface RescuedRelease {
  readonly release: Release
  /** `queued`: tried again. `superseded`: a newer one took its place meanwhile. `failed`: it was tried too often. */
  readonly fate: 'queued' | 'superseded' | 'failed'
}

/** Takes releases from workers that died. One that a newer release has overtaken is not run any more: an environment never goes backwards. */
export async function rescueReleases(db: Executor): Promise<readonly RescuedRelease[]> {
  const expired = await db
    .selectFrom('releases')
    .select(['id', 'attempt', 'environmentId', 'sequence', 'cancelRequestedAt', 'cancelRequestedBy'])
    .where('state', '=', 'running')
    .where('leaseExpiresAt', '<', databaseNow)
    .forUpdate()
    .skipLocked()
    .execute()
  const rescued: RescuedRelease[] = []
  for (const { id, attempt, environmentId, sequence, cancelRequestedAt, cancelRequestedBy } of expired) {
    const newest = await newerRelease(db, { environmentId, sequence })
    const isCanceled = cancelRequestedAt !== null
    const fate = isCanceled ? 'failed' : newest !== undefined ? 'superseded' : attempt >= attemptLimit ? 'failed' : 'queued'
    const ends: Record<RescuedRelease['fate'], ReleaseChange> = {
      queued: {},
      superseded: { supersededBy: newest?.sha ?? null, reason: `superseded by ${newest?.sha.slice(0, 7)}`, finishedAt: databaseNow },
      failed: isCanceled
        ? { errorCode: 'canceled', reason: `cancelled by ${cancelRequestedBy ?? 'somebody'}`, finishedAt: databaseNow }
        : { errorCode: 'internal', reason: `kyozo ended ${attemptLimit} times while working on this release`, finishedAt: databaseNow },
    }
    const release = await db
      .updateTable('releases')
      .set({ ...ends[fate], state: fate, leaseToken: null, leaseExpiresAt: null })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    rescued.push({ release, fate })
  }
  return rescued
}

/** Ends the leases of a worker that is known to be dead, so that nobody waits for them to run out. */
export async function expireLeasesOf(db: Executor, owner: string): Promise<void> {
  await db
    .updateTable('releases')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where('state', '=', 'running')
    .where('leaseOwner', '=', owner)
    .execute()
}

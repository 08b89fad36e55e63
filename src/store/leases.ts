// Who may act for a release. A claim takes a lease and a generation; every later change names both, and changing no row means that somebody else
// has taken over.
import { sql, type UpdateObject } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Database, Executor } from './database.ts'
import { databaseNow, effectSeconds, inSeconds } from './instance.ts'
import { notify } from './notify.ts'
import { settleOperations } from './release-operations.ts'
import { type Release, type ReleaseVerdict, saveVerdicts } from './releases.ts'
import { repairGivesWay } from './repairs.ts'
import type { ReleaseOptions } from './tables/git.ts'
import type { Tables } from './tables.ts'
import { isDue } from './waiting-releases.ts'

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
      .where(isDue)
      // A pause holds back new commits, not what had begun before, nor what a person asks for meanwhile.
      .$if(environment.pausedAt !== null, (waiting) =>
        waiting.where((where) => where.or([where('startedAt', 'is not', null), sql<boolean>`options <> '{}'`])),
      )
      .orderBy('sequence', 'desc')
      .limit(1)
      // One that a push is just superseding is none any more; what the push queues wakes a worker of its own.
      .forNoKeyUpdate()
      .executeTakeFirst()
    if (next === undefined || !isUnderstood(next.options)) return undefined
    // It gives way within a step, and wakes a worker when it has.
    if (await repairGivesWay(trx, environmentId)) return undefined
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
        nextAttemptAt: null,
        waitsFor: null,
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

/** What a release may ask for beyond its commit, as far as this version carries it out. */
const understood: Readonly<Record<keyof ReleaseOptions, true>> = {
  redeploy: true,
  restart: true,
  ofLive: true,
  analyze: true,
  rollbackTo: true,
  currentSecrets: true,
  late: true,
}

/** One that asks for more was queued by a newer version: a process of that one takes it, and this one must not carry out half of it. */
function isUnderstood(options: ReleaseOptions): boolean {
  return Object.keys(options).every((option) => option in understood)
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

/** Throws `lease_lost` unless the lease holds for as long as an effect may take. Called before each side effect. */
export async function assertLease(db: Executor, lease: Lease): Promise<void> {
  const held = await db
    .selectFrom('releases')
    .select('id')
    .where('id', '=', lease.releaseId)
    .where('leaseToken', '=', lease.token)
    .where('state', '=', 'running')
    .where('leaseExpiresAt', '>', inSeconds(effectSeconds))
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

/** Ends the leases of a worker that is known to be dead, so that nobody waits for them to run out. */
export async function expireLeasesOf(db: Executor, owner: string): Promise<void> {
  await db
    .updateTable('releases')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where('state', '=', 'running')
    .where('leaseOwner', '=', owner)
    .execute()
}

/** Gives everything that a stopping process still holds back, without counting it as a try. What it does from here on is refused. */
export async function giveUpLeasesOf(db: Executor, owner: string): Promise<number> {
  const given = await db
    .updateTable('releases')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'`, attempt: sql`greatest(attempt - 1, 0)` })
    .where('state', '=', 'running')
    .where('leaseOwner', '=', owner)
    .where('leaseExpiresAt', '>', databaseNow)
    .returning('id')
    .execute()
  return given.length
}

/**
 * For what a release does after its end: whether a later one is `at_work` that may want otherwise, has `planned` and thereby taken over what was left
 * to do, or `nobody` did, since whoever began came to nothing before its plan.
 */
export async function begunSince(db: Executor, { environmentId, generation }: Lease): Promise<'nobody' | 'at_work' | 'planned'> {
  const later = await db
    .selectFrom('releases')
    .select(['state', sql<boolean>`plan is not null`.as('hasPlanned')])
    .where('environmentId', '=', environmentId)
    .where('generation', '>', generation)
    .execute()
  if (later.some(({ hasPlanned }) => hasPlanned)) return 'planned'
  return later.some(({ state }) => state === 'running') ? 'at_work' : 'nobody'
}

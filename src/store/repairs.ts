// Who may bring an idle environment back to its live release. A repair has a lease and a generation as a release has, so that the two never act on
// one environment together and a dead repairer is replaced; it gives way to a release that waits.
import { type Selectable, sql, type Transaction } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow, effectSeconds, inSeconds } from './instance.ts'
import { notify } from './notify.ts'
import type { RepairTable } from './tables/repairs.ts'
import type { Tables } from './tables.ts'

/** As long as a release's. */
const leaseSeconds = 30

export type Repair = Selectable<RepairTable>

export interface RepairLease {
  readonly repairId: string
  readonly environmentId: string
  readonly token: string
  readonly generation: number
}

export type RepairClaim =
  | { readonly kind: 'held'; readonly lease: RepairLease }
  /** A release or another repair works on it, or it has changed since it was looked at. */
  | { readonly kind: 'busy' }
  /** The same was tried in vain, or over and over, a moment ago. */
  | { readonly kind: 'too_soon'; readonly afterMs: number }

export interface RepairWish {
  readonly environmentId: string
  /** Names the process: `Kyozo.owner`. */
  readonly owner: string
  /** What was found, in words. */
  readonly reason: string
  /** The environment's generation when it was looked at. */
  readonly seenGeneration: number
}

/** Takes the environment for a repair, when nothing else works on it. */
export async function claimRepair(trx: Transaction<Tables>, wish: RepairWish): Promise<RepairClaim> {
  const environment = await trx
    .selectFrom('environments')
    .select(['id', 'teamId', 'workspaceId', 'liveReleaseId', 'generation'])
    .where('id', '=', wish.environmentId)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst()
  if (environment === undefined || environment.generation !== wish.seenGeneration) return { kind: 'busy' }
  if (!(await isFree(trx, environment.id))) return { kind: 'busy' }
  const afterMs = await pauseBefore(trx, wish)
  if (afterMs > 0) return { kind: 'too_soon', afterMs }
  const generation = environment.generation + 1
  await trx.updateTable('environments').set({ generation }).where('id', '=', environment.id).execute()
  const lease = { repairId: newId(), environmentId: environment.id, token: newId(), generation }
  const { id: _, liveReleaseId, ...place } = environment
  await trx
    .insertInto('repairs')
    .values({
      ...place,
      id: lease.repairId,
      environmentId: environment.id,
      releaseId: liveReleaseId,
      reason: wish.reason,
      generation,
      leaseOwner: wish.owner,
      leaseToken: lease.token,
      leaseExpiresAt: inSeconds(leaseSeconds),
    })
    .execute()
  return { kind: 'held', lease }
}

/** In a transaction that holds the environment's row. A repairer that died is passed over. */
async function isFree(trx: Executor, environmentId: string): Promise<boolean> {
  const running = await trx
    .selectFrom('releases')
    .select('id')
    .where('environmentId', '=', environmentId)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return running === undefined && !(await isUnderRepair(trx, environmentId))
}

/** Whether somebody repairs the environment now; one whose lease ran out is ended. In a transaction that holds the environment's row. */
export async function isUnderRepair(trx: Executor, environmentId: string): Promise<boolean> {
  await abandonRepairs(trx, environmentId)
  const repair = await trx
    .selectFrom('repairs')
    .select('id')
    .where('environmentId', '=', environmentId)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return repair !== undefined
}

/** The same, asking who repairs to give way: it wakes a worker when it has. */
export async function repairGivesWay(trx: Executor, environmentId: string): Promise<boolean> {
  if (!(await isUnderRepair(trx, environmentId))) return false
  await trx
    .updateTable('repairs')
    .set({ yieldRequestedAt: sql`coalesce(yield_requested_at, now())` })
    .where('environmentId', '=', environmentId)
    .where('state', '=', 'running')
    .execute()
  await notify(trx, 'queue', environmentId)
  return true
}

/** What a repairer that died has left: somebody looks at the environment again. Returns the environments. */
export async function abandonRepairs(db: Executor, environmentId?: string): Promise<readonly string[]> {
  let expired = db
    .updateTable('repairs')
    .set({
      state: 'abandoned',
      outcome: 'kyozo ended while working on it',
      finishedAt: databaseNow,
      leaseToken: null,
      leaseExpiresAt: null,
    })
    .where('state', '=', 'running')
    .where('leaseExpiresAt', '<', databaseNow)
  if (environmentId !== undefined) expired = expired.where('environmentId', '=', environmentId)
  return (await expired.returning('environmentId').execute()).map((row) => row.environmentId)
}

/** Ends the leases of a worker that is known to be dead, or stops: what it still does is refused. Whoever looks for what is left looks again. */
export async function expireRepairsOf(db: Executor, owner: string): Promise<number> {
  const expired = await db
    .updateTable('repairs')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where('state', '=', 'running')
    .where('leaseOwner', '=', owner)
    .returning('id')
    .execute()
  return expired.length
}

const firstPauseSeconds = 5
const longestPauseSeconds = 600
/** So often the same may be put right without a pause: who breaks it is a person, or chance. */
const freeTries = 6
const rememberedMinutes = 30

/** What failed, or came back although it was put right, is not tried in a tight loop: the pause doubles with each time. */
async function pauseBefore(trx: Executor, { environmentId, reason }: RepairWish): Promise<number> {
  const { failed, all, since } = await trx
    .selectFrom('repairs')
    .select([
      sql<number>`(count(*) filter (where state = 'failed'))::int`.as('failed'),
      sql<number>`count(*)::int`.as('all'),
      sql<number | null>`extract(epoch from now() - max(finished_at))::float8`.as('since'),
    ])
    .where('environmentId', '=', environmentId)
    .where('reason', '=', reason)
    .where('state', 'in', ['succeeded', 'failed'])
    .where('finishedAt', '>', sql<Date>`now() - make_interval(mins => ${rememberedMinutes})`)
    // What ended by a clock that was ahead says nothing of how long ago that is.
    .where('finishedAt', '<=', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  const tries = Math.max(failed, all - freeTries + 1)
  if (tries <= 0 || since === null) return 0
  return Math.max(0, Math.min(longestPauseSeconds, firstPauseSeconds * 2 ** (tries - 1)) - since) * 1000
}

/** False when the lease was lost: the holder must stop acting at once. */
export async function renewRepair(db: Executor, lease: RepairLease): Promise<boolean> {
  const renewed = await db
    .updateTable('repairs')
    .set({ leaseExpiresAt: inSeconds(leaseSeconds) })
    .where('id', '=', lease.repairId)
    .where('leaseToken', '=', lease.token)
    .returning('id')
    .executeTakeFirst()
  return renewed !== undefined
}

/** Throws `lease_lost` unless the lease holds for as long as an effect may take. Called before each side effect; who gives way still takes away what it made. */
export async function assertRepair(db: Executor, lease: RepairLease): Promise<void> {
  const held = await db
    .selectFrom('repairs')
    .select('id')
    .where('id', '=', lease.repairId)
    .where('leaseToken', '=', lease.token)
    .where('leaseExpiresAt', '>', inSeconds(effectSeconds))
    .executeTakeFirst()
  if (held === undefined) throw new KyozoError('lease_lost', 'another worker has taken this environment over')
}

export async function isYieldAsked(db: Executor, { repairId }: RepairLease): Promise<boolean> {
  const repair = await db.selectFrom('repairs').select('yieldRequestedAt').where('id', '=', repairId).executeTakeFirst()
  return repair === undefined || repair.yieldRequestedAt !== null
}

export interface RepairEnd {
  readonly state: 'succeeded' | 'failed' | 'yielded'
  readonly outcome: string
  readonly errorCode?: string
}

/** Ends a repair under its lease. Throws `lease_lost`. Returns it as it ended. */
export async function endRepair(trx: Executor, lease: RepairLease, end: RepairEnd): Promise<Repair> {
  const ended = await trx
    .updateTable('repairs')
    .set({ ...end, finishedAt: databaseNow, leaseToken: null, leaseExpiresAt: null })
    .where('id', '=', lease.repairId)
    .where('leaseToken', '=', lease.token)
    .returningAll()
    .executeTakeFirst()
  if (ended === undefined) throw new KyozoError('lease_lost', 'another worker has taken this environment over')
  return ended
}

// Who may work on an operation. A claim takes a lease; whoever lost it changes nothing more, and what a dead worker held is handed out again.
import { sql, type UpdateObject } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { Operation, OperationEnd } from './operations.ts'
import type { Tables } from './tables.ts'

/** What proves the right to act for an operation. */
export interface OperationLease {
  readonly operationId: string
  readonly token: string
}

export interface OperationClaim {
  readonly operation: Operation
  readonly lease: OperationLease
}

const leaseSeconds = 30
/** An operation that brought its worker down this often is not tried again. */
export const operationAttemptLimit = 5

/** Takes an operation that waits, or that a dead worker held; undefined when it has ended, follows a release, or is somebody else's. */
export async function claimOperation(db: Executor, id: string, owner: string): Promise<OperationClaim | undefined> {
  const token = newId()
  const operation = await db
    .updateTable('operations')
    .set({
      state: 'running',
      attempt: sql`attempt + 1`,
      leaseOwner: owner,
      leaseToken: token,
      leaseExpiresAt: inSeconds(leaseSeconds),
      startedAt: sql`coalesce(started_at, now())`,
    })
    .where('id', '=', id)
    .where('finishedAt', 'is', null)
    .where('releaseId', 'is', null)
    .where((where) => where.or([where('leaseExpiresAt', 'is', null), where('leaseExpiresAt', '<', databaseNow)]))
    .returningAll()
    .executeTakeFirst()
  return operation === undefined ? undefined : { operation, lease: { operationId: id, token } }
}

/** False when the lease was lost: the holder must stop acting at once. */
export async function renewOperation(db: Executor, lease: OperationLease): Promise<boolean> {
  const renewed = await db
    .updateTable('operations')
    .set({ leaseExpiresAt: inSeconds(leaseSeconds) })
    .where('id', '=', lease.operationId)
    .where('leaseToken', '=', lease.token)
    .where('finishedAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return renewed !== undefined
}

/** From here on the operation ends when the release does, and no worker is held by it. Throws `lease_lost`. */
export function followRelease(db: Executor, lease: OperationLease, follow: { readonly releaseId: string; readonly words: string }) {
  return changeLeased(db, lease, { ...follow, leaseToken: null, leaseExpiresAt: null })
}

export interface TriedAgain {
  readonly words: string
  readonly afterSeconds: number
  /** How many tries are used up. Default is that this one counts. */
  readonly attempt?: number
}

/** Gives an operation back, to be tried again after a while. Throws `lease_lost`. */
export function requeueOperation(db: Executor, lease: OperationLease, { words, afterSeconds, attempt }: TriedAgain) {
  const used = attempt === undefined ? {} : { attempt: Math.max(0, attempt) }
  return changeLeased(db, lease, { ...used, state: 'queued', words, leaseToken: null, leaseExpiresAt: inSeconds(afterSeconds) })
}

/** Ends an operation under its lease. Throws `lease_lost`, so that the transaction which did the work is undone with it. */
export function finishOperation(db: Executor, lease: OperationLease, end: OperationEnd) {
  return changeLeased(db, lease, {
    state: end.state,
    words: end.words,
    finishedAt: databaseNow,
    leaseToken: null,
    leaseExpiresAt: null,
    ...(end.state === 'failed'
      ? { errorCode: end.error.code, errorMessage: end.error.message, errorHint: end.error.hint ?? null }
      : { result: end.result === undefined ? null : JSON.stringify(end.result) }),
  })
}

type Change = UpdateObject<Tables, 'operations'>

/** Throws `lease_lost`. */
export async function changeLeased(db: Executor, lease: OperationLease, to: Change): Promise<Operation> {
  const changed = await db
    .updateTable('operations')
    .set(to)
    .where('id', '=', lease.operationId)
    .where('leaseToken', '=', lease.token)
    .where('finishedAt', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (changed === undefined) throw new KyozoError('lease_lost', 'another worker has taken this operation over')
  return changed
}

/** Operations that nobody works on: not begun, given back, or left by a worker that died. */
export async function waitingOperations(db: Executor, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('operations')
    .select('id')
    .where('finishedAt', 'is', null)
    .where('releaseId', 'is', null)
    .where((where) => where.or([where('leaseExpiresAt', 'is', null), where('leaseExpiresAt', '<', databaseNow)]))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Milliseconds until the next one that was put off is due, by the database's clock; undefined when none was. */
export async function lookAtWaitingOperations(db: Executor): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(lease_expires_at) - now())::float8 * 1000 as ms from operations
    where finished_at is null and release_id is null and state = 'queued' and lease_expires_at > now()`.execute(db)
  return rows[0]?.ms ?? undefined
}

/** Ends the leases of a worker that is known to be dead, so that nobody waits for them to run out. */
export async function expireOperationsOf(db: Executor, owner: string): Promise<void> {
  await db
    .updateTable('operations')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'` })
    .where('finishedAt', 'is', null)
    .where('leaseToken', 'is not', null)
    .where('leaseOwner', '=', owner)
    .execute()
}

/** Gives everything that a stopping process still holds back, without counting it as a try. */
export async function giveUpOperationsOf(db: Executor, owner: string): Promise<number> {
  const given = await db
    .updateTable('operations')
    .set({ leaseExpiresAt: sql`now() - interval '1 second'`, attempt: sql`greatest(attempt - 1, 0)` })
    .where('finishedAt', 'is', null)
    .where('leaseToken', 'is not', null)
    .where('leaseOwner', '=', owner)
    .where('leaseExpiresAt', '>', databaseNow)
    .returning('id')
    .execute()
  return given.length
}

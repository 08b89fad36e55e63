// What somebody asked for, followed from the asking to the end. The row is stored with the intent, in one transaction; a worker takes it from there.
import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { OperationTable } from './tables/services.ts'
import type { Viewer } from './viewer.ts'

export type Operation = Selectable<OperationTable>

/** Who asks: a person or a program, or kyozo itself, which is no user. */
export interface Asker extends Pick<Viewer, 'teamId' | 'name'> {
  readonly userId: string | null
}

export interface OperationRequest {
  readonly kind: string
  readonly workspaceId?: string | null
  readonly environmentId?: string | null
  readonly serviceInstanceId?: string | null
  readonly releaseId?: string | null
  readonly input?: Readonly<Record<string, unknown>>
  /** The client's own key: the same key and request find the operation that was started first. */
  readonly idempotencyKey?: string | undefined
}

/**
 * Stores an operation, or finds the one that was started with the same key. Throws `idempotency_key_reused` when the key came with another request.
 * `isNew` is false for one that was there: whoever asks then does nothing more.
 */
export async function startOperation(
  db: Executor,
  viewer: Asker,
  request: OperationRequest,
): Promise<{ readonly operation: Operation; readonly isNew: boolean }> {
  const { idempotencyKey = null } = request
  const requestHash = hashOfRequest(viewer, request)
  const made = await db
    .insertInto('operations')
    .values({
      id: newId(),
      teamId: viewer.teamId,
      workspaceId: request.workspaceId ?? null,
      environmentId: request.environmentId ?? null,
      serviceInstanceId: request.serviceInstanceId ?? null,
      releaseId: request.releaseId ?? null,
      kind: request.kind,
      input: JSON.stringify(request.input ?? {}),
      idempotencyKey,
      requestHash,
      requestedBy: viewer.name,
      requestedById: viewer.userId,
    })
    .onConflict((conflict) => conflict.columns(['teamId', 'idempotencyKey']).where('idempotencyKey', 'is not', null).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (made !== undefined) return { operation: made, isNew: true }
  const known = await db
    .selectFrom('operations')
    .selectAll()
    .where('teamId', '=', viewer.teamId)
    .where('idempotencyKey', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
  if (known.requestHash === requestHash) return { operation: known, isNew: false }
  throw keyReused(idempotencyKey ?? '')
}

/**
 * The operation that the same request with the same key started before; undefined when there is none. Asked before the state is looked at: what was
 * allowed once is answered the same way again, whatever came of it.
 */
export async function repeatedOperation(db: Executor, viewer: Viewer, request: OperationRequest): Promise<Operation | undefined> {
  if (request.idempotencyKey === undefined) return undefined
  const known = await db
    .selectFrom('operations')
    .selectAll()
    .where('teamId', '=', viewer.teamId)
    .where('idempotencyKey', '=', request.idempotencyKey)
    .executeTakeFirst()
  if (known === undefined || known.requestHash === hashOfRequest(viewer, request)) return known
  throw keyReused(request.idempotencyKey)
}

/** An operation of the kind on the same thing with the same input that has not ended; `waiting` leaves out what a release carries out already. */
export async function openOperation(
  db: Executor,
  viewer: Pick<Asker, 'teamId'>,
  request: OperationRequest & { readonly among: 'open' | 'waiting' },
): Promise<Operation | undefined> {
  let open = db
    .selectFrom('operations')
    .selectAll()
    .where('teamId', '=', viewer.teamId)
    .where('kind', '=', request.kind)
    .where('finishedAt', 'is', null)
    .where(sql<boolean>`input = ${JSON.stringify(request.input ?? {})}::jsonb`)
  for (const column of ['workspaceId', 'environmentId', 'serviceInstanceId'] as const)
    open = open.where(column, 'is not distinct from', request[column] ?? null)
  if (request.among === 'waiting') open = open.where('releaseId', 'is', null)
  return open.orderBy('id', 'desc').limit(1).executeTakeFirst()
}

/** One with the same input that nobody has begun with; held, so that nobody begins before the transaction ends. */
export function queuedOperation(trx: Executor, asker: Pick<Asker, 'teamId'>, request: OperationRequest): Promise<Operation | undefined> {
  return trx
    .selectFrom('operations')
    .selectAll()
    .where('teamId', '=', asker.teamId)
    .where('kind', '=', request.kind)
    .where('state', '=', 'queued')
    .where('workspaceId', 'is not distinct from', request.workspaceId ?? null)
    .where('environmentId', 'is not distinct from', request.environmentId ?? null)
    .where(sql<boolean>`input = ${JSON.stringify(request.input ?? {})}::jsonb`)
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
}

/** One that waits to be tried again is due now. */
export async function wakeOperation(trx: Executor, id: string): Promise<void> {
  await trx.updateTable('operations').set({ leaseExpiresAt: null }).where('id', '=', id).where('state', '=', 'queued').execute()
}

function keyReused(key: string): KyozoError {
  return new KyozoError('idempotency_key_reused', `the Idempotency-Key ${JSON.stringify(key)} was used for another request before`, {
    hint: 'send a new key with a new request; the same key only repeats the same request',
  })
}

/** Who asks counts too: two people who choose one key by chance must not read each other's operations. */
function hashOfRequest(viewer: Asker, request: OperationRequest): string {
  const { idempotencyKey: _, ...asked } = request
  return createHash('sha256')
    .update(JSON.stringify([viewer.userId, asked]))
    .digest('base64url')
}

export function findOperation(db: Executor, id: string): Promise<Operation | undefined> {
  return db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst()
}

export type OperationEnd =
  | { readonly state: 'succeeded' | 'canceled'; readonly words: string; readonly result?: Readonly<Record<string, unknown>> }
  | {
      readonly state: 'failed'
      readonly words: string
      readonly error: { readonly code: string; readonly message: string; readonly hint?: string }
    }

/** Ends an operation that has not ended; ending it twice changes nothing. */
export async function endOperation(db: Executor, id: string, end: OperationEnd): Promise<void> {
  await db
    .updateTable('operations')
    .set({
      state: end.state,
      words: end.words,
      finishedAt: sql`now()`,
      leaseToken: null,
      leaseExpiresAt: null,
      ...(end.state === 'failed'
        ? { errorCode: end.error.code, errorMessage: end.error.message, errorHint: end.error.hint ?? null }
        : { result: end.result === undefined ? null : JSON.stringify(end.result) }),
    })
    .where('id', '=', id)
    .where('finishedAt', 'is', null)
    .execute()
}

// What kyozo gave up although no commit is at fault: tried again when a person asks for it.
import { type Selectable, sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { notify } from './notify.ts'
import type { DeadLetterTable } from './tables/dead-letters.ts'

export type DeadLetter = Selectable<DeadLetterTable>

/** As it stands now; undefined when it was tried again or overtaken meanwhile. */
export function findDeadLetter(db: Executor, of: { readonly teamId: string; readonly id: string }): Promise<DeadLetter | undefined> {
  return db.selectFrom('deadLetters').selectAll().where('teamId', '=', of.teamId).where('id', '=', of.id).executeTakeFirst()
}

/** The operation is carried out anew, with all its tries. False when somebody did so first. Whoever calls wakes a worker. */
export async function reviveOperation(db: Executor, id: string): Promise<boolean> {
  const revived = await db
    .updateTable('operations')
    .set({
      ...{ state: 'queued', attempt: 0, finishedAt: null, releaseId: null, words: 'asked for again' },
      ...{ errorCode: null, errorMessage: null, errorHint: null, result: null, leaseToken: null, leaseExpiresAt: null },
    })
    .where('id', '=', id)
    .where('state', '=', 'failed')
    .returning('id')
    .executeTakeFirst()
  return revived !== undefined
}

/** The message is sent as if it had just been written. */
export async function reviveMessage(db: Executor, id: string): Promise<boolean> {
  const revived = await db
    .updateTable('outbox')
    .set({ droppedAt: null, attempts: 0, nextAttemptAt: databaseNow, createdAt: sql`now()`, claimedUntil: null, lastError: null })
    .where('id', '=', id)
    .where('droppedAt', 'is not', null)
    .where('sentAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (revived !== undefined) await notify(db, 'outbox', id)
  return revived !== undefined
}

/** Of two who try it again at once the second finds it gone. */
export async function holdDeadLetter(db: Executor, of: { readonly teamId: string; readonly id: string }): Promise<DeadLetter> {
  await sql`select pg_advisory_xact_lock(hashtext(${`kyozo dead letter ${of.id}`}))`.execute(db)
  const found = await findDeadLetter(db, of)
  if (found !== undefined) return found
  throw new KyozoError('state_conflict', 'this was tried again already, or something newer took its place')
}

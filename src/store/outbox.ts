import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { OutboxTable } from './tables/git.ts'

export type OutboxRow = Selectable<OutboxTable>

export interface OutboxMessage {
  readonly teamId: string
  readonly kind: OutboxTable['kind']
  readonly connection: string
  /** What it is about: an unsent older message of the same target is dropped. */
  readonly target: string
  readonly payload: unknown
}

/** Written in the transaction that makes it true. */
export async function putOutbox(db: Executor, messages: readonly OutboxMessage[]): Promise<void> {
  for (const message of messages) {
    await db
      .updateTable('outbox')
      .set({ droppedAt: databaseNow, lastError: 'a newer message for the same target took its place' })
      .where('target', '=', message.target)
      .where('sentAt', 'is', null)
      .where('droppedAt', 'is', null)
      .where('claimedUntil', 'is', null)
      .execute()
    await db
      .insertInto('outbox')
      .values({ ...message, id: newId(), payload: JSON.stringify(message.payload) })
      .execute()
  }
}

/** Takes due messages for a while, oldest first; another sender may take them when this one dies. */
export async function claimOutbox(
  db: Executor,
  options: { readonly limit: number; readonly claimSeconds: number; readonly owner: string },
): Promise<OutboxRow[]> {
  const claimed = await db
    .updateTable('outbox')
    .set({ claimedUntil: inSeconds(options.claimSeconds), claimedBy: options.owner, attempts: sql`attempts + 1` })
    .where('id', 'in', (from) =>
      from
        .selectFrom('outbox as due')
        .select('due.id')
        .where('due.sentAt', 'is', null)
        .where('due.droppedAt', 'is', null)
        .where('due.nextAttemptAt', '<=', databaseNow)
        .where((where) => where.or([where('due.claimedUntil', 'is', null), where('due.claimedUntil', '<', databaseNow)]))
        // The newest of a target alone is sent, and never before an older one that is under way has ended.
        .where((where) =>
          where.not(
            where.exists(
              where
                .selectFrom('outbox as other')
                .select('other.id')
                .whereRef('other.target', '=', 'due.target')
                .whereRef('other.id', '!=', 'due.id')
                .where((either) =>
                  either.or([either('other.claimedUntil', '>', databaseNow), either('other.sequence', '>', either.ref('due.sequence'))]),
                ),
            ),
          ),
        )
        .orderBy('due.sequence')
        .limit(options.limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
  // An update returns its rows in no order, and the aggregate must not be green before the services that it counts.
  return claimed.toSorted((a, b) => Number(BigInt(a.sequence) - BigInt(b.sequence)))
}

/** Gives up the claims of a process that has ended. What it was sending may have arrived: a status that is sent twice says the same twice. */
export async function expireClaimsOf(db: Executor, owner: string): Promise<void> {
  await db.updateTable('outbox').set({ claimedUntil: null }).where('claimedBy', '=', owner).where('claimedUntil', 'is not', null).execute()
}

export async function outboxSent(db: Executor, id: string): Promise<void> {
  await db.updateTable('outbox').set({ sentAt: databaseNow, claimedUntil: null, lastError: null }).where('id', '=', id).execute()
}

/** When messages of a connection were sent lately, oldest first. */
export async function outboxSentTimes(
  db: Executor,
  options: { readonly connection: string; readonly seconds: number },
): Promise<readonly Date[]> {
  const rows = await db
    .selectFrom('outbox')
    .select('sentAt')
    .where('connection', '=', options.connection)
    .where('sentAt', '>', inSeconds(-options.seconds))
    .orderBy('sentAt')
    .execute()
  return rows.flatMap((row) => row.sentAt ?? [])
}

export async function outboxDropped(db: Executor, id: string, reason: string): Promise<void> {
  await db.updateTable('outbox').set({ droppedAt: databaseNow, claimedUntil: null, lastError: reason }).where('id', '=', id).execute()
}

/** Puts a message off. One that a newer message of its target has overtaken is dropped: it would only take the newer one back. */
export async function outboxRetry(
  db: Executor,
  id: string,
  retry: { readonly inSeconds: number; readonly reason: string; readonly countsAsAttempt: boolean },
): Promise<void> {
  await db
    .updateTable('outbox as mine')
    .set({ droppedAt: databaseNow, claimedUntil: null, lastError: retry.reason })
    .where('mine.id', '=', id)
    .where((where) =>
      where.exists(
        where
          .selectFrom('outbox as newer')
          .select('newer.id')
          .whereRef('newer.target', '=', 'mine.target')
          .whereRef('newer.sequence', '>', 'mine.sequence'),
      ),
    )
    .execute()
  await db
    .updateTable('outbox')
    .set({
      nextAttemptAt: inSeconds(retry.inSeconds),
      claimedUntil: null,
      lastError: retry.reason,
      ...(retry.countsAsAttempt ? {} : { attempts: sql`attempts - 1` }),
    })
    .where('id', '=', id)
    .where('droppedAt', 'is', null)
    .execute()
}

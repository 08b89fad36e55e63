// What Git hosts are to be told: written in the transaction that makes it true. Who sends it is in outbox-sending.ts.
import { sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import type { OutboxTable } from './tables/git.ts'

export interface OutboxMessage {
  readonly teamId: string
  readonly kind: OutboxTable['kind']
  readonly connection: string
  /** What it is about: an unsent older message of the same connection and target is dropped. */
  readonly target: string
  readonly payload: unknown
  /** Whose state it tells of. */
  readonly releaseId?: string
}

export const overtakenWords = 'a newer message for the same target took its place'

/** An older message of the same connection and target that nobody has begun to send is dropped; a comment or a check that says the same as the newest is not stored. */
export async function putOutbox(db: Executor, messages: readonly OutboxMessage[]): Promise<void> {
  for (const message of messages) {
    if (isWhole(message) && (await isSaid(db, message))) continue
    await db
      .updateTable('outbox')
      .set({ droppedAt: databaseNow, droppedFor: 'overtaken', lastError: overtakenWords })
      .where('target', '=', message.target)
      .where('connection', '=', message.connection)
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

/** Puts what says another thing than its target was told last, so that what is found to be as it was says nothing. Returns whether any did. */
export async function putNews(db: Executor, messages: readonly OutboxMessage[]): Promise<boolean> {
  const news: OutboxMessage[] = []
  for (const message of messages) if (!(await isSaid(db, message))) news.push(message)
  await putOutbox(db, news)
  return news.length > 0
}

/** Says all there is to say of its target, so that the same twice is once too often. A state is said again for its own sake: others may have said another one. */
function isWhole({ kind }: OutboxMessage): boolean {
  return kind === 'comment' || kind === 'check'
}

/**
 * Whether the newest of its target says the same, and got there or is on its way. What its host let nobody say is sent by itself when that lets kyozo in
 * again (untold.ts), and until then said once a day.
 */
async function isSaid(db: Executor, { target, connection, payload }: OutboxMessage): Promise<boolean> {
  const newest = await db
    .selectFrom('outbox')
    .select([sql<boolean>`payload = ${JSON.stringify(payload)}::jsonb`.as('isSame'), isGivenUp.as('isGivenUp')])
    .where('target', '=', target)
    .where('connection', '=', connection)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest?.isSame === true && !newest.isGivenUp
}

const isGivenUp = sql<boolean>`dropped_at is not null and not (dropped_for is not distinct from 'access' and dropped_at > ${inSeconds(-86_400)})`

/** What its target was told last, or is about to be told; undefined where that is nothing, or got nowhere. */
export async function lastSaid(
  db: Executor,
  { target, connection }: Pick<OutboxMessage, 'target' | 'connection'>,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const newest = await db
    .selectFrom('outbox')
    .select(['payload', 'droppedAt'])
    .where('target', '=', target)
    .where('connection', '=', connection)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return newest === undefined || newest.droppedAt !== null ? undefined : (newest.payload as Readonly<Record<string, unknown>>)
}

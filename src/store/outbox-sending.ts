// Messages to Git hosts on their way: which are due, who sends one, and what became of it.
import { type Selectable, sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import { overtakenWords } from './outbox.ts'
import type { DropCause, OutboxTable } from './tables/git.ts'
import { repositoryOf, reviveRefused } from './untold.ts'

export type OutboxRow = Selectable<OutboxTable>

/** Longer than all the deadlines of one message together. */
const claimSeconds = 180
/** Nothing is put off for longer. */
const longestWaitSeconds = 300

/** Of two transactions at once one's times may be ahead of the other's; what is twice as far away as it can be is of a time before the clock was put back. */
const beyond = (seconds: number) => inSeconds(2 * seconds)

function isClaimed(message: string) {
  return sql<boolean>`coalesce(${sql.ref(`${message}.claimedUntil`)} between ${databaseNow} and ${beyond(claimSeconds)}, false)`
}

/** What may be sent now: the newest of its target, while nothing of that is under way and nothing that its release has said before. */
const isDue = sql<boolean>`due.sent_at is null and due.dropped_at is null and not ${isClaimed('due')}
  and (due.next_attempt_at <= ${databaseNow} or due.next_attempt_at > ${beyond(longestWaitSeconds)})
  and due.sequence = ${newestOf('due')}
  and not exists (select from outbox other
    where other.connection = due.connection and other.id <> due.id and other.claimed_until is not null and ${isClaimed('other')}
      and (other.target = due.target or (other.release_id = due.release_id and other.sequence < due.sequence)))`

/** The connections that have something to say now. */
export async function dueConnections(db: Executor): Promise<readonly string[]> {
  await dropLeftBehind(db)
  // One message is enough to know of a connection, however many it has.
  const { rows } = await sql<{ connection: string }>`
    select waiting.connection from (select distinct connection from outbox where sent_at is null and dropped_at is null) waiting
    where exists (select from outbox due where due.connection = waiting.connection and ${isDue})`.execute(db)
  return rows.map(({ connection }) => connection)
}

/** Takes the message of these connections that is to be sent next; another sender may take it when this one dies. */
export async function claimOutbox(
  db: Executor,
  options: { readonly connections: readonly string[]; readonly owner: string },
): Promise<OutboxRow | undefined> {
  return db
    .updateTable('outbox')
    .set({ claimedUntil: inSeconds(claimSeconds), claimedBy: options.owner, attempts: sql`attempts + 1` })
    .where('id', '=', (from) =>
      from
        .selectFrom('outbox as due')
        .select('due.id')
        .where('due.connection', 'in', options.connections)
        .where(isDue)
        // What only adorns a page waits for everything else. Verdicts go first: while the budget is short, a pending is likely to be out of date before its turn.
        .orderBy(sql`due.kind in ('deployment', 'reaction')`)
        .orderBy(sql`due.payload ->> 'state' is not distinct from 'pending'`)
        .orderBy('due.sequence')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst()
}

/**
 * The newest that was written of a message's target. What another connection says of it, be it another host's or another team's, is no matter of this one.
 */
function newestOf(message: string) {
  const [target, connection] = ['target', 'connection'].map((column) => sql.ref(`${message}.${column}`))
  return sql`(select max(newest.sequence) from outbox newest where newest.target = ${target} and newest.connection = ${connection})`
}

function isOvertaken(message: string) {
  return sql<boolean>`${sql.ref(`${message}.sequence`)} < ${newestOf(message)}`
}

/** What a sender had taken when it died, and a newer message of the same target has overtaken since, nobody sends any more. */
async function dropLeftBehind(db: Executor): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ droppedAt: databaseNow, droppedFor: 'overtaken', claimedUntil: null, lastError: overtakenWords })
    .where('id', 'in', (from) =>
      from
        .selectFrom('outbox as left')
        .select('left.id')
        .where('left.claimedBy', 'is not', null)
        .where('left.sentAt', 'is', null)
        .where('left.droppedAt', 'is', null)
        .where((where) => where.not(isClaimed('left')))
        .where(isOvertaken('left'))
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}

/** Gives up the claims of a process that sends nothing by these connections. What it was sending may have arrived: a status that is sent twice says the same twice. */
export async function expireClaimsOf(
  db: Executor,
  {
    owner,
    connections,
  }: {
    readonly owner: string
    /** Default is all. */
    readonly connections?: readonly string[]
  },
): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ claimedUntil: null })
    .where('claimedBy', '=', owner)
    .where('claimedUntil', 'is not', null)
    .$if(connections !== undefined, (claimed) => claimed.where('connection', 'in', connections!))
    .execute()
}

export async function outboxSent(db: Executor, id: string, remoteId: string | undefined): Promise<void> {
  const sent = await db
    .updateTable('outbox')
    .set({ sentAt: databaseNow, claimedUntil: null, lastError: null, remoteId: remoteId ?? null })
    .where('id', '=', id)
    .returning(['connection', repositoryOf.as('repository')])
    .executeTakeFirst()
  if (sent?.repository) await reviveRefused(db, { ...sent, repository: sent.repository })
}

/** What its host called the newest message of a connection and target that it gave a name. */
export async function outboxKnownId(
  db: Executor,
  { target, connection }: { readonly target: string; readonly connection: string },
): Promise<string | undefined> {
  const sent = await db
    .selectFrom('outbox')
    .select('remoteId')
    .where('target', '=', target)
    .where('connection', '=', connection)
    .where('remoteId', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return sent?.remoteId ?? undefined
}

/** When messages of connections were sent lately, oldest first. */
export async function outboxSentTimes(
  db: Executor,
  options: { readonly connections: readonly string[]; readonly seconds: number },
): Promise<readonly Date[]> {
  const rows = await db
    .selectFrom('outbox')
    .select('sentAt')
    .where('connection', 'in', options.connections)
    .where('sentAt', '>', inSeconds(-options.seconds))
    .orderBy('sentAt')
    .execute()
  return rows.flatMap((row) => row.sentAt ?? [])
}

export async function outboxDropped(db: Executor, id: string, { reason, cause }: { reason: string; cause: DropCause }): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ droppedAt: databaseNow, claimedUntil: null, lastError: reason, droppedFor: cause })
    .where('id', '=', id)
    .execute()
}

/** Puts a message off. One that a newer message of its target has overtaken is dropped: it would only take the newer one back. */
export async function outboxRetry(
  db: Executor,
  id: string,
  retry: { readonly inSeconds: number; readonly reason: string; readonly countsAsAttempt: boolean },
): Promise<void> {
  await db
    .updateTable('outbox as mine')
    .set({ droppedAt: databaseNow, droppedFor: 'overtaken', claimedUntil: null, lastError: retry.reason })
    .where('mine.id', '=', id)
    .where(isOvertaken('mine'))
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

/** How many messages of a target were sent by these connections: a host takes only so many statuses of one context for one commit, whoever sends them. */
export async function outboxSentOf(
  db: Executor,
  { target, connections }: { readonly target: string; readonly connections: readonly string[] },
): Promise<number> {
  const { count } = await db
    .selectFrom('outbox')
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('target', '=', target)
    .where('connection', 'in', connections)
    .where('sentAt', 'is not', null)
    .executeTakeFirstOrThrow()
  return count
}

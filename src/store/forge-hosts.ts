// How Git hosts do with those who speak to them: when they were told something lately, and until when they are left alone. One row a credential, since
// hosts limit those and not kyozo's connections; changed by one process at a time, in the times of the database.
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { inSeconds } from './instance.ts'
import { outboxSentTimes } from './outbox-sending.ts'

export interface ForgeHost {
  /** Epoch milliseconds, oldest first. */
  readonly sentMs: readonly number[]
  readonly failures: number
  readonly pauses: number
  /** Epoch milliseconds; zero when it was never left alone. */
  readonly pausedUntilMs: number
}

/** Whose limits they are. */
export interface ForgeAccount {
  readonly key: string
  /** The connections that share it. */
  readonly connections: readonly string[]
}

export interface HostDecision<T> {
  /** Default is that nothing changes. */
  readonly host?: ForgeHost
  readonly result: T
}

const remembersSeconds = 3_600
const forgetsSeconds = 7 * 24 * 3_600

/** `decide` is given the time of the database, so that the processes' clocks do not matter. */
export async function changeForgeHost<T>(
  db: Database,
  account: ForgeAccount,
  decide: (host: ForgeHost, nowMs: number) => HostDecision<T>,
): Promise<T> {
  await makeHost(db, account)
  return db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('forgeHosts')
      .select([
        'spentAt',
        'failures',
        'pauses',
        'pausedUntil',
        sql<number>`extract(epoch from clock_timestamp())::float8 * 1000`.as('nowMs'),
      ])
      .where('connection', '=', account.key)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const { failures, pauses } = row
    // A database whose clock was put back must not keep a host waiting for longer than it was meant to.
    const sentMs = row.spentAt.map(Number).filter((at) => at <= row.nowMs + 1_000)
    const { host, result } = decide({ sentMs, failures, pauses, pausedUntilMs: Number(row.pausedUntil ?? 0) }, row.nowMs)
    if (host !== undefined)
      await trx
        .updateTable('forgeHosts')
        .set({
          spentAt: host.sentMs.map((at) => new Date(at)),
          failures: host.failures,
          pauses: host.pauses,
          pausedUntil: new Date(host.pausedUntilMs),
          updatedAt: sql`now()`,
        })
        .where('connection', '=', account.key)
        .execute()
    return result
  })
}

async function makeHost(db: Database, { key, connections }: ForgeAccount): Promise<void> {
  const known = await db.selectFrom('forgeHosts').select('connection').where('connection', '=', key).executeTakeFirst()
  if (known !== undefined) return
  // Of credentials that were replaced nothing is left to remember.
  await db.deleteFrom('forgeHosts').where('updatedAt', '<', inSeconds(-forgetsSeconds)).execute()
  const spentAt = [...(await outboxSentTimes(db, { connections, seconds: remembersSeconds }))]
  await db
    .insertInto('forgeHosts')
    .values({ connection: key, spentAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

// What is kept for how long. Old rows go in small batches, oldest first, each in a transaction of its own: nobody who writes waits for one, and a
// process that ends in the middle has done what it has done.
import { type RawBuilder, sql } from 'kysely'
import type { Database } from './database.ts'

export interface Retention {
  readonly table: string
  /** When a row was made. */
  readonly column: string
  /** The order in which rows were made, by an index: the batches follow it. */
  readonly order: string
  readonly days: number
  /** Which rows may go at all. Default is all. */
  readonly isOver?: RawBuilder<unknown>
}

/** A host takes only so many statuses of a commit, and they are counted here (outbox-sending.ts): those of a commit that may still be told of stay. */
const isToldForGood = sql`(sent_at is not null or dropped_at is not null)
  and not coalesce(payload ->> 'sha' in (select sha from releases where is_kept or state = 'live'), false)`

export const retentions: readonly Retention[] = [
  { table: 'deployment_events', column: 'occurred_at', order: 'id', days: 90 },
  { table: 'health_checks', column: 'checked_at', order: 'id', days: 30 },
  { table: 'service_metrics', column: 'recorded_at', order: 'id', days: 7 },
  { table: 'service_metric_rollups', column: 'bucket_start', order: 'bucket_start', days: 30 },
  { table: 'alerts', column: 'resolved_at', order: 'id', days: 90 },
  { table: 'operations', column: 'finished_at', order: 'id', days: 90 },
  { table: 'repairs', column: 'finished_at', order: 'id', days: 90 },
  { table: 'drifts', column: 'ended_at', order: 'id', days: 90 },
  { table: 'log_chunks', column: 'recorded_at', order: 'sequence', days: 90 },
  // Their bodies go before (store/deliveries.ts).
  { table: 'deliveries', column: 'received_at', order: 'id', days: 90 },
  { table: 'ledger_checks', column: 'checked_at', order: 'id', days: 90 },
  { table: 'outbox', column: 'created_at', order: 'id', days: 90, isOver: isToldForGood },
  { table: 'retired_secrets', column: 'retired_at', order: 'id', days: 90 },
]

const batchRows = 5_000
/** Rows that were not written in the order of their ids (a clock that jumped) are met when everything before them is gone: so many are looked past. */
const windowRows = 2 * batchRows

/** Deletes what is older than its time and returns how many rows of each table went. Ends early when `signal` aborts. */
export async function deleteExpired(db: Database, signal?: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const deleted: Record<string, number> = {}
  for (const retention of retentions) {
    let total = 0
    for (let last = batchRows; last >= batchRows && !signal?.aborted; total += last) last = await deleteBatch(db, retention)
    deleted[retention.table] = total
  }
  return deleted
}

/** A window of the oldest rows is read by the index, and those of it that are too old go. */
async function deleteBatch(db: Database, { table, column, order, days, isOver = sql`true` }: Retention): Promise<number> {
  const result = await sql`delete from ${sql.table(table)} where ctid = any (array(
    select w.ctid from (select ctid, ${sql.ref(column)} as made from ${sql.table(table)} where ${isOver}
      order by ${sql.ref(order)} limit ${windowRows}) w
    where w.made < now() - make_interval(days => ${days}) limit ${batchRows}))`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

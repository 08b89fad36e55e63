// What happened, in the order in which it was committed: rows that triggers leave in an inbox, that get their positions there, and that are read
// forwards by position. PostgreSQL's bigint is a number here: 2^53 events are out of reach.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { LiveEventTable } from './tables/access.ts'

export interface LiveRow {
  readonly position: number
  readonly teamId: string
  readonly workspaceId: string | null
  readonly environmentId: string | null
  readonly serviceInstanceId: string | null
  readonly releaseId: string | null
  readonly resourceType: string
  readonly resourceId: string
  readonly action: LiveEventTable['action']
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/** What a subscriber follows; a row belongs to it when one of these says so. */
export interface LiveInterest {
  readonly teamId: string
  /** Everything of the team except lines of logs. */
  readonly isTeam: boolean
  readonly workspaces: readonly string[]
  readonly environments: readonly string[]
  readonly services: readonly string[]
  readonly releases: readonly string[]
  /** Releases whose lines are followed. */
  readonly logs: readonly string[]
}

/** Rows that get their positions in one transaction. */
const orderedAtOnce = 2_000

/**
 * Gives positions to what has arrived, and resolves when nothing is left. Any process may do it at any time: they take turns, and who reads behind a
 * position that it has seen misses nothing.
 */
export async function orderLive(db: Executor): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ moved: number }>`select kyozo_order_live(${orderedAtOnce}) as moved`.execute(db)
    if (rows[0]!.moved < orderedAtOnce) return
  }
}

export interface LivePage {
  readonly after: number
  /** The last position that may be read. Default is none. */
  readonly until?: number
  readonly limit: number
  /** Default is everything. */
  readonly interest?: LiveInterest
}

/** Oldest first. */
export async function readLive(db: Executor, { after, until, limit, interest }: LivePage): Promise<LiveRow[]> {
  let query = db.selectFrom('liveEvents').selectAll().where('position', '>', String(after))
  if (until !== undefined) query = query.where('position', '<=', String(until))
  if (interest !== undefined)
    query = query
      .where('teamId', '=', interest.teamId)
      .where((where) =>
        where.or([
          where('resourceType', '<>', 'logs').and(
            where.or([
              where.val(interest.isTeam),
              where('workspaceId', 'in', orNobody(interest.workspaces)),
              where('environmentId', 'in', orNobody(interest.environments)),
              where('serviceInstanceId', 'in', orNobody(interest.services)),
              where('releaseId', 'in', orNobody(interest.releases)),
            ]),
          ),
          where('resourceType', '=', 'logs').and('releaseId', 'in', orNobody(interest.logs)),
        ]),
      )
  const rows = await query.orderBy('position').limit(limit).execute()
  return rows.map((row) => ({ ...row, position: Number(row.position) }))
}

/** `in ()` is no SQL. */
function orNobody(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? ['00000000-0000-0000-0000-000000000000'] : ids
}

/** The positions between which events are kept: whoever has seen `first - 1` and goes on to `last` misses nothing. */
export async function liveRange(db: Executor): Promise<{ readonly first: number; readonly last: number }> {
  const { first, last } = await db
    .selectFrom('liveEvents')
    .select(({ fn }) => [fn.min('position').as('first'), fn.max('position').as('last')])
    .executeTakeFirstOrThrow()
  return { first: Number(first ?? 1), last: Number(last ?? 0) }
}

/** Long enough for a laptop that sleeps over night. */
const keptHours = 24
/** Rows in one statement, so that no statement takes long. */
const forgottenAtOnce = 5_000

/** Deletes events that nobody resumes from any more, except the newest, which holds the position; and batches of log lines that were told. */
export async function forgetLiveEvents(db: Executor): Promise<number> {
  await orderLive(db)
  let count = 0
  for (;;) {
    const { rows } = await sql<{ position: string }>`delete from live_events where position in (
      select position from live_events where position < (select max(position) from live_events) order by position limit ${forgottenAtOnce}
    ) and created_at < now() - make_interval(hours => ${keptHours}) returning position`.execute(db)
    count += rows.length
    if (rows.length < forgottenAtOnce) break
  }
  // What can be seen here has committed, so it was told.
  for (;;) {
    const { rows } = await sql<{ one: number }>`delete from live_log_batches where ctid = any (array(
      select ctid from live_log_batches limit ${forgottenAtOnce})) returning 1 as one`.execute(db)
    if (rows.length < forgottenAtOnce) return count
  }
}

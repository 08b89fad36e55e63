// What there is, in numbers, for whoever watches kyozo itself. Counted over all teams: only the operator may see it.
import { sql } from 'kysely'
import type { Database } from './database.ts'

export interface Figure {
  readonly name: 'services' | 'releases' | 'operations' | 'outbox' | 'deliveries'
  /** The status, state or decision that is counted. */
  readonly of: string
  readonly count: number
}

/** One statement: a scrape must not cost more than a page does. */
export async function countFigures(db: Database): Promise<readonly Figure[]> {
  const { rows } = await sql<Figure>`
    select 'services' as name, status as of, count(*)::integer as count from service_instances where removed_at is null group by status
    union all select 'releases', state, count(*)::integer from releases where finished_at is null group by state
    union all select 'operations', state, count(*)::integer from operations where finished_at is null group by state
    union all select 'outbox', case when attempts > 0 then 'retrying' else 'waiting' end, count(*)::integer
      from outbox where sent_at is null and dropped_at is null group by 2
    union all select 'deliveries', decision, count(*)::integer from deliveries where received_at > now() - interval '1 day' group by decision`.execute(
    db,
  )
  return rows
}

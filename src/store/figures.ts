// What there is, in numbers, for whoever watches kyozo itself. Counted over all teams: only the operator may see it.
import { sql } from 'kysely'
import type { Database } from './database.ts'

export interface Figure {
  readonly name:
    | 'services'
    | 'releases'
    | 'operations'
    | 'outbox'
    | 'deliveries'
    | 'disk_bytes'
    | 'disk_removable_bytes'
    | 'disk_free_bytes'
    | 'dead_letters'
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
    union all select 'disk_bytes', kind ->> 'kind', max((kind ->> 'bytes')::bigint)::float8
      from disk_reports, jsonb_array_elements(report -> 'kinds') kind where measured_at > now() - interval '1 hour' group by 2
    union all select 'disk_removable_bytes', kind ->> 'kind', max((kind ->> 'removableBytes')::bigint)::float8
      from disk_reports, jsonb_array_elements(report -> 'kinds') kind where measured_at > now() - interval '1 hour' group by 2
    union all select 'disk_free_bytes', place ->> 'name', min((place ->> 'freeBytes')::bigint)::float8
      from disk_reports, jsonb_array_elements(report -> 'places') place where measured_at > now() - interval '1 hour' group by 2
    union all select 'dead_letters', kind, count(*)::integer from dead_letters group by kind
    union all select 'deliveries', decision, count(*)::integer from deliveries where received_at > now() - interval '1 day' group by decision`.execute(
    db,
  )
  return rows
}

// What services use: samples as they come, and what five minutes of them were.
import { type Insertable, sql } from 'kysely'
import type { Database, Executor } from './database.ts'
import type { ServiceMetricTable } from './tables/services.ts'

export type MetricSample = Omit<Insertable<ServiceMetricTable>, 'id' | 'recordedAt' | 'teamId' | 'metadata'>

/** Samples of one round come in one statement, for at most so many services at once: PostgreSQL takes 65,535 values. */
const rowsAtOnce = 5_000

/** A service that several processes sample in one round is stored once: whoever comes within so many seconds of a sample leaves it out. */
const roundSeconds = 8

/**
 * Stores a round of samples and the newest figures of each service. Samples of counts (`requests`, `errors`) add up and are always stored; of the
 * others one a round is kept, whoever took it.
 */
export async function storeSamples(db: Database, samples: readonly MetricSample[]): Promise<void> {
  for (let at = 0; at < samples.length; at += rowsAtOnce) await storeSome(db, samples.slice(at, at + rowsAtOnce))
}

async function storeSome(db: Database, samples: readonly MetricSample[]): Promise<void> {
  const given = JSON.stringify(
    samples.map(({ serviceInstanceId, metricType, value, unit }) => ({ service: serviceInstanceId, type: metricType, value, unit })),
  )
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('kyozo metrics'))`.execute(trx)
    await sql`with given as (select * from jsonb_to_recordset(${given}::jsonb) as g (service uuid, type text, value double precision, unit text)),
      stored as (
        insert into service_metrics (team_id, service_instance_id, metric_type, value, unit)
        select s.team_id, s.id, g.type, g.value, g.unit from given g join service_instances s on s.id = g.service
        where g.unit = 'count' or not exists (
          select from service_metrics m where m.service_instance_id = s.id and m.metric_type = g.type
            and m.recorded_at > now() - make_interval(secs => ${roundSeconds}))
        returning service_instance_id, metric_type, value
      ),
      newest as (
        select service_instance_id, max(value) filter (where metric_type = 'cpu') as cpu, max(value) filter (where metric_type = 'memory') as memory
        from stored where metric_type in ('cpu', 'memory') group by service_instance_id
      )
      update service_instances s set
        cpu_usage_percent = coalesce(n.cpu, s.cpu_usage_percent), memory_usage_mb = coalesce(ceil(n.memory / 1048576)::integer, s.memory_usage_mb)
      from newest n where s.id = n.service_instance_id`.execute(trx)
  })
}

/** Which instance a container's project and service are, and what answers at a host. */
export function measuredServices(
  db: Executor,
): Promise<
  { readonly id: string; readonly project: string; readonly service: string; readonly environment: string; readonly workspace: string }[]
> {
  return db
    .selectFrom('serviceInstances as s')
    .innerJoin('environments as e', 'e.id', 's.environmentId')
    .innerJoin('workspaces as w', 'w.id', 's.workspaceId')
    .select(['s.id', 'e.project', 's.name as service', 'e.name as environment', 'w.name as workspace'])
    .where('s.removedAt', 'is', null)
    .execute()
}

const bucketSeconds = 300
/** A sample may arrive this long after its bucket ended, and is still in it. */
const lateBuckets = 2
/** One statement rolls up at most so much time: a process that was away for a week catches up without one huge transaction. */
const bucketsAtOnce = 12

/**
 * Rolls up every bucket of five minutes that has ended, from the newest that was rolled up before; the last ones are made anew, because samples
 * may have come late. Returns how many rows were written.
 */
export async function rollUpMetrics(db: Database): Promise<number> {
  const range = await rollUpRange(db)
  if (range === undefined) return 0
  let written = 0
  for (let from = range.from; from < range.until; from += bucketSeconds * bucketsAtOnce)
    written += await rollUp(db, from, Math.min(range.until, from + bucketSeconds * bucketsAtOnce))
  return written
}

/** Seconds since 1970, at the edges of buckets. */
async function rollUpRange(db: Database): Promise<{ readonly from: number; readonly until: number } | undefined> {
  const { rows } = await sql<{ newest: number | null; oldest: number | null; now: number }>`select
    (select extract(epoch from bucket_start)::float8 from service_metric_rollups order by bucket_start desc limit 1) as newest,
    (select extract(epoch from recorded_at)::float8 from service_metrics order by id limit 1) as oldest,
    extract(epoch from now())::float8 as now`.execute(db)
  const { newest, oldest, now } = rows[0]!
  if (oldest === null) return undefined
  const first = newest === null ? oldest : Math.max(oldest, newest - (lateBuckets - 1) * bucketSeconds)
  const from = Math.floor(first / bucketSeconds) * bucketSeconds
  const until = Math.floor(now / bucketSeconds) * bucketSeconds
  return from < until ? { from, until } : undefined
}

async function rollUp(db: Database, from: number, until: number): Promise<number> {
  const result = await sql`insert into service_metric_rollups
      (service_instance_id, metric_type, bucket_start, team_id, unit, samples, minimum, maximum, average)
    select service_instance_id, metric_type,
      to_timestamp(floor(extract(epoch from recorded_at) / ${bucketSeconds}::float8) * ${bucketSeconds}::float8) as bucket,
      min(team_id::text)::uuid, min(unit), count(*), min(value), max(value), avg(value)
    from service_metrics where recorded_at >= to_timestamp(${from}::float8) and recorded_at < to_timestamp(${until}::float8)
    group by service_instance_id, metric_type, bucket
    on conflict (service_instance_id, metric_type, bucket_start) do update set
      samples = excluded.samples, minimum = excluded.minimum, maximum = excluded.maximum, average = excluded.average
    where service_metric_rollups.samples <= excluded.samples`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

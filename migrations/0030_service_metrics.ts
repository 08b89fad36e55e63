import { type Kysely, sql } from 'kysely'

const types = `('cpu', 'memory', 'disk', 'network', 'requests', 'errors')`

// Samples as they come, and what five minutes of them were. Not partitioned: a BRIN index finds the old ones for a few pages, they are deleted in
// small batches, and whoever writes meanwhile waits for nobody.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table service_metrics (
    id bigint generated always as identity primary key,
    team_id uuid not null references teams (id) on delete cascade,
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    metric_type text not null check (metric_type in ${sql.raw(types)}),
    value double precision not null check (value >= 0 and value < 'infinity'),
    unit text not null check (unit in ('percent', 'bytes', 'bytes_per_second', 'count', 'per_second')),
    metadata jsonb,
    recorded_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index service_metrics_recorded_at on service_metrics using brin (recorded_at)`.execute(db)
  await sql`create index service_metrics_service_recorded on service_metrics (service_instance_id, recorded_at)`.execute(db)
  await sql`create table service_metric_rollups (
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    metric_type text not null check (metric_type in ${sql.raw(types)}),
    bucket_start timestamptz not null,
    team_id uuid not null references teams (id) on delete cascade,
    unit text not null,
    samples integer not null check (samples > 0),
    minimum double precision not null,
    maximum double precision not null,
    average double precision not null,
    constraint service_metric_rollups_pkey primary key (service_instance_id, metric_type, bucket_start),
    constraint service_metric_rollups_order check (minimum <= maximum)
  )`.execute(db)
  await sql`create index service_metric_rollups_bucket on service_metric_rollups (bucket_start)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('service_metric_rollups').execute()
  await db.schema.dropTable('service_metrics').execute()
}

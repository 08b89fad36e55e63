import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table health_checks (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    check_type text not null check (check_type in ('http', 'tcp', 'exec', 'grpc', 'docker')),
    status text not null check (status in ('healthy', 'unhealthy', 'unknown')),
    response_time_ms integer check (response_time_ms >= 0),
    error_message text,
    checked_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index health_checks_service_checked on health_checks (service_instance_id, checked_at)`.execute(db)
  await sql`create index health_checks_team on health_checks (team_id, id)`.execute(db)
  await sql`create index health_checks_checked_at on health_checks using brin (checked_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('health_checks').execute()
}

import { type Kysely, sql } from 'kysely'

// How each running container stands by its own health check, so that whoever goes on checking knows what was found so far.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table container_health (
    container_id text primary key,
    team_id uuid not null references teams (id) on delete cascade,
    service_instance_id uuid not null references service_instances (id) on delete cascade,
    status text not null check (status in ('healthy', 'unhealthy')),
    is_flapping boolean not null default false,
    history text not null default '' check (history ~ '^[PF]{0,24}$'),
    words text,
    changed_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index container_health_service on container_health (service_instance_id)`.execute(db)
  await sql`create index container_health_team on container_health (team_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('container_health').execute()
}

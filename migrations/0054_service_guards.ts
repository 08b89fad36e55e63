import { type Kysely, sql } from 'kysely'

// Services that die again and again are held back with growing pauses. What is remembered of them outlives the process that looks after them.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table service_guards (
    service_instance_id uuid primary key references service_instances (id) on delete cascade,
    team_id uuid not null references teams (id) on delete cascade,
    environment_id uuid not null references environments (id) on delete cascade,
    memory jsonb not null,
    held_until timestamptz,
    words text,
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index service_guards_environment on service_guards (environment_id)`.execute(db)
  await sql`create index service_guards_team on service_guards (team_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('service_guards').execute()
}

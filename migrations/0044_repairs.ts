import { type Kysely, sql } from 'kysely'

// What is brought back to the live release without a release of its own, who may do it, and every difference that was found on the engine.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table repairs (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    environment_id uuid not null references environments (id) on delete cascade,
    release_id uuid references releases (id) on delete set null,
    state text not null default 'running' check (state in ('running', 'succeeded', 'failed', 'yielded', 'abandoned')),
    reason text not null,
    outcome text,
    error_code text,
    generation integer not null,
    lease_owner text not null,
    lease_token uuid,
    lease_expires_at timestamptz,
    yield_requested_at timestamptz,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint repairs_ended check ((state = 'running') = (finished_at is null)),
    constraint repairs_leased check ((state = 'running') = (lease_token is not null))
  )`.execute(db)
  await sql`create unique index repairs_running on repairs (environment_id) where state = 'running'`.execute(db)
  await sql`create index repairs_team on repairs (team_id, id)`.execute(db)
  await sql`create index repairs_environment on repairs (environment_id, id)`.execute(db)
  await sql`create index repairs_workspace on repairs (workspace_id)`.execute(db)
  await sql`create index repairs_release on repairs (release_id)`.execute(db)
  await sql`create table drifts (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    environment_id uuid not null references environments (id) on delete cascade,
    service_instance_id uuid references service_instances (id) on delete cascade,
    repair_id uuid references repairs (id) on delete set null,
    service text not null,
    container_id text not null default '',
    field text not null,
    expected text not null,
    actual text not null,
    found_at timestamptz not null default now(),
    ended_at timestamptz,
    ending text check (ending in ('repaired', 'adopted', 'restored', 'gone')),
    restore_requested_at timestamptz,
    constraint drifts_ended check ((ending is null) = (ended_at is null))
  )`.execute(db)
  await sql`create unique index drifts_open on drifts (environment_id, service, container_id, field) where ended_at is null`.execute(db)
  await sql`create index drifts_adopted on drifts (environment_id) where ending = 'adopted'`.execute(db)
  await sql`create index drifts_team on drifts (team_id, id)`.execute(db)
  await sql`create index drifts_environment on drifts (environment_id, id)`.execute(db)
  await sql`create index drifts_workspace on drifts (workspace_id)`.execute(db)
  await sql`create index drifts_service on drifts (service_instance_id, id)`.execute(db)
  await sql`create index drifts_repair on drifts (repair_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('drifts').execute()
  await db.schema.dropTable('repairs').execute()
}

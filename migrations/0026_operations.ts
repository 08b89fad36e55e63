import { type Kysely, sql } from 'kysely'

// What somebody asked for, from the asking to the end. A key that comes twice finds the first operation instead of doing it again.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table operations (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid references workspaces (id) on delete cascade,
    environment_id uuid references environments (id) on delete cascade,
    service_instance_id uuid references service_instances (id) on delete cascade,
    release_id uuid references releases (id) on delete set null,
    kind text not null check (kind ~ '^[a-z_]{1,40}$'),
    state text not null default 'queued' check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled')),
    input jsonb not null default '{}',
    result jsonb,
    words text,
    error_code text,
    error_message text,
    error_hint text,
    idempotency_key text check (length(idempotency_key) between 1 and 255),
    request_hash text,
    requested_by text not null,
    requested_by_id uuid references users (id) on delete set null,
    attempt integer not null default 0 check (attempt >= 0),
    lease_owner text,
    lease_token uuid,
    lease_expires_at timestamptz,
    created_at timestamptz not null default now(),
    started_at timestamptz,
    finished_at timestamptz,
    constraint operations_ended check ((state in ('succeeded', 'failed', 'canceled')) = (finished_at is not null)),
    constraint operations_error check (state = 'failed' or error_message is null)
  )`.execute(db)
  await sql`create unique index operations_idempotency on operations (team_id, idempotency_key) where idempotency_key is not null`.execute(
    db,
  )
  await sql`create index operations_team on operations (team_id, id)`.execute(db)
  await sql`create index operations_environment on operations (environment_id, id)`.execute(db)
  await sql`create index operations_service on operations (service_instance_id, id)`.execute(db)
  await sql`create index operations_release on operations (release_id) where release_id is not null`.execute(db)
  await sql`create index operations_open on operations (lease_expires_at) where finished_at is null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('operations').execute()
}

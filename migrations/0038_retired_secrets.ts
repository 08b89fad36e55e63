import { type Kysely, sql } from 'kysely'

// Values that were replaced or removed: a container that was started with one may print it for long, and what it prints is hidden by value.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table retired_secrets (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    workspace_id uuid not null references workspaces (id) on delete cascade,
    environment_id uuid references environments (id) on delete cascade,
    service text,
    name text not null,
    ciphertext bytea not null,
    key_id text not null,
    retired_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index retired_secrets_workspace on retired_secrets (workspace_id, environment_id)`.execute(db)
  await sql`create index retired_secrets_key_id on retired_secrets (key_id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('retired_secrets').execute()
}

import { type Kysely, sql } from 'kysely'

// Accounts at Git hosts. Credentials are AES-256-GCM ciphertext.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table forge_connections (
    id uuid primary key,
    team_id uuid not null references teams (id) on delete cascade,
    forge text not null check (forge in ('github', 'gitea', 'gitlab')),
    name text not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
    api_url text not null check (api_url ~ '^https?://'),
    app_id text,
    credentials bytea,
    webhook_secret bytea not null,
    connects_repositories boolean not null default true,
    created_by_id uuid references users (id) on delete set null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    last_delivery_at timestamptz,
    last_error text,
    constraint forge_connections_forge_name unique (forge, name)
  )`.execute(db)
  await sql`create index forge_connections_team on forge_connections (team_id, id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('forge_connections').execute()
}

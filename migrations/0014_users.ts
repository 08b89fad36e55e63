import { type Kysely, sql } from 'kysely'

// People and programs that act, and how they sign in. The access library reads and writes these tables; the names are kyozo's.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table users (
    id uuid primary key,
    name text not null,
    email text not null unique check (email = lower(email)),
    email_verified boolean not null default false,
    image text,
    is_service boolean not null default false,
    disabled_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    token text not null unique,
    active_team_id uuid references teams (id) on delete set null,
    ip_address text,
    user_agent text,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index sessions_user_id on sessions (user_id)`.execute(db)
  await sql`create table accounts (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    account_id text not null,
    provider_id text not null,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamptz,
    refresh_token_expires_at timestamptz,
    scope text,
    password text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint accounts_provider_account unique (provider_id, account_id)
  )`.execute(db)
  await sql`create index accounts_user_id on accounts (user_id)`.execute(db)
  await sql`create table verifications (
    id uuid primary key,
    identifier text not null,
    value text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`.execute(db)
  await sql`create index verifications_identifier on verifications (identifier)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['verifications', 'accounts', 'sessions', 'users']) await db.schema.dropTable(table).execute()
}

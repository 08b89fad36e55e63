import { type Kysely, sql } from 'kysely'

// The processes that share this database, and which of them has the repository of a workspace that is pushed to directly.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table processes (
    id uuid primary key,
    name text not null,
    role text not null check (role in ('web', 'worker', 'all')),
    version text not null,
    address text,
    credential bytea not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    stopped_at timestamptz
  )`.execute(db)
  await sql`alter table workspaces add column home uuid`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workspaces drop column home`.execute(db)
  await sql`drop table processes`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// Signing in from a terminal: the terminal holds the device code, a person types the user code into a page.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table device_codes (
    id uuid primary key,
    device_code text not null unique,
    user_code text not null unique,
    user_id uuid references users (id) on delete cascade,
    client_id text,
    scope text,
    status text not null check (status in ('pending', 'approved', 'denied')),
    polling_interval integer,
    last_polled_at timestamptz,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
  )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('device_codes').execute()
}

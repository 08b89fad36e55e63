import { type Kysely, sql } from 'kysely'

// The keys that values were sealed with, each with a value that only it opens: a start with a wrong key ends at once and in words.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table sealing_keys (
    key_id text primary key check (key_id ~ '^[0-9a-f]{16}$'),
    check_value bytea not null,
    created_at timestamptz not null default now()
  )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('sealing_keys').execute()
}

import { type Kysely, sql } from 'kysely'

// How each Git host does, and when it was told something lately: one budget and one patience for all processes.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table forge_hosts (
    connection text primary key,
    spent_at timestamptz[] not null default '{}',
    failures integer not null default 0,
    pauses integer not null default 0,
    paused_until timestamptz,
    updated_at timestamptz not null default now()
  )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('forge_hosts').execute()
}

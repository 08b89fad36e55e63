import { type Kysely, sql } from 'kysely'

// Work by the clock that one process does for all: who does it, and until when nobody else may.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table duties (
    name text primary key,
    holder text not null,
    held_until timestamptz not null,
    since timestamptz not null default now()
  )`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('duties').execute()
}

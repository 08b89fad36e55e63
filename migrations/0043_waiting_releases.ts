import { type Kysely, sql } from 'kysely'

// A release that waits to be tried again says until when, and what it waits for besides the time: when that is back, nobody waits for the time.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table releases
    add column next_attempt_at timestamptz,
    add column waits_for text check (waits_for in ('engine', 'repository'))`.execute(db)
  await sql`create index releases_waiting on releases (next_attempt_at) where state = 'queued'`.execute(db)
  // Whose turn it is among teams.
  await sql`create index releases_turns on releases (team_id, started_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index releases_turns`.execute(db)
  await sql`drop index releases_waiting`.execute(db)
  await sql`alter table releases drop column next_attempt_at, drop column waits_for`.execute(db)
}

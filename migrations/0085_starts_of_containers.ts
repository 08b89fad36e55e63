import { type Kysely, sql } from 'kysely'

// Health is of one start of a container: `start` is when it was, in the engine's own words, and of another one nothing is proven yet. A row of the
// version before has none, and its words say what the flag says from now on.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table container_health add column start text, add column is_unproven boolean not null default false`.execute(db)
  await sql`update container_health set is_unproven = true where words = 'it was started again and has not answered yet'`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table container_health drop column start, drop column is_unproven`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// Who asked for a preview that the rules alone would not make: of a draft, or where nothing is deployed by itself. It is asked for until somebody removes it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests add column asked_by text`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests drop column asked_by`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// The commit that a pull request of kyozo's own leads to, which need not be one that kyozo made: no other pull request speaks for it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table compose_proposals add column head_sha text`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table compose_proposals drop column head_sha`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// The base branch that a commit of a fork was approved for, since that one decides what it may read; and when a pull request was pointed at another one
// last, since who approves in the moment after may have looked at the former one. What was approved before was taken back by whatever changed the base.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests add column approved_base text, add column retargeted_at timestamptz`.execute(db)
  await sql`update pull_requests set approved_base = base_ref where approved_sha is not null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests drop column approved_base, drop column retargeted_at`.execute(db)
}

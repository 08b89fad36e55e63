import { type Kysely, sql } from 'kysely'

// What the Git host calls the default branch: only when that changes does a workspace follow, so that a branch that a person chose stays chosen.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workspaces add column host_default_branch text`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table workspaces drop column host_default_branch`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// What ended badly and is tried again: `looked_at` is when somebody looked at a pull request last, whatever came of it, and `removal_paused_at` is the
// pause of an environment that its removal made, so that a person's is told from it. What stands there was made by operations, which say both.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests add column looked_at timestamptz`.execute(db)
  await sql`alter table environments add column removal_paused_at timestamptz`.execute(db)
  await sql`update pull_requests p set looked_at = p.updated_at where exists (select from operations o
    where o.kind = 'follow_pull_request' and o.team_id = p.team_id and o.input ->> 'pull_request_id' = p.id::text)`.execute(db)
  // Both are of one transaction.
  await sql`update environments e set removal_paused_at = e.paused_at where exists (select from operations o
    where o.kind = 'delete_environment' and o.team_id = e.team_id and o.input ->> 'environment_id' = e.id::text
      and o.created_at = e.paused_at)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table environments drop column removal_paused_at`.execute(db)
  await sql`alter table pull_requests drop column looked_at`.execute(db)
}

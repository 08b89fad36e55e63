import { type Kysely, sql } from 'kysely'

// What came of the last look at a pull request: whether it could not be read, and whether for what stands in the repository. Then it is looked at again
// after a push, and else by the clock, for which the index is.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests add column waits_for_push boolean not null default false,
    add column look_failed boolean not null default false`.execute(db)
  await sql`create index pull_requests_unread on pull_requests (looked_at)
    where state = 'open' and not waits_for_push and (held = 'failed' or held = 'full' or look_failed or review_sha is distinct from head_sha)`.execute(
    db,
  )
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index pull_requests_unread`.execute(db)
  await sql`alter table pull_requests drop column waits_for_push, drop column look_failed`.execute(db)
}

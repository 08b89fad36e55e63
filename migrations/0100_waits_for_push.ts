import { type Kysely, sql } from 'kysely'

// Whether a pull request could not be read for what stands in the repository: then it is looked at again after a push, and not by the clock. The index has
// those that the clock may look at.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table pull_requests add column waits_for_push boolean not null default false`.execute(db)
  await sql`create index pull_requests_unread on pull_requests (looked_at)
    where state = 'open' and not waits_for_push and (held = 'failed' or held = 'full' or review_sha is distinct from head_sha)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index pull_requests_unread`.execute(db)
  await sql`alter table pull_requests drop column waits_for_push`.execute(db)
}

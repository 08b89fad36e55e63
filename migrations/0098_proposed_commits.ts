import { type Kysely, sql } from 'kysely'

// The branches that a commit of kyozo's own was proposed for: a pull request of it into another branch is a person's, and is looked at as any is.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table compose_commits add column proposed_into text[] not null default '{}'`.execute(db)
  await sql`update compose_commits c set proposed_into = p.refs from (
    select workspace_id, head_sha, array_agg(distinct into_ref) as refs from compose_proposals where head_sha is not null group by workspace_id, head_sha
  ) p where p.workspace_id = c.workspace_id and p.head_sha = c.sha`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table compose_commits drop column proposed_into`.execute(db)
}

import { type Kysely, sql } from 'kysely'

const verdicts = `'live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed', 'skipped', 'stopped'`

// A service of a preview may be served from the environment of the base branch (`shared`), or not be needed at all (`left_out`). The rows that are there obey
// the narrower rule already, so they are not read.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(verdicts)}, 'shared', 'left_out')) not valid`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`update release_services set verdict = case verdict when 'shared' then 'live' else 'unchanged' end
    where verdict in ('shared', 'left_out')`.execute(db)
  await sql`alter table release_services drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(verdicts)}))`.execute(db)
}

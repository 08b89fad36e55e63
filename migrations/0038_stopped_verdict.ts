import { type Kysely, sql } from 'kysely'

const kinds = `'live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed', 'skipped'`

// A service that a person stopped is left alone by a release, which says so.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services drop constraint release_services_verdict_check`.execute(db)
  await sql`alter table release_services add constraint release_services_verdict_check check (verdict in (${sql.raw(kinds)}, 'stopped'))`.execute(
    db,
  )
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services drop constraint release_services_verdict_check`.execute(db)
  await sql`update release_services set verdict = 'unchanged' where verdict = 'stopped'`.execute(db)
  await sql`alter table release_services add constraint release_services_verdict_check check (verdict in (${sql.raw(kinds)}))`.execute(db)
}

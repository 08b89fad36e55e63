import { type Kysely, sql } from 'kysely'

const kinds = `'live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed'`

// What a commit that arrives while its environment is paused comes to, for each service.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table release_services
    drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(kinds)}, 'skipped'))`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`update release_services set verdict = 'superseded' where verdict = 'skipped'`.execute(db)
  await sql`alter table release_services
    drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(kinds)}))`.execute(db)
}

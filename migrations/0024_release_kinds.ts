import { type Kysely, sql } from 'kysely'

const verdicts = `'live', 'unchanged', 'failed', 'superseded', 'rolled_back', 'removed'`
const states = `'queued', 'running', 'live', 'unchanged', 'failed', 'superseded', 'replaced'`

// A release may be asked for by a person: for some services only, anew though nothing changed, or back to an earlier release (`options`).
// One that arrives while its environment is paused is `skipped`, and so are its services. A service that a person stopped is left alone: `stopped`.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table releases drop constraint releases_state_check`.execute(db)
  await sql`alter table releases
    add constraint releases_state_check check (state in (${sql.raw(states)}, 'skipped')),
    add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
    add column triggered_by_id uuid references users (id) on delete set null,
    add column cancel_requested_at timestamptz,
    add column cancel_requested_by text`.execute(db)
  await sql`alter table release_services drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(verdicts)}, 'skipped', 'stopped'))`.execute(db)
  await sql`alter table environments add column paused_by_id uuid references users (id) on delete set null`.execute(db)
  await sql`create index releases_workspace on releases (workspace_id, id)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index releases_workspace`.execute(db)
  await sql`update release_services set verdict = case verdict when 'skipped' then 'superseded' else 'unchanged' end
    where verdict in ('skipped', 'stopped')`.execute(db)
  await sql`alter table release_services drop constraint release_services_verdict_check,
    add constraint release_services_verdict_check check (verdict in (${sql.raw(verdicts)}))`.execute(db)
  await sql`alter table environments drop column paused_by_id`.execute(db)
  await sql`update releases set state = 'superseded' where state = 'skipped'`.execute(db)
  await sql`alter table releases drop constraint releases_state_check`.execute(db)
  await sql`alter table releases
    add constraint releases_state_check check (state in (${sql.raw(states)})),
    drop column options, drop column triggered_by_id, drop column cancel_requested_at, drop column cancel_requested_by`.execute(db)
}

import { type Kysely, sql } from 'kysely'

// What a Git host could not be told: of which release it was, why it was given up, and with which credential it was last tried. An alert may look for it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table outbox
    add column release_id uuid references releases (id) on delete set null,
    add column dropped_for text check (dropped_for in ('overtaken', 'access', 'message', 'time'))`.execute(db)
  await sql`create index outbox_release on outbox (release_id) where release_id is not null`.execute(db)
  await sql`create index outbox_refused on outbox (connection) where dropped_for = 'access'`.execute(db)
  await sql`create table forge_credentials (
    connection text primary key,
    fingerprint text not null,
    changed_at timestamptz not null default now()
  )`.execute(db)
  await sql`alter table alert_rules drop constraint alert_rules_condition_check`.execute(db)
  await sql`alter table alert_rules add constraint alert_rules_condition_check check (condition in
    ('service_unhealthy', 'service_stopped', 'release_failed', 'host_not_told', 'metric_above', 'metric_below'))`.execute(db)
  await sql`create or replace view dead_letters as ${releasesAndOperations}
    union all
    select m.id, m.team_id, r.workspace_id, r.environment_id, m.kind, case when m.payload ? 'sha' and m.payload ? 'context'
      then (m.payload -> 'repository' ->> 'fullName') || ' ' || left(m.payload ->> 'sha', 7) || ' ' || (m.payload ->> 'context')
      else m.target end, coalesce(m.last_error, 'it could not be delivered'), m.attempts, m.created_at, m.dropped_at, m.xmin
    from outbox m left join releases r on r.id = m.release_id
    where m.dropped_at is not null and m.sent_at is null and m.attempts > 0
      and not exists (select from outbox newer where newer.target = m.target and newer.sequence > m.sequence)`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace view dead_letters as ${releasesAndOperations}
    union all
    select m.id, m.team_id, null::uuid, null::uuid, m.kind, m.target, coalesce(m.last_error, 'it could not be delivered'), m.attempts,
      m.created_at, m.dropped_at, m.xmin
    from outbox m
    where m.dropped_at is not null and m.sent_at is null and m.attempts > 0
      and not exists (select from outbox newer where newer.target = m.target and newer.sequence > m.sequence)`.execute(db)
  await sql`delete from alert_rules where condition = 'host_not_told'`.execute(db)
  await sql`alter table alert_rules drop constraint alert_rules_condition_check`.execute(db)
  await sql`alter table alert_rules add constraint alert_rules_condition_check check (condition in
    ('service_unhealthy', 'service_stopped', 'release_failed', 'metric_above', 'metric_below'))`.execute(db)
  await db.schema.dropTable('forge_credentials').execute()
  await sql`alter table outbox drop column release_id, drop column dropped_for`.execute(db)
}

/** As they were. */
const releasesAndOperations = sql`
  select r.id, r.team_id, r.workspace_id, r.environment_id, 'release' as kind, r.ref || ' ' || left(r.sha, 7) as subject,
    coalesce(r.reason, 'the release failed') as reason, r.attempt as tries, coalesce(r.started_at, r.created_at) as first_failed_at,
    r.finished_at as last_failed_at, r.xmin
  from releases r
  where r.state = 'failed' and kyozo_is_kyozos_fault(r.error_code)
    and not exists (select from releases newer where newer.environment_id = r.environment_id and newer.sequence > r.sequence)
  union all
  select o.id, o.team_id, o.workspace_id, o.environment_id, 'operation', o.kind,
    coalesce(o.error_message, o.words, 'the operation failed'), o.attempt, coalesce(o.started_at, o.created_at), o.finished_at, o.xmin
  from operations o
  where o.state = 'failed' and kyozo_is_kyozos_fault(o.error_code) and o.finished_at is not null
    and not exists (select from releases r where r.id = o.release_id)`

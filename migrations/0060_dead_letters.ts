import { type Kysely, sql } from 'kysely'

// What kyozo gave up although no commit is at fault, as one list. It follows from the rows themselves: nobody can forget to write it, and what is
// tried again, or was overtaken, is not in it any more. `xmin` is the version of the row behind it, as every table has one.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create function kyozo_is_kyozos_fault(code text) returns boolean immutable language sql return
    code in ('internal', 'store_unavailable', 'engine_unavailable', 'child_timed_out', 'disk_full', 'overloaded',
      'repository_unreachable', 'repository_away', 'pull_failed', 'forge_unavailable')`.execute(db)
  await sql`create view dead_letters as
    select r.id, r.team_id, r.workspace_id, r.environment_id, 'release' as kind, r.ref || ' ' || left(r.sha, 7) as subject,
      coalesce(r.reason, 'the release failed') as reason, r.attempt as tries, coalesce(r.started_at, r.created_at) as first_failed_at,
      r.finished_at as last_failed_at, r.xmin
    from releases r
    where r.state = 'failed' and kyozo_is_kyozos_fault(r.error_code)
      and not exists (select from releases newer where newer.environment_id = r.environment_id and newer.sequence > r.sequence)
    union all
    select o.id, o.team_id, o.workspace_id, o.environment_id, 'operation', o.kind,
      coalesce(o.error_message, o.words, 'the operation failed'), o.attempt, coalesce(o.started_at, o.created_at), o.finished_at,
      o.xmin
    from operations o
    where o.state = 'failed' and kyozo_is_kyozos_fault(o.error_code) and o.finished_at is not null
      and not exists (select from releases r where r.id = o.release_id)
    union all
    select m.id, m.team_id, null::uuid, null::uuid, m.kind, m.target, coalesce(m.last_error, 'it could not be delivered'), m.attempts,
      m.created_at, m.dropped_at, m.xmin
    from outbox m
    where m.dropped_at is not null and m.sent_at is null and m.attempts > 0
      and not exists (select from outbox newer where newer.target = m.target and newer.sequence > m.sequence)`.execute(db)
  // Few rows have failed, among many that have not.
  await sql`create index releases_given_up on releases (team_id, id) where state = 'failed'`.execute(db)
  await sql`create index operations_given_up on operations (team_id, id) where state = 'failed'`.execute(db)
  await sql`create index outbox_given_up on outbox (team_id, id) where dropped_at is not null and sent_at is null`.execute(db)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const index of ['releases_given_up', 'operations_given_up', 'outbox_given_up']) await sql`drop index ${sql.ref(index)}`.execute(db)
  await sql`drop view dead_letters`.execute(db)
  await sql`drop function kyozo_is_kyozos_fault`.execute(db)
}

import { type Kysely, type RawBuilder, sql } from 'kysely'

// What only adorns a host's pages need not get there: whoever gives kyozo no right to write deployments or reactions has said what they want.
export async function up(db: Kysely<unknown>): Promise<void> {
  await replaceView(db, sql`m.kind not in ('deployment', 'reaction')`)
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await replaceView(db, sql`true`)
}

async function replaceView(db: Kysely<unknown>, isMissed: RawBuilder<unknown>): Promise<void> {
  await sql`create or replace view dead_letters as ${releasesAndOperations}
    union all
    select m.id, m.team_id, r.workspace_id, r.environment_id, m.kind, case when m.payload ? 'sha' and m.payload ? 'context'
      then (m.payload -> 'repository' ->> 'fullName') || ' ' || left(m.payload ->> 'sha', 7) || ' ' || (m.payload ->> 'context')
      else m.target end, coalesce(m.last_error, 'it could not be delivered'), m.attempts, m.created_at, m.dropped_at, m.xmin
    from outbox m left join releases r on r.id = m.release_id
    where m.dropped_at is not null and m.sent_at is null and m.attempts > 0 and ${isMissed}
      and not exists (select from outbox newer
        where newer.target = m.target and newer.connection = m.connection and newer.sequence > m.sequence)`.execute(db)
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

// Operations that take a release back: its end says whether they were in time.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { Release } from './releases.ts'

/** Called when a release has ended. What was asked about this very release goes over to no other. */
export async function settleCancels(db: Executor, ended: Pick<Release, 'id'>): Promise<void> {
  const isTooLate = sql`r.state in ('live', 'unchanged', 'replaced')`
  const words = sql<string>`case when ${isTooLate} then 'it came too late: the release is ' || r.state else left(r.sha, 7) || ' was stopped: ' || coalesce(r.reason, r.state) end`
  await sql`update operations o set
      state = case when ${isTooLate} then 'failed' else 'succeeded' end,
      words = ${words},
      error_code = case when ${isTooLate} then 'state_conflict' end,
      error_message = case when ${isTooLate} then ${words} end,
      error_hint = case when ${isTooLate} then 'go back to an earlier release instead' end,
      finished_at = ${databaseNow}, lease_token = null, lease_expires_at = null
    from releases r
    where r.id = ${ended.id} and o.release_id = r.id and o.kind = 'cancel_release' and o.finished_at is null`.execute(db)
  await sql`update operations o set state = 'canceled', words = coalesce(r.reason, 'a newer release took its place'),
      finished_at = ${databaseNow}, lease_token = null, lease_expires_at = null
    from releases r
    where r.id = ${ended.id} and r.state = 'superseded' and o.release_id = r.id and o.kind = 'rollback_release' and o.finished_at is null`.execute(
    db,
  )
}

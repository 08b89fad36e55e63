// What was asked of one service while something else of the release failed is asked for again: a commit that does not start keeps nobody from
// stopping another service.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { Release } from './releases.ts'

/** So often an operation is carried out in all, before it fails with the release it was in. */
const tries = 3

const kinds = [
  ...['deploy_service', 'restart_service', 'start_service', 'stop_service', 'destroy_service', 'scale_service', 'update_service'],
  ...['create_service', 'stop_workspace'],
]

/** Called when a release has ended, before its other operations do. A worker finds what is given back here. */
export async function giveBackOperations(db: Executor, ended: Pick<Release, 'id' | 'state'>): Promise<void> {
  if (ended.state !== 'failed' && ended.state !== 'skipped') return
  const failed = sql`exists (select from release_services v left join service_instances s on s.id = o.service_instance_id
    where v.release_id = r.id and v.verdict = 'failed' and v.service`
  await sql`update operations o set state = 'queued', release_id = null, result = null,
      words = 'waiting to try again: ' || coalesce(r.reason, 'the release failed'), lease_token = null, lease_expires_at = null
    from releases r
    where r.id = ${ended.id} and o.release_id = r.id and o.finished_at is null and o.attempt < ${tries}
      and o.kind = any(${sql.val(kinds)}::text[]) and r.error_code is distinct from 'canceled'
      and not ${failed} = s.name)
      -- Alone it may succeed: without the commit that failed with it, or without what failed for another service.
      and (not (r.options ? 'ofLive') or ${failed} is distinct from s.name))`.execute(db)
}

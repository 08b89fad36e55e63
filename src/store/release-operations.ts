// Operations that a release carries out: they end in the transaction that ends it, and follow the release that takes its place.
import { sql } from 'kysely'
import { settleCancels } from './cancel-operations.ts'
import type { Executor } from './database.ts'
import { settleGroups } from './group-operations.ts'
import { databaseNow } from './instance.ts'
import type { Release } from './releases.ts'
import { type EndedOperation, restoreSettings } from './restored-settings.ts'
import { giveBackOperations } from './retried-operations.ts'
import type { ReleaseOptions } from './tables/git.ts'

/**
 * Ends the operations of a release that has ended, its verdicts saved. Those of one that was superseded go over to the newest release that still
 * waits; when there is none yet, `inheritOperations` of the next one finds them.
 */
export async function settleOperations(db: Executor, release: Pick<Release, 'id' | 'environmentId' | 'state'>): Promise<void> {
  if (release.state === 'queued' || release.state === 'running') return
  await settleCancels(db, release)
  if (release.state === 'superseded') await handOver(db, release.environmentId)
  await giveBackOperations(db, release)
  await settleGroups(db, release)
  if (release.state === 'superseded') return
  const hasFailed = release.state === 'failed' || release.state === 'skipped'
  const { rows } = await (hasFailed ? endFailed(db, release.id) : endWell(db, release.id))
  await restoreSettings(db, rows)
  // One that was asked for while this went on.
  await settleCancels(db, release)
}

const from = sql`from operations x join releases r on r.id = x.release_id
      left join service_instances s on s.id = x.service_instance_id
      left join release_services v on v.release_id = r.id and v.service = s.name`
const ended = sql`finished_at = ${databaseNow}, lease_token = null, lease_expires_at = null`
/** Whether a cancel was in time is for `settleCancels` to say. */
const isCarriedOut = sql`o.finished_at is null and o.kind <> 'cancel_release'`
const returning = sql`returning o.id, o.kind, o.state, o.service_instance_id as "serviceInstanceId"`

/** Those that wait until containers are gone are left alone. */
function endWell(db: Executor, releaseId: string) {
  const words = sql<string>`coalesce(case when v.service is null then null else v.service || ' is ' || v.words end, r.reason, 'done')`
  // Somebody has asked for the contrary since, and that is what was done.
  const isTakenBack = sql`coalesce(case when o.kind = 'stop_service' then v.verdict <> 'stopped' when o.kind = 'destroy_service' then v.verdict <> 'removed'
      when o.kind in ('start_service', 'restart_service', 'deploy_service') then v.verdict in ('stopped', 'removed') end, false)`
  return sql<EndedOperation>`update operations o set state = case when ${isTakenBack} then 'canceled' else 'succeeded' end,
      words = case when ${isTakenBack} then 'taken back meanwhile: ' else '' end || ${words}, ${ended} ${from}
    where x.id = o.id and r.id = ${releaseId} and ${isCarriedOut}
      and (o.lease_expires_at is null or o.lease_expires_at < ${databaseNow}) ${returning}`.execute(db)
}

/** A service whose own verdict is good goes on as before: what failed is then the release. */
function endFailed(db: Executor, releaseId: string) {
  const own = sql`case when v.verdict <> 'failed' then null when starts_with(v.words, v.service || ' ') then v.words else v.service || ': ' || v.words end`
  const isChange = sql`o.kind in ('update_service', 'scale_service')`
  const words = sql`coalesce(${own}, r.reason, 'the release failed') || case when ${isChange} then '. Its settings are as they were before' else '' end`
  const unlessCanceled = (value: ReturnType<typeof sql>) => sql`case when r.error_code is distinct from 'canceled' then ${value} end`
  return sql<EndedOperation>`update operations o set
      state = case when r.error_code = 'canceled' then 'canceled' else 'failed' end,
      words = ${words},
      error_code = ${unlessCanceled(sql`coalesce(r.error_code, 'internal')`)},
      error_message = ${unlessCanceled(words)},
      error_hint = ${unlessCanceled(sql`'the log of the release has every line'`)},
      ${ended} ${from}
    where x.id = o.id and r.id = ${releaseId} and ${isCarriedOut} ${returning}`.execute(db)
}

/** What was asked of releases that were superseded is asked of this one, which is queued in their place. */
export async function inheritOperations(db: Executor, heir: Pick<Release, 'id' | 'environmentId'>): Promise<void> {
  const left = await db
    .selectFrom('operations as o')
    .innerJoin('releases as r', 'r.id', 'o.releaseId')
    .select(['o.id', 'r.options'])
    .where('o.environmentId', '=', heir.environmentId)
    .where('o.finishedAt', 'is', null)
    .where('r.state', '=', 'superseded')
    // Those are about that very release, and end with it.
    .where('o.kind', 'not in', ['cancel_release', 'rollback_release'])
    .execute()
  if (left.length === 0) return
  const { options } = await db.selectFrom('releases').select('options').where('id', '=', heir.id).executeTakeFirstOrThrow()
  const merged = left.reduce((all, one) => mergedOptions(all, one.options), options)
  await db
    .updateTable('releases')
    .set({ options: JSON.stringify(merged) })
    .where('id', '=', heir.id)
    .execute()
  await db
    .updateTable('operations')
    .set({ releaseId: heir.id })
    .where(
      'id',
      'in',
      left.map(({ id }) => id),
    )
    .execute()
}

/** What a release that is already wanted does besides: whose commit it is of stays as it is. */
export function mergedOptions(own: ReleaseOptions, more: ReleaseOptions): ReleaseOptions {
  const redeploy = [...new Set([...(own.redeploy ?? []), ...(more.redeploy ?? [])])]
  const restart = [...new Set([...(own.restart ?? []), ...(more.restart ?? [])])]
  return {
    ...own,
    ...(redeploy.length === 0 ? {} : { redeploy }),
    ...(restart.length === 0 ? {} : { restart }),
    ...(own.analyze || more.analyze ? { analyze: true } : {}),
  }
}

async function handOver(db: Executor, environmentId: string): Promise<void> {
  const heir = await db
    .selectFrom('releases')
    .select(['id', 'environmentId'])
    .where('environmentId', '=', environmentId)
    .where('state', '=', 'queued')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (heir !== undefined) await inheritOperations(db, heir)
}

/** Whether somebody waits for what the release comes to. */
export async function hasOpenOperations(db: Executor, releaseId: string): Promise<boolean> {
  const open = await db
    .selectFrom('operations')
    .select('id')
    .where('releaseId', '=', releaseId)
    .where('finishedAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return open !== undefined
}

/**
 * Ends what a release left open although it has ended, as when its row went with its environment. What followed one that was superseded, by a
 * release that did not know of it and is past waiting, is asked for again.
 */
export async function settleLeftOperations(db: Executor): Promise<void> {
  const ended = await db
    .selectFrom('operations as o')
    .innerJoin('releases as r', 'r.id', 'o.releaseId')
    .select(['r.id', 'r.environmentId', 'r.state'])
    .distinct()
    .where('o.finishedAt', 'is', null)
    .where('r.finishedAt', 'is not', null)
    .where((where) => where.or([where('o.leaseExpiresAt', 'is', null), where('o.leaseExpiresAt', '<', databaseNow)]))
    .execute()
  for (const release of ended) {
    await settleOperations(db, release)
    if (release.state === 'superseded') await askAgain(db, release.id)
  }
}

/** A worker that looks for waiting operations finds them. Those of a group end with its last release. */
async function askAgain(db: Executor, supersededId: string): Promise<void> {
  await db
    .updateTable('operations')
    .set({ state: 'queued', releaseId: null, words: 'waiting to try again: a newer release took the place of the one that it was in' })
    .set({ leaseToken: null, leaseExpiresAt: null })
    .where('releaseId', '=', supersededId)
    .where('finishedAt', 'is', null)
    .where(sql<boolean>`coalesce(not (result ? 'releases'), true)`)
    .where((where) => where.or([where('leaseExpiresAt', 'is', null), where('leaseExpiresAt', '<', databaseNow)]))
    .execute()
}

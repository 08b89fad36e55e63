// Releases that go back to the queue: given back by the worker that has them, or taken from one that died. An environment never goes backwards, so
// one that a newer release has overtaken does not go back to wait beside it and run after it. Whoever queues a release holds the workspace, and so
// does whoever puts one back: of the two the second sees what the first has done.
import type { Database, Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { attemptLimit, type Claim, type Lease, type ReleaseChange, updateRelease } from './leases.ts'
import { newerRelease, type Release } from './releases.ts'
import { holdWorkspace } from './workspaces.ts'

/** Nobody has it any more. */
const released = { leaseToken: null, leaseExpiresAt: null } as const

/**
 * Lets the release wait again, in the caller's transaction, with what the change says of why and until when. Where a newer one waits that takes its
 * place, nothing changes, and that one is returned: the release is to be ended. Throws `lease_lost`.
 */
export async function giveBack(trx: Executor, { release, lease }: Claim, change: ReleaseChange): Promise<Release | undefined> {
  await holdWorkspace(trx, release.workspaceId)
  const newer = await newerRelease(trx, release)
  if (newer === undefined) await updateRelease(trx, lease, { ...change, ...released, state: 'queued', stage: null })
  return newer
}

/** How a release ends that a newer one has overtaken. */
export function overtakenBy({ sha }: Pick<Release, 'sha'>) {
  return { state: 'superseded', supersededBy: sha, reason: `superseded by ${sha.slice(0, 7)}` } as const
}

/** Ends one that a newer release has overtaken; its verdicts, and what else follows from its end, are for the caller to store. */
export function endOvertaken(trx: Executor, lease: Lease, newer: Release): Promise<Release> {
  return updateRelease(trx, lease, { ...overtakenBy(newer), ...released, finishedAt: databaseNow, stage: null })
}

export interface RescuedRelease {
  readonly release: Release
  /** `queued`: tried again. `superseded`: a newer one took its place meanwhile. `failed`: it was tried too often. */
  readonly fate: 'queued' | 'superseded' | 'failed'
}

export interface Rescue {
  readonly rescued: readonly RescuedRelease[]
  /** Why others are left for the next time. */
  readonly failures: readonly unknown[]
}

/**
 * Takes releases from workers that died, each in a transaction of its own, in which `settle` does what follows from its fate. One that somebody
 * else rescues at this moment is left to them, and one that cannot be taken now keeps nobody from the others: who froze may hold a row for a while.
 */
export async function rescueReleases(db: Database, settle: (trx: Executor, rescued: RescuedRelease) => Promise<void>): Promise<Rescue> {
  const expired = await expiredReleases(db).select(['id', 'workspaceId']).execute()
  const rescued: RescuedRelease[] = []
  const failures: unknown[] = []
  for (const { id, workspaceId } of expired) {
    const rescue = db.transaction().execute(async (trx) => {
      await holdWorkspace(trx, workspaceId)
      const taken = await rescueRelease(trx, id)
      if (taken !== undefined) await settle(trx, taken)
      return taken
    })
    const one = await rescue.catch((error: unknown) => void failures.push(error))
    if (one !== undefined) rescued.push(one)
  }
  return { rescued, failures }
}

async function rescueRelease(trx: Executor, id: string): Promise<RescuedRelease | undefined> {
  const left = await expiredReleases(trx).selectAll().where('id', '=', id).forUpdate().skipLocked().executeTakeFirst()
  if (left === undefined) return undefined
  const { fate, change } = fateOf(left, await newerRelease(trx, left))
  const release = await trx
    .updateTable('releases')
    .set({ ...change, ...released, state: fate, ...(fate === 'queued' ? {} : { finishedAt: databaseNow }) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return { release, fate }
}

function fateOf(left: Release, newer: Release | undefined): { readonly fate: RescuedRelease['fate']; readonly change: ReleaseChange } {
  if (left.cancelRequestedAt !== null)
    return { fate: 'failed', change: { errorCode: 'canceled', reason: `cancelled by ${left.cancelRequestedBy ?? 'somebody'}` } }
  if (newer !== undefined) return { fate: 'superseded', change: overtakenBy(newer) }
  if (left.attempt < attemptLimit) return { fate: 'queued', change: {} }
  return { fate: 'failed', change: { errorCode: 'internal', reason: `kyozo ended ${attemptLimit} times while working on this release` } }
}

function expiredReleases(db: Executor) {
  return db.selectFrom('releases').where('state', '=', 'running').where('leaseExpiresAt', '<', databaseNow)
}

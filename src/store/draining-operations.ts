// What takes containers away has succeeded when they are gone, not when the release that does it is live.
import type { Database, Executor } from './database.ts'
import { inSeconds } from './instance.ts'
import { hasOpenOperations, settleOperations } from './release-operations.ts'
import { findRelease, type Release } from './releases.ts'

const kinds = ['stop_service', 'destroy_service', 'scale_service', 'stop_workspace']

/** Longer than it takes until an environment is mended and a container may take to stop: at most five minutes. */
const longestSeconds = 420

/** In the transaction that makes the release live. Should its process die, a sweep ends them later. */
export async function holdUntilDrained(db: Executor, releaseId: string): Promise<void> {
  await db
    .updateTable('operations')
    .set({ words: 'its containers finish their last requests', leaseExpiresAt: inSeconds(longestSeconds) })
    .where('releaseId', '=', releaseId)
    .where('kind', 'in', kinds)
    .where('finishedAt', 'is', null)
    .execute()
}

/** Those of a worker that is known to be dead wait for nobody, once its environments are mended. A sweep ends them. */
export async function expireDrainingOf(db: Executor, owner: string): Promise<void> {
  await db
    .updateTable('operations as o')
    .from('releases as r')
    .set({ leaseExpiresAt: null })
    .whereRef('r.id', '=', 'o.releaseId')
    .where('r.leaseOwner', '=', owner)
    .where('r.finishedAt', 'is not', null)
    .where('o.finishedAt', 'is', null)
    .execute()
}

/** Called when the containers are gone. */
export async function endDrained(db: Database, release: Pick<Release, 'id' | 'environmentId' | 'state'>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('operations')
      .set({ leaseExpiresAt: null })
      .where('releaseId', '=', release.id)
      .where('finishedAt', 'is', null)
      .execute()
    await settleOperations(trx, release)
  })
}

/** The same, by whoever takes them away in its place. */
export async function endHeldOf(db: Database, releaseId: string): Promise<void> {
  if (!(await hasOpenOperations(db, releaseId))) return
  const release = await findRelease(db, releaseId)
  if (release !== undefined) await endDrained(db, release)
}

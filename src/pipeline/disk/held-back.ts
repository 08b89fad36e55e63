// Commits whose release failed for want of room are released again when there is some: nobody has to push them twice.

import { heldBackForRoom } from '../../store/disk.ts'
import { findEnvironment } from '../../store/environments.ts'
import { findWorkspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { whyUnapprovedIn } from '../pull-requests/approval.ts'
import { startRelease } from '../receive.ts'

/** Returns how many. One process at a time does it. */
export async function releaseHeldBack(kyozo: Kyozo): Promise<number> {
  if ((await heldBackForRoom(kyozo.db)).length === 0) return 0
  return kyozo.db.transaction().execute(async (trx) => {
    let released = 0
    for (const { environmentId, sha, triggeredBy } of await heldBackForRoom(trx)) {
      const environment = await findEnvironment(trx, environmentId)
      const workspace = environment && (await findWorkspace(trx, environment.workspaceId))
      if (environment === undefined || workspace === undefined || (await whyUnapprovedIn(trx, environment, sha)) !== undefined) continue
      await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, { workspace, environment, sha, triggeredBy })
      released++
    }
    return released
  })
}

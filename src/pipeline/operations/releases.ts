// What is asked of a release: to run again, or to stop.
import { short } from '../../release/verdict.ts'
import { finishOperation, followRelease } from '../../store/operation-leases.ts'
import { findRelease } from '../../store/releases.ts'
import { cancelWaiting } from '../cancel.ts'
import { startRelease } from '../receive.ts'
import { environmentOf, known, textIn, workspaceOf } from './about.ts'
import type { OperationWork } from './operation.ts'

/** A new release that runs what the earlier one kept; prepare.ts finds it by the option. */
export const rollbackRelease: OperationWork = async (operation, { kyozo, lease }) => {
  await kyozo.db.transaction().execute(async (trx) => {
    const environment = await environmentOf(operation, trx)
    const workspace = await workspaceOf(environment, trx)
    const earlier = known(await findRelease(trx, textIn(operation, 'release_id')), 'the release')
    const release = await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
      ...{ workspace, environment, sha: earlier.sha },
      triggeredBy: operation.requestedBy,
      triggeredById: operation.requestedById,
      asked: { rollbackTo: earlier.id, ...(operation.input.current_secrets === true ? { currentSecrets: true as const } : {}) },
    })
    await followRelease(trx, lease, { releaseId: release.id, words: `${environment.name} goes back to ${short(earlier.sha)}` })
  })
  return { kind: 'follows' }
}

/** One that waits ends here; one under way has been told, and its end says whether it was in time. */
export const cancelRelease: OperationWork = async (operation, { kyozo, lease }) => {
  await kyozo.db.transaction().execute(async (trx) => {
    const environment = await environmentOf(operation, trx)
    const workspace = await workspaceOf(environment, trx)
    const release = known(await findRelease(trx, textIn(operation, 'release_id')), 'the release')
    const isOver = await cancelWaiting(trx, { workspace, environment, release, by: operation.requestedBy }, kyozo.config.baseUrl)
    if (isOver) await finishOperation(trx, lease, { state: 'succeeded', words: `${short(release.sha)} was cancelled before it began` })
    else await followRelease(trx, lease, { releaseId: release.id, words: `${short(release.sha)} is being stopped` })
  })
  return { kind: 'follows' }
}

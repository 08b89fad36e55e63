// An operation that touches containers runs as a release, so that one thing happens to an environment at a time.
import { KyozoError } from '../../errors.ts'
import { type AskedRelease, askRelease } from '../../store/asked-releases.ts'
import { notify } from '../../store/notify.ts'
import { followRelease } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import type { OperationContext, OperationOutcome } from './operation.ts'

/** Queues a release of what is live, or adds to the one that waits; the operation ends with it. */
export async function askForRelease(
  operation: Operation,
  { kyozo, lease }: OperationContext,
  options: AskedRelease['options'],
): Promise<OperationOutcome> {
  const { environmentId, requestedBy, requestedById } = operation
  if (environmentId === null) throw new KyozoError('not_found', 'the environment was deleted')
  await kyozo.db.transaction().execute(async (trx) => {
    const release = await askRelease(trx, { environmentId, options, triggeredBy: requestedBy, triggeredById: requestedById })
    await followRelease(trx, lease, { releaseId: release.id, words: 'a release carries it out' })
    await kyozo.queue.enqueueDeploy(trx, environmentId)
    await notify(trx, 'queue', environmentId)
  })
  return { kind: 'follows' }
}

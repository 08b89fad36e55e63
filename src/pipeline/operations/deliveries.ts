// Deciding a stored delivery again.

import { findDelivery } from '../../store/deliveries.ts'
import { finishOperation, followRelease } from '../../store/operation-leases.ts'
import { replayDelivery as replay } from '../replay.ts'
import { known, textIn } from './about.ts'
import type { OperationWork } from './operation.ts'

export const replayDelivery: OperationWork = async (operation, { kyozo, lease }) => {
  await kyozo.db.transaction().execute(async (trx) => {
    const delivery = known(await findDelivery(trx, textIn(operation, 'delivery_id')), 'the delivery')
    const outcome = await replay(kyozo, trx, { delivery, by: operation.requestedBy })
    const [releaseId] = outcome.releaseIds
    if (releaseId === undefined)
      await finishOperation(trx, lease, { state: 'succeeded', words: outcome.reason, result: { decision: outcome.decision } })
    else await followRelease(trx, lease, { releaseId, words: outcome.reason })
  })
  return { kind: 'follows' }
}

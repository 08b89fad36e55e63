// What people ask of a delivery.
import { KyozoError } from '../../errors.ts'
import { lockRow } from '../../store/locking.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { ask } from './ask.ts'

const replay: Action = {
  right: 'deliveries.replay',
  description: 'Decides a stored delivery again, as if it had just arrived; a commit that had its release gets another.',
  attributes: {},
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const delivery = await lockRow(trx, request.viewer, 'deliveries', String(request.row.id))
      return {
        operation: { kind: 'replay_delivery', workspaceId: delivery.workspaceId, input: { delivery_id: delivery.id } },
        action: 'deliveries.replay',
        subject: { type: 'deliveries', id: delivery.id, name: delivery.hostDeliveryId ?? delivery.deliveryId },
        joins: 'open',
        store: async () => {
          if (delivery.processedAt === null)
            throw new KyozoError('state_conflict', 'this delivery is being decided for the first time', { hint: 'try again in a moment' })
          if (delivery.body === null)
            throw new KyozoError('state_conflict', 'the body of this delivery is kept no longer, so it cannot be decided again', {
              hint: 'push again, or deploy the environment: kyozo deploy',
            })
        },
      }
    }),
}

export const deliveryActions: Pick<Resource, 'actions'> = { actions: { replay } }

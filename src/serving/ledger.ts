// The receiver's port to the store: a verified delivery and what follows from it, in one transaction.
import type { DeliveryLedger } from '../api/webhooks.ts'
import { receiveForgeDelivery } from '../pipeline/decide-delivery.ts'
import type { ReceiveContext } from '../pipeline/receive.ts'
import { storeError } from '../store/database.ts'
import { ownerOfDelivery } from '../store/forge-connections.ts'
import type { ForgeName } from '../store/tables/git.ts'

export function ledger(context: ReceiveContext): DeliveryLedger {
  return {
    async accept(delivery) {
      const { forge, connection, deliveryId, event, headers, body, forgeEvent } = delivery
      const received = await receiveForgeDelivery(await contextOf(context, { forge, name: connection }), {
        forge: forge as ForgeName,
        connection,
        deliveryId,
        event,
        headers,
        body,
        forgeEvent,
      }).catch((error: unknown) => {
        throw storeError(error)
      })
      const release = received.releaseIds[0]
      return {
        decision: received.decision,
        reason: received.reason,
        deliveryId: received.id,
        ...(received.differs ? { differs: true as const } : {}),
        url: release === undefined ? `${context.baseUrl}/api/v1/deliveries/${received.id}` : `${context.baseUrl}/releases/${release}`,
      }
    },
  }
}

/** What arrives by a team's own connection is that team's. */
async function contextOf(context: ReceiveContext, connection: { readonly forge: string; readonly name: string }): Promise<ReceiveContext> {
  const owner = await ownerOfDelivery(context.db, connection).catch((error: unknown) => {
    throw storeError(error)
  })
  return owner === undefined ? context : { ...context, ...owner }
}

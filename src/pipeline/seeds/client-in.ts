// The client that lies in a database's own container, with the login that the container was made with.
import type { ObservedContainer } from '../../reconcile/plan.ts'
import { clientOf, type DatabaseClient, type SeededKind } from '../../stack/seeds/clients.ts'
import type { StackService } from '../../stack/stack.ts'

/** Where no variable names a database, that which siblings of one that kyozo chose are led to. */
const ownDatabase = 'app'

export function clientIn(
  { made, addressOnNetwork }: Pick<ObservedContainer, 'made' | 'addressOnNetwork'>,
  kind: SeededKind,
  { type }: Pick<StackService, 'type'>,
): DatabaseClient {
  return clientOf(kind, {
    environment: made?.environment ?? {},
    address: addressOnNetwork,
    ...(type === 'backing' ? { database: ownDatabase } : {}),
  })
}

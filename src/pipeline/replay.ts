// A delivery that was decided before is decided once more, as a person asks: after a mapping was added, a pause has ended, or a release has failed.
import { KyozoError } from '../errors.ts'
import { forges, isForgeName } from '../forge/index.ts'
import { decodePayload } from '../forge/payload.ts'
import type { Executor } from '../store/database.ts'
import { type Delivery, type DeliveryOutcome, decideDelivery } from '../store/deliveries.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { decideForgeEvent, decidePush } from './decide-delivery.ts'
import type { Kyozo } from './kyozo.ts'
import type { ReceiveContext } from './receive.ts'

/** In the caller's transaction. The ledger says that it was replayed, by whom, and what came of it; earlier releases stay named. */
export async function replayDelivery(
  kyozo: Kyozo,
  trx: Executor,
  { delivery, by }: { readonly delivery: Delivery; readonly by: string },
): Promise<DeliveryOutcome> {
  const { queue, config, db } = kyozo
  const context: ReceiveContext = { db, queue, baseUrl: config.baseUrl, teamId: delivery.teamId ?? '' }
  const outcome = await (delivery.forge === 'git' || delivery.arrival === 'swept'
    ? replayPush(context, trx, { delivery, by })
    : replayEvent(context, trx, { delivery, by, kyozo }))
  const reason = `replayed by ${by}: ${outcome.reason}`
  await decideDelivery(trx, delivery.id, { ...outcome, reason, releaseIds: [...new Set([...delivery.releaseIds, ...outcome.releaseIds])] })
  return { ...outcome, reason }
}

interface Replayed {
  readonly delivery: Delivery
  readonly by: string
}

async function replayPush(context: ReceiveContext, trx: Executor, { delivery, by }: Replayed): Promise<DeliveryOutcome> {
  const { ref, sha, before, after } = JSON.parse(bodyOf(delivery).toString('utf8')) as Partial<
    Record<'ref' | 'sha' | 'before' | 'after', string>
  >
  const workspace = delivery.workspaceId === null ? undefined : await findWorkspace(trx, delivery.workspaceId)
  const commit = after ?? sha
  if (workspace === undefined || ref === undefined || commit === undefined) throw gone()
  const isDeletion = /^0+$/.test(commit)
  return decidePush(context, trx, { workspace, ref, sha: isDeletion ? (before ?? commit) : commit, isDeletion, pusher: by, isReplay: true })
}

async function replayEvent(
  context: ReceiveContext,
  trx: Executor,
  { delivery, by, kyozo }: Replayed & { readonly kyozo: Kyozo },
): Promise<DeliveryOutcome> {
  const forge = isForgeName(delivery.forge) ? forges[delivery.forge] : undefined
  const connection = await kyozo.connections.find(delivery.forge, delivery.connection ?? '')
  if (forge === undefined || connection === undefined) throw gone()
  const payload = decodePayload(bodyOf(delivery), delivery.headers['content-type'] ?? 'application/json')
  const event = forge.parse({ event: delivery.event, payload }, connection)
  return decideForgeEvent(context, trx, { delivery: { ...delivery, connection: connection.name }, event, replayedBy: by })
}

function bodyOf({ body, receivedAt }: Delivery): Buffer {
  if (body !== null) return body
  throw new KyozoError('state_conflict', `the body of this delivery, of ${receivedAt.toISOString().slice(0, 10)}, is kept no longer`, {
    hint: 'push again, or deploy the environment: kyozo deploy',
  })
}

function gone(): KyozoError {
  return new KyozoError('not_found', 'the workspace or the connection of this delivery is not there any more', { hint: 'push again' })
}

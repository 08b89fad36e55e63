// Deliveries that a Git host says it sent and the ledger does not have: fetched from the host and received as what they are, in the order in which they
// were sent, or asked for once more.
import { asKyozoError, KyozoError } from '../errors.ts'
import type { ForgeConnection } from '../forge/forge.ts'
import { forges, isForgeName } from '../forge/index.ts'
import { decodePayload } from '../forge/payload.ts'
import type { DeliveryRecord, RecordRepository, SentContent, SentDelivery } from '../forge/record.ts'
import { knownDeliveryIds } from '../store/deliveries.ts'
import type { LedgerFinding } from '../store/tables/forges.ts'
import type { ForgeName } from '../store/tables/git.ts'
import { type ForgeDelivery, receiveForgeDeliveries, refuseDelivery } from './decide-delivery.ts'
import type { ReceiveContext } from './receive.ts'

export interface Recovery {
  readonly context: ReceiveContext
  readonly connection: ForgeConnection
  readonly record: DeliveryRecord
  /** Whose deliveries; undefined for those of an app. */
  readonly repository: RecordRepository | undefined
  /** Where a branch of a repository points by now, as far as somebody has looked. */
  readonly tipOf: (repositoryId: string | undefined, ref: string) => string | undefined
}

export interface Recovered {
  readonly compared: number
  readonly missed: readonly LedgerFinding[]
  readonly recovered: number
  readonly askedAgain: number
  /** Not here yet, and asked for or to be asked for. */
  readonly waiting: readonly SentDelivery[]
}

/** Held in memory and stored together: no worker begins with one of them before the last is there. */
const togetherBytes = 32 * 1024 ** 2
const together = 100
/** The host sends them one by one; more of them wait for the next check. */
const askedAgainAtOnce = 20
/** After so many in a row the host is in trouble: the others wait for the next check. */
const unreadUntilLater = 3
/** For so long nothing else is asked of what the host was asked to send. */
const askedAgainMs = 60 * 60_000

export async function recoverDeliveries(recovery: Recovery, sent: readonly SentDelivery[], nowMs: number): Promise<Recovered> {
  const { connection, context } = recovery
  const known = await knownDeliveryIds(
    context.db,
    { forge: connection.forge as ForgeName, connection: connection.name },
    sent.map(({ deliveryId }) => deliveryId),
  )
  const unknown = sent.filter(({ deliveryId }) => !known.has(deliveryId))
  const isWaitedFor = ({ askedAgainAt }: SentDelivery) => askedAgainAt !== undefined && nowMs - askedAgainAt.getTime() < askedAgainMs
  const work: Work = {
    recovery,
    findings: [],
    waiting: unknown.filter(isWaitedFor),
    batch: [],
    bytes: 0,
    recovered: 0,
    askedAgain: 0,
    unread: 0,
  }
  for (const one of unknown) {
    if (isWaitedFor(one)) continue
    if (work.unread < unreadUntilLater) await recoverOne(work, one)
    else work.waiting.push(one)
  }
  await storeBatch(work)
  const { findings: missed, recovered, askedAgain, waiting } = work
  return { compared: sent.length, missed, recovered, askedAgain, waiting }
}

interface Work {
  readonly recovery: Recovery
  readonly findings: LedgerFinding[]
  readonly waiting: SentDelivery[]
  batch: ForgeDelivery[]
  bytes: number
  recovered: number
  askedAgain: number
  /** So many in a row that the host did not show. */
  unread: number
}

/** One that the host cannot show takes nothing from the others. */
async function recoverOne(work: Work, sent: SentDelivery): Promise<void> {
  const { record, repository } = work.recovery
  const content = await record.read(sent, repository).catch(asKyozoError)
  work.unread = content instanceof KyozoError ? work.unread + 1 : 0
  if (content === undefined || content instanceof KyozoError) return askAgain(work, sent, content)
  const delivery = { ...deliveryOf(work.recovery, sent, content), ...missedWords(sent) }
  const event = eventOf(work.recovery, delivery)
  if (event instanceof KyozoError) {
    await storeBatch(work)
    const reason = `${delivery.missed}: it cannot be read: ${event.message}`
    await refuseDelivery(work.recovery.context, delivery, reason)
    work.findings.push(findingOf(sent, reason))
    return
  }
  const tip = event.kind === 'push' ? work.recovery.tipOf(event.repository.id, event.ref) : undefined
  work.batch.push({ ...delivery, forgeEvent: event, ...(tip === undefined ? {} : { tip }) })
  work.bytes += content.body.length
  if (work.batch.length >= together || work.bytes >= togetherBytes) await storeBatch(work)
}

async function storeBatch(work: Work): Promise<void> {
  const { batch } = work
  if (batch.length === 0) return
  work.batch = []
  work.bytes = 0
  const received = await receiveForgeDeliveries(work.recovery.context, batch)
  for (const [at, { decision, reason }] of received.entries()) {
    // It arrived meanwhile.
    if (decision === 'duplicate') continue
    work.recovered++
    const { deliveryId, event, sentAt } = batch[at]!
    work.findings.push({ deliveryId, event, ...(sentAt === undefined ? {} : { sentAt: sentAt.toISOString() }), words: reason })
  }
}

async function askAgain(work: Work, sent: SentDelivery, failure: KyozoError | undefined): Promise<void> {
  const { record, repository } = work.recovery
  const because =
    failure === undefined ? 'the host does not give back what it sent' : `what the host sent could not be read: ${failure.message}`
  work.waiting.push(sent)
  if (work.askedAgain >= askedAgainAtOnce) {
    work.findings.push(findingOf(sent, `${because}; it is asked to send it again later`))
    return
  }
  const words = await record.sendAgain(sent, repository).then(
    () => `${because}; it was asked to send it again`,
    (error: unknown) => `${because}: ${asKyozoError(error).message}`,
  )
  work.askedAgain++
  work.findings.push(findingOf(sent, words))
}

function findingOf({ deliveryId, event, sentAt }: SentDelivery, words: string): LedgerFinding {
  return { deliveryId, event, sentAt: sentAt.toISOString(), words }
}

/** The host vouches for it: it was asked by kyozo itself, and showed what it had sent. */
function deliveryOf({ connection }: Recovery, sent: SentDelivery, { headers, body }: SentContent) {
  const { keptHeaders } = forgeOf(connection)
  const kept = keptHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]))
  return {
    forge: connection.forge as ForgeName,
    connection: connection.name,
    deliveryId: sent.deliveryId,
    event: sent.event,
    headers: Object.fromEntries(kept),
    body,
    arrival: 'recovered' as const,
    sentAt: sent.sentAt,
  }
}

function missedWords({ isGood, words }: SentDelivery): { readonly missed: string } {
  return { missed: isGood ? 'recovered from the host’s list, where it counts as delivered' : `recovered from the host’s list (${words})` }
}

function eventOf({ connection }: Recovery, { event, body, headers }: Pick<ForgeDelivery, 'event' | 'body' | 'headers'>) {
  try {
    return forgeOf(connection).parse({ event, payload: decodePayload(body, headers['content-type'] ?? 'application/json') }, connection)
  } catch (error) {
    return asKyozoError(error)
  }
}

function forgeOf({ forge }: ForgeConnection) {
  if (isForgeName(forge)) return forges[forge]
  throw new KyozoError('internal', `there is no forge ${forge}`)
}

// POST <forge>[/<connection>] below /webhooks: prove who sent it, keep it, answer. The order is the rule: nothing of a body is looked at before its
// signature is right, and nothing is answered with 2xx before it is stored.
import { randomBytes } from 'node:crypto'
import { type Request, Router } from 'express'
import { asKyozoError, type ErrorCode, KyozoError } from '../errors.ts'
import type { Forge, ForgeConnection, ForgeEvent, RequestHeaders } from '../forge/forge.ts'
import { forges, isForgeName } from '../forge/index.ts'
import { decodePayload } from '../forge/payload.ts'
import { type BodyLimits, createByteBudget, withBody } from './request-body.ts'
import { refuse } from './webhook-refusals.ts'

/** Finds the connection a delivery claims to belong to. `name` is absent for the forge's first or only one. */
export interface ConnectionFinder {
  find(subject: { readonly forge: string; readonly name: string | undefined }): Promise<ForgeConnection | undefined>
}

/** A delivery whose signature is right. */
export interface VerifiedDelivery {
  readonly forge: string
  /** The connection's name. */
  readonly connection: string
  /** The host's id, the same when the host sends it again. */
  readonly deliveryId: string
  readonly event: string
  /** The headers worth keeping, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** The bytes as they arrived. Keep them as bytes: JSON may hold escapes (`\u0000`) that a `jsonb` column refuses. */
  readonly body: Buffer
  readonly forgeEvent: ForgeEvent
}

export interface Acceptance {
  readonly decision: 'accepted' | 'duplicate' | 'ignored' | 'refused'
  /** One sentence for the person who looks at the host's delivery page. */
  readonly reason: string
  readonly deliveryId: string
  /** Where kyozo shows this delivery. */
  readonly url: string
  /** Set when a known id came with another body than the first time. */
  readonly differs?: true
}

/**
 * Stores a delivery and the job that follows from it in one transaction, and answers when that is durable. An id that is known already changes
 * nothing and is a `duplicate`, whatever its body. Throws `store_unavailable` when it could not be stored.
 */
export interface DeliveryLedger {
  accept(delivery: VerifiedDelivery): Promise<Acceptance>
}

export interface WebhookLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface WebhookOptions {
  readonly connections: ConnectionFinder
  readonly ledger: DeliveryLedger
  readonly log: WebhookLog
  /** Counts a delivery, by connection and address, before anything is done for it. Throws `overloaded` for one too many. Default is no limit. */
  readonly admit?: (sender: string) => Promise<void>
  /** Called with the code of every refusal, for counting. Default is nothing. */
  readonly onRefused?: (code: ErrorCode) => void
  /** The largest body; GitHub sends at most 25 MB. Default is 25 MiB. */
  readonly bodyLimitBytes?: number
  /** Bodies up to 1 MiB held in memory together. Default is 64 MiB. */
  readonly smallBodiesBytes?: number
  /** Larger bodies held in memory together; others wait. Default is 100 MiB, four of the largest. */
  readonly largeBodiesBytes?: number
  /** For a body to arrive; hosts give up after ten seconds themselves. Default is 10 s. */
  readonly bodyDeadlineMs?: number
  /** For the ledger to answer; then the host is told to come back later, within three seconds. Default is 2.5 s. */
  readonly storeDeadlineMs?: number
}

interface Receiver extends WebhookOptions {
  readonly limits: BodyLimits
  readonly storeDeadlineMs: number
  /** Random; checked in place of a secret that does not exist or is empty, so that its absence takes as long as a wrong signature. */
  readonly decoySecret: string
}

export function webhookRouter(options: WebhookOptions): Router {
  const receiver: Receiver = {
    ...options,
    storeDeadlineMs: options.storeDeadlineMs ?? 2_500,
    decoySecret: randomBytes(32).toString('hex'),
    limits: {
      limitBytes: options.bodyLimitBytes ?? 25 * 1024 ** 2,
      deadlineMs: options.bodyDeadlineMs ?? 10_000,
      small: createByteBudget(options.smallBodiesBytes ?? 64 * 1024 ** 2),
      large: createByteBudget(options.largeBodiesBytes ?? 100 * 1024 ** 2),
    },
  }
  const router = Router()
  router.all('/:forge{/:connection}', async (request, response, next) => {
    const { forge } = request.params
    if (typeof forge !== 'string' || !isForgeName(forge)) return next()
    try {
      await receiver.admit?.(`${request.path} ${request.ip}`)
      const acceptance = await receive(receiver, forges[forge], request)
      response.status(acceptance.decision === 'accepted' ? 202 : 200).json(acceptance)
    } catch (error) {
      refuse(receiver, { request, response, error: asKyozoError(error) })
    }
  })
  return router
}

async function receive(receiver: Receiver, forge: Forge, request: Request): Promise<Acceptance> {
  const contentType = requireReadable(request)
  if (!forge.isSigned(request.headers)) throw unsigned()
  const name = request.params.connection
  const subject = { forge: forge.name, name: typeof name === 'string' ? name : undefined }
  const connection = await stored(receiver, () => receiver.connections.find(subject))
  return withBody(request, receiver.limits, (body) => {
    const sender = provenSender(receiver, { forge, headers: request.headers, body, connection })
    return accept(receiver, forge, { request, body, contentType, connection: sender })
  })
}

/** The media type of a request that can be read at all. */
function requireReadable(request: Request): string {
  if (request.method !== 'POST') throw new KyozoError('method_not_allowed', `a delivery is a POST, not a ${request.method}`)
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new KyozoError('media_type_unsupported', 'a compressed body is not accepted: the signature covers what is sent')
  const contentType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (contentType !== 'application/json' && contentType !== 'application/x-www-form-urlencoded')
    throw new KyozoError('media_type_unsupported', 'a delivery is application/json or application/x-www-form-urlencoded', {
      hint: 'choose application/json as content type of the webhook',
    })
  return contentType
}

interface Claim {
  readonly forge: Forge
  readonly headers: RequestHeaders
  readonly body: Buffer
  readonly connection: ForgeConnection | undefined
}

/** The connection whose secret signed the body. Throws `signature_invalid` after the same work whether there is such a connection or not. */
function provenSender(receiver: Receiver, { forge, headers, body, connection }: Claim): ForgeConnection {
  const secret = connection?.webhookSecret || receiver.decoySecret
  const isRight = forge.verify({ headers, body }, secret)
  if (!isRight || connection === undefined) throw unsigned()
  return connection
}

interface SignedDelivery {
  readonly request: Request
  readonly body: Buffer
  readonly contentType: string
  readonly connection: ForgeConnection
}

async function accept(receiver: Receiver, forge: Forge, { request, body, contentType, connection }: SignedDelivery): Promise<Acceptance> {
  const { event, deliveryId } = forge.deliveryHeaders(request.headers)
  const forgeEvent = forge.parse({ event, payload: decodePayload(body, contentType) }, connection)
  const headers = keptHeaders(forge, request.headers)
  const delivery = { forge: forge.name, connection: connection.name, deliveryId, event, headers, body, forgeEvent }
  const acceptance = await stored(receiver, () => receiver.ledger.accept(delivery))
  const { decision, reason } = acceptance
  const fields = { forge: forge.name, deliveryId, event, decision, reason }
  if (acceptance.differs) receiver.log.warn(fields, 'a delivery came again with another body; the first is kept')
  else receiver.log.info(fields, 'delivery received')
  return acceptance
}

function keptHeaders(forge: Forge, headers: RequestHeaders): Record<string, string> {
  const kept = forge.keptHeaders.map((name) => [name, headers[name]])
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/**
 * What the store answers, or `store_unavailable` when it takes too long. The work goes on then; if it still succeeds, the host's next try is a
 * duplicate, which is right.
 */
async function stored<Result>(receiver: Receiver, work: () => Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new KyozoError('store_unavailable', `the store did not answer within ${receiver.storeDeadlineMs / 1000} s`)),
    receiver.storeDeadlineMs,
  )
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

function unsigned(): KyozoError {
  return new KyozoError('signature_invalid', 'the signature of this delivery is missing or wrong', {
    hint: "the webhook's secret and address must be the ones that kyozo shows for the connection",
  })
}

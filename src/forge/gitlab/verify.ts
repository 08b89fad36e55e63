// GitLab proves who it is in one of two ways: by a secret token that it sends as it is, or, from 19.0 on, by a signature over what it sends.
// https://docs.gitlab.com/user/project/integrations/webhooks/#validate-payloads-by-using-a-secret-token
// The signature is that of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RequestHeaders, SignedRequest } from '../forge.ts'

const tokenHeader = 'x-gitlab-token'
const signatureHeader = 'webhook-signature'

/** Secrets are a line of text; what is longer is none. */
const tokenLimit = 1_000
/** While a signing token is replaced a delivery may carry more than one. */
const signaturesLimit = 10
const signaturePattern = /^v1,([A-Za-z0-9+/]{43}=)$/
const idPattern = /^[\x21-\x7e]{1,200}$/
const timestampPattern = /^\d{1,12}$/

/** A delivery that was recorded somewhere and is sent once more proves nothing. */
const toleranceMs = 5 * 60_000

export function isSigned(headers: RequestHeaders): boolean {
  return headers[signatureHeader] === undefined ? tokenOf(headers) !== undefined : signatureOf(headers) !== undefined
}

export function verify(request: SignedRequest, secret: string): boolean {
  return verifyAt(request, secret, Date.now())
}

/** Where there is a signature it alone decides: a token beside it says less. */
export function verifyAt({ headers, body }: SignedRequest, secret: string, nowMs: number): boolean {
  if (secret === '') return false
  if (headers[signatureHeader] === undefined) {
    const token = tokenOf(headers)
    return token !== undefined && isSame(token, secret)
  }
  const claimed = signatureOf(headers)
  if (claimed === undefined) return false
  const digest = createHmac('sha256', keyOf(secret)).update(`${claimed.id}.${claimed.timestamp}.`).update(body).digest()
  // Each is compared, so that the time it takes tells nothing.
  const isRight = claimed.digests.map((one) => timingSafeEqual(one, digest)).includes(true)
  return isRight && Math.abs(Number(claimed.timestamp) * 1_000 - nowMs) <= toleranceMs
}

function tokenOf(headers: RequestHeaders): string | undefined {
  const token = headers[tokenHeader]
  return typeof token === 'string' && token !== '' && token.length <= tokenLimit ? token : undefined
}

interface Claim {
  readonly id: string
  readonly timestamp: string
  readonly digests: readonly Buffer[]
}

function signatureOf(headers: RequestHeaders): Claim | undefined {
  const [id, timestamp, text] = ['webhook-id', 'webhook-timestamp', signatureHeader].map((name) => headers[name])
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof text !== 'string') return undefined
  if (!idPattern.test(id) || !timestampPattern.test(timestamp)) return undefined
  const digests = text.split(' ', signaturesLimit).flatMap((part) => {
    const base64 = signaturePattern.exec(part)?.[1]
    return base64 === undefined ? [] : [Buffer.from(base64, 'base64')]
  })
  return digests.length === 0 ? undefined : { id, timestamp, digests }
}

/** Of two texts of whatever length, in a time that tells nothing of either. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHmac('sha256', 'kyozo compares').update(text).digest())
  return timingSafeEqual(a!, b!)
}

/** From 24 to 66 bytes; GitLab's own have 32. */
const signingTokenPattern = /^whsec_((?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})?)$/

/** Whether a secret is what GitLab calls a signing token: `whsec_` and the bytes of a key in base64. */
export function isSigningToken(secret: string): boolean {
  return signingTokenPattern.test(secret)
}

function keyOf(secret: string): Buffer {
  const base64 = signingTokenPattern.exec(secret)?.[1]
  return base64 === undefined ? Buffer.from(secret) : Buffer.from(base64, 'base64')
}

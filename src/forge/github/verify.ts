// GitHub signs each delivery with HMAC-SHA256 over the body as it is sent. The older SHA-1 header is ignored.
// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
//
// The digest is made here and not by @octokit/webhooks-methods, which takes text: turning bytes into text first replaces what is not UTF-8,
// so it would sign something else than what arrived, and copies a body of 25 MB.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RequestHeaders, SignedRequest } from '../forge.ts'

const signatureHeader = 'x-hub-signature-256'
const signaturePattern = /^sha256=([0-9a-f]{64})$/i

export function isSigned(headers: RequestHeaders): boolean {
  return claimedDigest(headers) !== undefined
}

export function verify(request: SignedRequest, secret: string): boolean {
  const claimed = claimedDigest(request.headers)
  if (claimed === undefined || secret === '') return false
  const digest = createHmac('sha256', secret).update(request.body).digest()
  return timingSafeEqual(digest, claimed)
}

/** The 32 bytes the header claims. Node joins a repeated header with a comma, which the pattern refuses. */
function claimedDigest(headers: RequestHeaders): Buffer | undefined {
  const header = headers[signatureHeader]
  const hex = typeof header === 'string' ? signaturePattern.exec(header)?.[1] : undefined
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

// Gitea signs each delivery with HMAC-SHA256, in hexadecimal digits without a prefix, over the JSON that it tells. Of a form that is the field, not
// the form as it is sent. The headers that it sends beside (X-Hub-Signature-256, X-Gogs-Signature) say the same and are not read.
// https://docs.gitea.com/usage/webhooks
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RequestHeaders, SignedRequest } from '../forge.ts'
import { formPayload } from '../payload.ts'
import { headerOf } from './headers.ts'

const signaturePattern = /^[0-9a-f]{64}$/i

/** A webhook without a secret sends the header all the same, empty. */
export function isSigned(headers: RequestHeaders): boolean {
  return claimedDigest(headers) !== undefined
}

export function verify(request: SignedRequest, secret: string): boolean {
  const claimed = claimedDigest(request.headers)
  if (claimed === undefined || secret === '') return false
  const digest = createHmac('sha256', secret).update(signedBytes(request)).digest()
  return timingSafeEqual(digest, claimed)
}

/** A form that cannot be read was not sent by Gitea: what is signed then is anything but its JSON. */
function signedBytes({ headers, body }: SignedRequest): Uint8Array {
  const isForm = String(headers['content-type'] ?? '')
    .trim()
    .toLowerCase()
    .startsWith('application/x-www-form-urlencoded')
  if (!isForm) return body
  try {
    return formPayload(body)
  } catch {
    return body
  }
}

function claimedDigest(headers: RequestHeaders): Buffer | undefined {
  const header = headerOf(headers, 'Signature')
  return typeof header === 'string' && signaturePattern.test(header) ? Buffer.from(header, 'hex') : undefined
}

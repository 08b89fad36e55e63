import { KyozoError } from '../../errors.ts'
import type { DeliveryHeaders, RequestHeaders } from '../forge.ts'

/** Kept with a delivery: what says where it came from and what it is. Forgejo sends headers of its own beside Gitea's. */
export const keptHeaders = [
  'content-type',
  'user-agent',
  'x-gitea-delivery',
  'x-gitea-event',
  'x-gitea-event-type',
  'x-gitea-hook-installation-target-type',
  'x-forgejo-delivery',
  'x-forgejo-event',
  'x-forgejo-event-type',
] as const

const eventPattern = /^[a-z][a-z0-9_]{0,63}$/
const deliveryIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function deliveryHeaders(headers: RequestHeaders): DeliveryHeaders {
  return {
    // The event is empty for what Gogs did not have, such as `package`; its type never is.
    event: required(headers, headerOf(headers, 'Event') === '' ? 'Event-Type' : 'Event', eventPattern),
    // Lower case, so that one delivery has one id however it is spelled.
    deliveryId: required(headers, 'Delivery', deliveryIdPattern).toLowerCase(),
  }
}

/** `X-Gitea-<name>`, or Forgejo's own where there is none. Node gives a header that came twice as one text with a comma. */
export function headerOf(headers: RequestHeaders, name: 'Event' | 'Event-Type' | 'Delivery' | 'Signature') {
  return headers[`x-gitea-${name.toLowerCase()}`] ?? headers[`x-forgejo-${name.toLowerCase()}`]
}

function required(headers: RequestHeaders, name: 'Event' | 'Event-Type' | 'Delivery', pattern: RegExp): string {
  const value = headerOf(headers, name)
  if (value === undefined)
    throw new KyozoError('bad_request', `the header X-Gitea-${name} is missing`, { hint: 'Gitea and Forgejo send it with every delivery' })
  if (typeof value !== 'string' || !pattern.test(value))
    throw new KyozoError('bad_request', `the header X-Gitea-${name} is not of the form Gitea sends`)
  return value
}

import { KyozoError } from '../../errors.ts'
import type { DeliveryHeaders, RequestHeaders } from '../forge.ts'

/** Kept with a delivery: what says where it came from and what it is. */
export const keptHeaders = [
  'content-type',
  'user-agent',
  'x-github-delivery',
  'x-github-event',
  'x-github-hook-id',
  'x-github-hook-installation-target-id',
  'x-github-hook-installation-target-type',
] as const

const eventPattern = /^[a-z][a-z0-9_]{0,63}$/
const deliveryIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function deliveryHeaders(headers: RequestHeaders): DeliveryHeaders {
  return {
    event: required(headers, 'X-GitHub-Event', eventPattern),
    // Lower case, so that one delivery has one id however it is spelled.
    deliveryId: required(headers, 'X-GitHub-Delivery', deliveryIdPattern).toLowerCase(),
  }
}

function required(headers: RequestHeaders, name: string, pattern: RegExp): string {
  const value = headers[name.toLowerCase()]
  if (value === undefined)
    throw new KyozoError('bad_request', `the header ${name} is missing`, { hint: 'GitHub sends it with every delivery' })
  if (typeof value !== 'string' || !pattern.test(value))
    throw new KyozoError('bad_request', `the header ${name} is not of the form GitHub sends`)
  return value
}

import { KyozoError } from '../../errors.ts'
import type { DeliveryHeaders, RequestHeaders } from '../forge.ts'

/** Kept with a delivery: what says where it came from and what it is. The secret token is not among them, ever. */
export const keptHeaders = [
  'content-type',
  'user-agent',
  'idempotency-key',
  'webhook-id',
  'webhook-timestamp',
  'x-gitlab-event',
  'x-gitlab-event-uuid',
  'x-gitlab-instance',
  'x-gitlab-webhook-uuid',
] as const

const eventPattern = /^[A-Z][A-Za-z]*(?: [A-Za-z]+){0,7}$/
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function deliveryHeaders(headers: RequestHeaders): DeliveryHeaders {
  const event = headerOf(headers, 'X-Gitlab-Event', eventPattern)
  if (event === undefined)
    throw new KyozoError('bad_request', 'the header X-Gitlab-Event is missing', { hint: 'GitLab sends it with every delivery' })
  // Lower case, so that one delivery has one id however it is spelled.
  return { event, deliveryId: deliveryIdOf(headers).toLowerCase() }
}

/** A signature covers the id that it names. Else it is the key that stays the same when GitLab sends a delivery again, from 17.4 on. */
function deliveryIdOf(headers: RequestHeaders): string {
  const id = headers['webhook-signature'] === undefined ? undefined : headerOf(headers, 'webhook-id', idPattern)
  return id ?? headerOf(headers, 'Idempotency-Key', idPattern) ?? olderId(headers)
}

/** What GitLab named before that: one id for all that follows from one push, and one for each time something is sent. */
function olderId(headers: RequestHeaders): string {
  const ids = ['X-Gitlab-Event-UUID', 'X-Gitlab-Webhook-UUID'].flatMap((name) => headerOf(headers, name, idPattern) ?? [])
  if (ids.length > 0) return ids.join('.')
  throw new KyozoError('bad_request', 'the header Idempotency-Key is missing', {
    hint: 'GitLab sends it, or X-Gitlab-Event-UUID, with every delivery',
  })
}

function headerOf(headers: RequestHeaders, name: string, pattern: RegExp): string | undefined {
  const value = headers[name.toLowerCase()]
  if (value === undefined) return undefined
  if (typeof value === 'string' && value.length <= 200 && pattern.test(value)) return value
  throw new KyozoError('bad_request', `the header ${name} is not of the form GitLab sends`)
}

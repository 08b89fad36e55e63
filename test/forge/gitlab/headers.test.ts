import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../../src/errors.ts'
import { deliveryHeaders, keptHeaders } from '../../../src/forge/gitlab/headers.ts'

const key = '3a427872-00df-429c-9bc9-a9475de2efe4'
const eventUuid = '9cebe914-4827-408f-b014-cfa23a47a35f'
const webhookUuid = '3c5c0404-c866-44bc-a5f6-452bb1bfc76e'
const headers = {
  'x-gitlab-event': 'Merge Request Hook',
  'idempotency-key': key,
  'x-gitlab-event-uuid': eventUuid,
  'x-gitlab-webhook-uuid': webhookUuid,
}

describe('a delivery', () => {
  it('is known by the key that stays the same when it is sent again', () => {
    expect(deliveryHeaders(headers)).toEqual({ event: 'Merge Request Hook', deliveryId: key })
    const again = { ...headers, 'x-gitlab-webhook-uuid': eventUuid, 'idempotency-key': key.toUpperCase() }
    expect(deliveryHeaders(again).deliveryId).toBe(key)
  })

  it('that is signed is known by the id that the signature covers', () => {
    const signed = { ...headers, 'webhook-id': eventUuid, 'webhook-signature': 'v1,…' }
    expect(deliveryHeaders(signed).deliveryId).toBe(eventUuid)
    expect(deliveryHeaders({ ...headers, 'webhook-id': eventUuid }).deliveryId).toBe(key)
  })

  it('of an older GitLab is known by both of its ids: what follows from one push has the first in common', () => {
    const { 'idempotency-key': _, ...older } = headers
    expect(deliveryHeaders(older).deliveryId).toBe(`${eventUuid}.${webhookUuid}`)
    expect(deliveryHeaders({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': eventUuid }).deliveryId).toBe(eventUuid)
  })

  it.each([
    ['no event', { ...headers, 'x-gitlab-event': undefined }, 'X-Gitlab-Event is missing'],
    ['an event that is none', { ...headers, 'x-gitlab-event': '../../etc' }, 'X-Gitlab-Event is not of the form GitLab sends'],
    [
      'an event that goes on and on',
      { ...headers, 'x-gitlab-event': 'A'.repeat(10_000) },
      'X-Gitlab-Event is not of the form GitLab sends',
    ],
    ['no id at all', { 'x-gitlab-event': 'Push Hook' }, 'Idempotency-Key is missing'],
    ['an id that is none', { ...headers, 'idempotency-key': "'; drop table" }, 'Idempotency-Key is not of the form GitLab sends'],
    ['an id twice', { ...headers, 'idempotency-key': [key, key] }, 'Idempotency-Key is not of the form GitLab sends'],
  ])('with %s is refused', (_, given, words) => {
    const refused = () => deliveryHeaders(given)
    expect(refused).toThrow(KyozoError)
    expect(refused).toThrow(words)
  })

  it('is kept without the secret that came with it', () => {
    expect(keptHeaders).not.toContain('x-gitlab-token')
    expect(keptHeaders).toContain('idempotency-key')
  })
})

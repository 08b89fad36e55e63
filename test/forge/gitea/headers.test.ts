import { describe, expect, it } from 'vitest'
import { deliveryHeaders } from '../../../src/forge/gitea/headers.ts'

const id = '72D3162E-cc78-11e3-81ab-4c9367dc0958'
const headers = { 'x-gitea-event': 'pull_request', 'x-gitea-event-type': 'pull_request_label', 'x-gitea-delivery': id }

describe('the headers of a delivery', () => {
  it('say what happened, and which delivery it is however that is spelled', () => {
    expect(deliveryHeaders(headers)).toEqual({ event: 'pull_request', deliveryId: id.toLowerCase() })
  })

  it('of a Forgejo that sends only its own are read as well', () => {
    expect(deliveryHeaders({ 'x-forgejo-event': 'push', 'x-forgejo-delivery': id })).toEqual({
      event: 'push',
      deliveryId: id.toLowerCase(),
    })
  })

  it('of an event that Gogs did not have name only its type', () => {
    expect(deliveryHeaders({ ...headers, 'x-gitea-event': '', 'x-gitea-event-type': 'package' })).toMatchObject({ event: 'package' })
  })

  it.each([
    ['without an event', { 'x-gitea-event': undefined }, 'X-Gitea-Event is missing'],
    ['with neither an event nor a type', { 'x-gitea-event': '', 'x-gitea-event-type': undefined }, 'X-Gitea-Event-Type is missing'],
    ['with two events', { 'x-gitea-event': 'push, push' }, 'X-Gitea-Event is not of the form'],
    ['without an id', { 'x-gitea-delivery': undefined }, 'X-Gitea-Delivery is missing'],
    ['with an id of ten thousand characters', { 'x-gitea-delivery': 'a'.repeat(10_000) }, 'X-Gitea-Delivery is not of the form'],
  ])('are refused %s', (_, changes, words) => {
    expect(() => deliveryHeaders({ ...headers, ...changes })).toThrow(words)
  })
})

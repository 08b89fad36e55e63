import { describe, expect, it } from 'vitest'
import { routeRows, serviceUrls } from '../../src/pipeline/routes.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { container } from '../reconcile/simulated-engine.ts'
import { service } from './facts.ts'

const identity = { instance: 'i1', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }
const config = { baseDomain: 'apps.example', baseUrl: 'https://kyozo.example:8443' }
const ready = { service: 'api', configHash: 'v1:api', publishedPorts: { 8080: 32_001 } }

function routed(containers: readonly ObservedContainer[]): string[] {
  const rows = routeRows(
    { environmentId: 'e1', identity, services: [service('api'), service('worker', { port: undefined as never })], containers },
    config,
  )
  return rows.map((row) => `${row.host} → ${row.containerId} ${row.port} ${row.state}`)
}

describe('requests go', () => {
  it('to every container that runs, has the present configuration and answers to the name', () => {
    expect(
      routed([container({ ...ready, id: 'a' }), container({ ...ready, id: 'b', publishedPorts: { 8080: 32_002, 9090: 32_003 } })]),
    ).toEqual(['api.shop.apps.example → a 32001 serving', 'api.shop.apps.example → b 32002 serving'])
  })

  it.each<[string, Partial<ObservedContainer>]>([
    ['does not run', { state: 'exited' }],
    ['is paused', { state: 'paused' }],
    ['has the configuration of another release', { configHash: 'v1:old' }],
    ['does not answer to the name yet', { hasAlias: false }],
    ['publishes another port', { publishedPorts: { 9090: 32_001 } }],
    ['is of another service', { service: 'web' }],
  ])('to none that %s', (_, parts) => {
    expect(routed([container({ ...ready, id: 'a', ...parts })])).toEqual([])
  })

  it('to no service without a port', () => {
    expect(routed([container({ id: 'w', service: 'worker', configHash: 'v1:worker', publishedPorts: { 8080: 1 } })])).toEqual([])
  })
})

describe('the address of a service', () => {
  const services = [service('api'), service('postgres', { type: 'backing', port: 5432 }), service('worker', { port: undefined as never })]

  it('is its name below the workspace, with the port of kyozo, and only for what people open', () => {
    expect([...serviceUrls(identity, services, config)]).toEqual([['api', 'https://api.shop.apps.example:8443']])
  })

  it('names the environment unless it is production', () => {
    const urls = serviceUrls({ ...identity, environment: 'staging' }, services, { baseDomain: 'localhost', baseUrl: 'http://localhost' })
    expect([...urls]).toEqual([['api', 'http://api.shop-staging.localhost']])
  })
})

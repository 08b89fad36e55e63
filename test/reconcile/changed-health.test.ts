import { describe, expect, it } from 'vitest'
import { changedHealth, type HealthInput } from '../../src/reconcile/changed-health.ts'
import { specifyStack } from '../../src/stack/specify.ts'
import { shopInput } from '../stack/shop.ts'

const spec = specifyStack(shopInput())
const diff = { base: 'b', added: [], modified: [], removed: [], renamed: [] }
const before = new Map(spec.services.map((service) => [service.name, service]))
const other = new Map(before).set('api', { ...before.get('api')!, health: { kind: 'http', path: '/before', port: 3000 } })

function services(parts: Partial<HealthInput>): readonly string[] {
  return [...changedHealth({ spec, live: other, diff, hasNewSettings: false, ...parts })].map(([name, cause]) => `${name}: ${cause}`)
}

describe('a service that runs and would be asked another way', () => {
  it('is started again when a person has set so, or kyozo.yaml says so', () => {
    expect(services({ hasNewSettings: true })).toEqual(['api: its health check changed'])
    expect(services({ diff: { ...diff, modified: ['kyozo.yaml'] } })).toEqual(['api: its health check changed'])
  })

  it('goes on when it is only asked more often, or more patiently', () => {
    const api = before.get('api')!
    const patient = new Map(before).set('api', {
      ...api,
      health: { ...api.health, intervalMs: 1_000, timeoutMs: 60_000, retries: 10 } as never,
    })
    expect(services({ live: patient, hasNewSettings: true })).toEqual([])
  })

  it('goes on when only kyozo has found another way, or nothing changed, or it does not run yet', () => {
    expect(services({})).toEqual([])
    expect(services({ live: before, hasNewSettings: true })).toEqual([])
    expect(services({ live: new Map(), hasNewSettings: true })).toEqual([])
  })
})

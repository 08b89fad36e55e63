import { expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { applyRecovery } from '../../src/pipeline/recover.ts'
import { isEmptyRecovery, planRecovery, servingContainers } from '../../src/reconcile/recover.ts'
import { container } from './simulated-engine.ts'

const live = new Map([
  ['api', { configHash: 'api-1', isOneShot: false, replicas: 1 }],
  ['db', { configHash: 'db-1', isOneShot: false, replicas: 1 }],
])
const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

it('leaves what the live release runs alone', () => {
  const containers = [
    container({ id: 'a1', service: 'api', configHash: 'api-1' }),
    container({ id: 'd1', service: 'db', configHash: 'db-1', state: 'restarting' }),
  ]
  expect(isEmptyRecovery(planRecovery({ containers }, live))).toBe(true)
})

it('takes away what a failed release left, before what it stopped is started on the same volume', async () => {
  const containers = [
    container({ id: 'a1', service: 'api', configHash: 'api-1', hasAlias: false }),
    container({ id: 'a2', service: 'api', configHash: 'api-2' }),
    container({ id: 'd1', service: 'db', configHash: 'db-1', state: 'exited' }),
    container({ id: 'd2', service: 'db', configHash: 'db-2' }),
    container({ id: 'n1', service: 'new', configHash: 'new-1' }),
  ]
  const recovery = planRecovery({ containers }, live)
  expect(recovery).toEqual({
    makeWay: ['d2'],
    remove: ['a2', 'n1'],
    stop: [],
    start: ['d1'],
    rename: [{ service: 'api', containers: ['a1'] }],
  })
  const done: string[] = []
  const note = (name: string) => async (ids: readonly string[]) => void done.push(`${name} ${ids.join(' ')}`)
  const engine: Pick<Engine, 'start' | 'stop' | 'remove' | 'giveAlias'> = {
    start: note('start'),
    stop: note('stop'),
    remove: note('remove'),
    giveAlias: (_identity, service, ids) => note(`name ${service}`)(ids),
  }
  await applyRecovery(engine, identity, recovery)
  expect(done).toEqual(['remove d2', 'stop ', 'start d1', 'name api a1', 'remove a2 n1'])
})

it('keeps what stands in for a live service of which no container is left', () => {
  const containers = [
    container({ id: 'd2', service: 'db', configHash: 'db-2' }),
    container({ id: 'd3', service: 'db', configHash: 'db-3', hasAlias: false }),
  ]
  expect(planRecovery({ containers }, live)).toEqual({ makeWay: [], remove: ['d3'], stop: [], start: [], rename: [] })
})

it('takes away a copy that a release wanted more and that never got a name, and names one that is missing', () => {
  const containers = [
    container({ id: 'a1', service: 'api', configHash: 'api-1' }),
    container({ id: 'a2', service: 'api', configHash: 'api-1', hasAlias: false }),
  ]
  expect(planRecovery({ containers }, live)).toEqual({ makeWay: [], remove: ['a2'], stop: [], start: [], rename: [] })
  const two = new Map([['api', { configHash: 'api-1', isOneShot: false, replicas: 2 }]])
  expect(planRecovery({ containers }, two)).toEqual({
    makeWay: [],
    remove: [],
    stop: [],
    start: [],
    rename: [{ service: 'api', containers: ['a2'] }],
  })
})

it('starts nothing of a service that a person stopped, and stops what a crash left running', () => {
  const containers = [
    container({ id: 'a1', service: 'api', configHash: 'api-1' }),
    container({ id: 'd1', service: 'db', configHash: 'db-1', state: 'exited' }),
  ]
  const resting = new Map([...live].map(([name, facts]) => [name, { ...facts, isStopped: true }]))
  expect(planRecovery({ containers }, resting)).toEqual({ makeWay: [], remove: [], stop: ['a1'], start: [], rename: [] })
  expect(servingContainers({ containers }, resting)).toEqual([])
})

it('keeps the older of two containers with one configuration, unless the live release made the newer one', () => {
  const old = container({ id: 'd1', service: 'db', configHash: 'db-1', state: 'exited', generation: 4 })
  const young = container({ id: 'd2', service: 'db', configHash: 'db-1', generation: 5 })
  const facts = { configHash: 'db-1', isOneShot: false, replicas: 1 }
  expect(planRecovery({ containers: [young, old] }, new Map([['db', facts]]))).toEqual({
    makeWay: ['d2'],
    remove: [],
    stop: [],
    start: ['d1'],
    rename: [],
  })
  const made = new Map([['db', { ...facts, sinceGeneration: 5 }]])
  expect(planRecovery({ containers: [young, old] }, made)).toEqual({ makeWay: [], remove: ['d1'], stop: [], start: [], rename: [] })
  expect(servingContainers({ containers: [young, old] }, made).map(({ id }) => id)).toEqual(['d2'])
})

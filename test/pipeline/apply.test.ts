// What a plan does to containers, on an engine that has changed since it was planned.
import { expect, it } from 'vitest'
import type { ComposeFiles } from '../../src/engine/engine.ts'
import { KyozoError } from '../../src/errors.ts'
import { applyPlan } from '../../src/pipeline/apply.ts'
import type { Attempt } from '../../src/pipeline/attempt.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { planStack } from '../../src/reconcile/plan-stack.ts'
import { container } from '../reconcile/simulated-engine.ts'
import { service, stack } from './facts.ts'
import { refused, smallEngine, withOverlay } from './small-engine.ts'

const wishes = { destroyed: new Map() }
const environment = { trust: 'trusted' }
const attempt = { environment, signal: new AbortController().signal, say: () => undefined, wishes } as unknown as Attempt

const store = service('store', {
  ...{ configHash: 'new', volumes: ['data'], health: { kind: 'none' } },
  replacement: { kind: 'stop_first', reason: 'it keeps data' },
})
const spec = withOverlay({ ...stack(store), volumes: ['data'] })

async function planned(containers: readonly ObservedContainer[], of = spec) {
  const engine = smallEngine(of, containers)
  const observed = await engine.observe({} as never, [])
  const plan = planStack(of, observed, { services: new Map(), volumes: new Map() })
  const files = { overlay: of.overlayText } as ComposeFiles
  const apply = () => applyPlan(attempt, engine, { stack: of, plan, files, observed, losing: async () => undefined })
  return { engine, apply }
}

it('never two containers hold one volume, although another came up since it was planned', async () => {
  const old = container({ id: 's1', service: 'store', image: store.image, configHash: 'old' })
  const { engine, apply } = await planned([old])
  engine.containers = [
    { ...old, id: 's2' },
    { ...old, id: 's3', state: 'exited' },
    { ...old, id: 'a1', service: 'api' },
  ]
  const { retire } = await apply()
  expect(engine.done).toEqual(['stop s2', 'create made1', 'start made1'])
  expect(retire).toEqual([{ service: 'store', containers: ['s1', 's2'] }])
})

it('what cannot be started again since its network was removed is made anew, and nothing else is', async () => {
  const old = container({ id: 's1', service: 'store', image: store.image, configHash: 'new', state: 'exited' })
  const without = await planned([old])
  without.engine.refusals.set('start s1', refused('could not start container store-1: network 4f2a not found'))
  await without.apply()
  expect(without.engine.done).toEqual(['remove s1', 'create made1', 'start made1'])
  const taken = await planned([old])
  taken.engine.refusals.set('start s1', refused('could not start container store-1: port is already allocated'))
  await expect(taken.apply()).rejects.toMatchObject({ message: expect.stringContaining('port is already allocated') })
  expect(taken.engine.done).toEqual([])
})

const api = service('api', { health: { kind: 'none' }, dependsOn: [{ service: 'store', condition: 'healthy' }] })
const both = withOverlay({ ...stack(store, api), volumes: ['data'] })

it('what a service waits for does not keep its containers from being made', async () => {
  const { engine, apply } = await planned([], both)
  await apply()
  expect(engine.done.slice(0, 3)).toEqual(['create made1', 'create made2', 'start made1'])
  expect(engine.up('api')).toHaveLength(1)
})

it('nothing that serves is stopped for a release that cannot be', async () => {
  const old = container({ id: 's1', service: 'store', image: store.image, configHash: 'old' })
  const { engine, apply } = await planned([old], both)
  engine.refusals.set('create api', refused('api may do more than planned'))
  await expect(apply()).rejects.toMatchObject({ message: 'api may do more than planned' })
  expect(engine.done).toEqual([])
  expect(engine.up('store')).toEqual(['s1'])
})

it('what an engine that was away for a moment did not make is made when its turn comes', async () => {
  const { engine, apply } = await planned([], both)
  engine.refusals.set('create api', new KyozoError('engine_unavailable', 'the engine is away'))
  const start = engine.start.bind(engine)
  engine.start = async (ids) => {
    engine.refusals.delete('create api')
    await start(ids)
  }
  await apply()
  expect(engine.done).toEqual(['create made1', 'start made1', 'create made2', 'start made2'])
})

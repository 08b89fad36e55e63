// What a plan does to containers, on an engine that has changed since it was planned.
import { expect, it } from 'vitest'
import type { ComposeFiles } from '../../src/engine/engine.ts'
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
const files = { overlay: spec.overlayText } as ComposeFiles

async function planned(old: ObservedContainer) {
  const engine = smallEngine(spec, [old])
  const observed = await engine.observe({} as never, [])
  const plan = planStack(spec, observed, { services: new Map(), volumes: new Map() })
  const apply = () => applyPlan(attempt, engine, { stack: spec, plan, files, observed, losing: async () => undefined })
  return { engine, apply }
}

it('never two containers hold one volume, although another came up since it was planned', async () => {
  const old = container({ id: 's1', service: 'store', image: store.image, configHash: 'old' })
  const { engine, apply } = await planned(old)
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
  const without = await planned(old)
  without.engine.refusals.set('start s1', refused('could not start container store-1: network 4f2a not found'))
  await without.apply()
  expect(without.engine.done).toEqual(['remove s1', 'create made1', 'start made1'])
  const taken = await planned(old)
  taken.engine.refusals.set('start s1', refused('could not start container store-1: port is already allocated'))
  await expect(taken.apply()).rejects.toMatchObject({ message: expect.stringContaining('port is already allocated') })
  expect(taken.engine.done).toEqual([])
})

// What of a repair is done when one of its steps fails, on real PostgreSQL, with an engine in memory.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { actOn, type Done } from '../../../src/pipeline/repair/act.ts'
import { see } from '../../../src/pipeline/repair/look.ts'
import type { ObservedContainer } from '../../../src/reconcile/plan.ts'
import { container } from '../../reconcile/simulated-engine.ts'
import { testDatabase } from '../../support/database.ts'
import { service, stack } from '../facts.ts'
import { liveWorld, refused } from '../small-engine.ts'

const { db } = await testDatabase()
const check = { kind: 'none' } as const
const store = service('store', { health: check, volumes: ['data'], replacement: { kind: 'stop_first', reason: 'it keeps data' } })
const till = service('till', { health: check, dependsOn: [{ service: 'store', condition: 'started' }] })
const api = service('api', { health: check })
const web = service('web', { health: check })
const live = { ...stack(store, till, api, web), volumes: ['data'] }
const busy = refused('could not remove container: device or resource busy')

const of = ({ name, image, configHash }: typeof store, id: string, parts: Partial<ObservedContainer> = {}) =>
  container({ id, service: name, image, configHash, ...parts })

async function repair(containers: readonly ObservedContainer[], refusals: readonly string[]) {
  const { kyozo, attempt, engine } = await liveWorld(db, live, containers)
  for (const one of refusals) engine.refusals.set(one, busy)
  // Nothing drains any more.
  const { liveReleaseId, id } = attempt.environment
  await db.updateTable('releases').set({ finishedAt: sql`now() - interval '1 hour'` }).where('id', '=', liveReleaseId).execute()
  const done: Done[] = []
  const seen = (await see(kyozo, id))!
  const { signal } = new AbortController()
  const failure = await actOn(seen, { kyozo, engine, signal, losing: async () => undefined, done })
  await attempt.close()
  return { failure, done: engine.done }
}

it('a container that cannot be removed keeps only its own service, and what needs that, from being put right', async () => {
  const dead = of(store, 's1', { state: 'dead' })
  const ended = { state: 'exited' } as const
  const { failure, done } = await repair([dead, of(till, 't1', ended), of(api, 'a1', ended), of(web, 'w1')], ['remove s1'])
  expect(done).toEqual(['start a1'])
  expect(failure).toBe(busy)
})

it('a left-over that cannot be removed keeps no other where it is', async () => {
  const copies = [of(api, 'a1'), of(api, 'a2', { generation: 2 }), of(web, 'w1'), of(web, 'w2', { generation: 2 })]
  const { failure, done } = await repair([of(store, 's1'), of(till, 't1'), ...copies], ['remove a2'])
  expect(done).toEqual(['remove w2'])
  expect(failure).toBe(busy)
})

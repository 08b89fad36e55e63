// What becomes of a release's plan when what it was made for is put right while the release is made.
import { expect, it } from 'vitest'
import { tendWhatServes } from '../../src/pipeline/tend.ts'
import { container } from '../reconcile/simulated-engine.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { service, stack } from './facts.ts'
import { liveWorld, refused } from './small-engine.ts'

const { db } = await testDatabase()
const store = service('db', { volumes: ['data'], replacement: { kind: 'stop_first', reason: 'it keeps data' }, health: { kind: 'none' } })
const worker = service('worker', { health: { kind: 'none' }, healthDeadlineMs: 300 })
const live = { ...stack(store, worker), volumes: ['data'] }
const of = (id: string, { name, image, configHash }: typeof store) => container({ id, service: name, image, configHash })

/** Both services run, and db is taken away behind the plan's back. */
async function tending(alsoGone: readonly string[] = []) {
  const world = await liveWorld(db, live, [of('d1', store), of('w1', worker)])
  const { attempt, kyozo, engine } = world
  const tended = tendWhatServes(attempt, { kyozo, engine })
  await tended.apart(async () => undefined)
  engine.containers = engine.containers.filter(({ id }) => id !== 'd1' && !alsoGone.includes(id))
  return { ...world, tended }
}

it('a release plans anew for what was made again, although something else could not be', async () => {
  const { tended, engine, notify, attempt, said } = await tending(['w1'])
  engine.refusals.set('create worker', refused('no space left on device'))
  notify('tend')
  await until('that to be told', () => said.length > 0)
  expect(engine.up('db')).toHaveLength(1)
  expect(await tended.end()).toBe(true)
  await attempt.close()
})

it('a release plans anew for one that could not be started on a network that was removed, and was made again', async () => {
  const { tended, engine, notify, attempt, said } = await tending()
  engine.containers = [{ ...of('d1', store), state: 'exited' }, ...engine.containers]
  engine.refusals.set('start d1', refused('could not start container db-1: network abc not found'))
  notify('tend')
  await until('that to be told', () => said.length > 0)
  expect(said).toEqual(['Meanwhile, of what serves: db: 1 container removed; db: 1 container made again'])
  expect(await tended.end()).toBe(true)
  await attempt.close()
})

it('a release keeps its plan where what serves was only started again', async () => {
  const { tended, engine, notify, attempt, said } = await tending()
  engine.containers = [{ ...of('d1', store), state: 'exited' }, ...engine.containers]
  notify('tend')
  await until('that to be told', () => said.length > 0)
  expect(await tended.end()).toBe(false)
  await attempt.close()
})

// How a release begins: with what served, as far as that can be had. On real PostgreSQL, with an engine in memory.
import { expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { recover, recoverFirst } from '../../src/pipeline/recover.ts'
import { container } from '../reconcile/simulated-engine.ts'
import { testDatabase } from '../support/database.ts'
import { service, stack } from './facts.ts'
import { liveWorld, refused } from './small-engine.ts'

const { db } = await testDatabase()
const api = service('api')
const game = service('game', { replacement: { kind: 'stop_first', reason: 'it has a fixed port' } })
const live = stack(game, api)
const of = (id: string, { name, image, configHash }: typeof api) => container({ id, service: name, image, configHash })
const portTaken = refused('could not start container game-1: port is already allocated')

/** Both have ended, and a copy of api is left over. */
async function ended(refusal: KyozoError) {
  const world = await liveWorld(db, live, [
    { ...of('g1', game), state: 'exited' },
    { ...of('a1', api), hasAlias: false },
    { ...of('b1', api), service: 'gone' },
  ])
  world.engine.refusals.set('start g1', refusal)
  return world
}

it('a release begins although something of the live one cannot be started, and says so', async () => {
  const { attempt, kyozo, engine, said } = await ended(portTaken)
  await recoverFirst(attempt, { kyozo, engine })
  expect(engine.done).toEqual(['name a1', 'remove b1'])
  expect(said).toEqual([
    'Not started again: could not start container game-1: port is already allocated',
    'Back to the last live state: 1 container removed',
  ])
  await attempt.close()
})

it('a release does not begin on an engine that is away, nor when another worker has it', async () => {
  for (const code of ['engine_unavailable', 'lease_lost'] as const) {
    const { attempt, kyozo, engine } = await ended(new KyozoError(code, 'it is so'))
    await expect(recoverFirst(attempt, { kyozo, engine })).rejects.toMatchObject({ code })
    await attempt.close()
  }
})

it('a release that failed says what cannot be started again as its own end', async () => {
  const { attempt, engine } = await ended(portTaken)
  await expect(recover(attempt, engine)).rejects.toBe(portTaken)
  await attempt.close()
})

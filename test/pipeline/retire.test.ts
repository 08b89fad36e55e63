// Containers that a release has replaced, when the next one begins while they still answer. On real PostgreSQL, with an engine in memory.
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Attempt } from '../../src/pipeline/attempt.ts'
import { recoverFirst } from '../../src/pipeline/recover.ts'
import { reconcileEnvironment } from '../../src/pipeline/repair.ts'
import { letReplacedDrain, retire } from '../../src/pipeline/retire.ts'
import type { EnvironmentWishes } from '../../src/pipeline/wishes.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { holdUntilDrained } from '../../src/store/draining-operations.ts'
import { claimRelease, endRelease, updateRelease } from '../../src/store/leases.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { container } from '../reconcile/simulated-engine.ts'
import { shaOf } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { service, stack } from './facts.ts'
import { liveWorld, refused } from './small-engine.ts'

const { db } = await testDatabase()
const api = service('api')
const old = container({ id: 'a1', service: 'api', configHash: 'old', generation: 0 })
const made = container({ id: 'a2', service: 'api', image: api.image, configHash: api.configHash })
const destroyed = container({ id: 'd1', service: 'destroyed', configHash: 'old' })

/** The next release has begun; the edge notes how long it may wait for requests. */
async function replacing(containers: readonly ObservedContainer[]) {
  const world = await liveWorld(db, stack(api), containers)
  const edge = {
    refresh: async () => undefined,
    goAhead: async () => undefined,
    settled: async () => undefined,
    drain: async (ids: readonly string[], ms: number) => void world.engine.done.push(`drain ${ids.join(' ')}, ${Math.ceil(ms / 1000)} s`),
  }
  const kyozo = { ...world.kyozo, edge }
  const liveId = world.attempt.environment.liveReleaseId!
  const liveFor = (seconds: number) =>
    db
      .updateTable('releases')
      .set({ finishedAt: sql`now() - make_interval(secs => ${seconds})` })
      .where('id', '=', liveId)
      .execute()
  const begin = async () => {
    await letReplacedDrain(world.attempt, { kyozo, engine: world.engine })
    await recoverFirst(world.attempt, { kyozo, engine: world.engine })
  }
  return { ...world, kyozo, liveId, liveFor, begin }
}

/** A person asked for a stop, which the live release carries out: returns how that stands. */
async function stopping({ workspace, environment }: Attempt, releaseId: string) {
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const id = newId()
  await db
    .insertInto('operations')
    .values({ ...place, id, kind: 'stop_service', releaseId, state: 'running', requestedBy: 'ada' })
    .execute()
  await holdUntilDrained(db, releaseId)
  return async () => (await db.selectFrom('operations').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state
}

it('the next release lets requests to what was replaced end, for as long as they may, before it takes it away', async () => {
  const { attempt, engine, liveFor, begin } = await replacing([old, made, destroyed])
  await liveFor(2.5)
  await begin()
  expect(engine.done).toEqual([expect.stringMatching(/^drain a1 d1, [4-8] s$/), 'unname a1', 'remove a1', 'remove d1'])
  await attempt.close()
})

it('requests that had their time are not waited for again, and names are taken all the same', async () => {
  const { attempt, engine, liveFor, begin } = await replacing([old, made])
  await liveFor(30)
  await begin()
  expect(engine.done).toEqual(['unname a1', 'remove a1'])
  await attempt.close()
})

it('what a person stopped may end its requests too, and keeps its name', async () => {
  const { attempt, kyozo, engine } = await replacing([made])
  const wish = { name: 'api', status: 'stopped', desiredState: 'stopped' } as EnvironmentWishes['services'][number]
  const stopped = { ...attempt, wishes: { ...attempt.wishes, services: [wish] } }
  await letReplacedDrain(stopped, { kyozo, engine })
  await recoverFirst(stopped, { kyozo, engine })
  expect(engine.done).toEqual([expect.stringMatching(/^drain a2, (?:[5-9]|10) s$/), 'stop a2'])
  await attempt.close()
})

it('a name that cannot be taken keeps nothing that was replaced from going', async () => {
  const { attempt, engine, liveFor, begin } = await replacing([old, made])
  await liveFor(30)
  engine.refusals.set('unname a1', refused('could not connect container api-1 to network x: no such container'))
  await begin()
  expect(engine.done).toEqual(['remove a1'])
  await attempt.close()
})

it('what is in the way of a container that is started goes at once', async () => {
  const { attempt, engine, begin } = await replacing([old, { ...made, state: 'exited' }])
  await begin()
  expect(engine.done).toEqual(['remove a1', 'start a2'])
  await attempt.close()
})

it('nothing is waited for where nothing was replaced', async () => {
  const { attempt, engine, begin } = await replacing([made])
  await begin()
  expect(engine.done).toEqual([])
  await attempt.close()
})

it('a stop is done when the next release has stopped what the one before it left running', async () => {
  const { attempt, engine, liveId, begin } = await replacing([old, made])
  const stateOf = await stopping(attempt, liveId)
  expect(await stateOf()).toBe('running')
  await begin()
  expect(engine.up('api')).toEqual(['a2'])
  expect(await stateOf()).toBe('succeeded')
  await attempt.close()
})

it('a stop is done when mending has taken away what was left to a release that came to nothing, and not before', async () => {
  const { attempt, kyozo, engine, liveId, liveFor } = await replacing([old, made])
  const stateOf = await stopping(attempt, liveId)
  await endRelease(db, attempt.lease, { change: { state: 'failed', reason: 'the Git host does not answer' }, verdicts: [] })
  await attempt.close()
  await liveFor(20)
  await reconcileEnvironment(kyozo, attempt.environment.id)
  expect([engine.up('api'), await stateOf()]).toEqual([['a1', 'a2'], 'running'])
  await liveFor(90)
  await reconcileEnvironment(kyozo, attempt.environment.id)
  expect([engine.up('api'), await stateOf()]).toEqual([['a2'], 'succeeded'])
})

it('a release that another has overtaken leaves alone what it was about to take away, and says that it did', async () => {
  const { attempt, kyozo, engine } = await replacing([old, made])
  const applied = { retire: [{ service: 'api', containers: ['a1'] }], stop: [] }
  const { workspace, environment } = attempt
  await endRelease(db, attempt.lease, { change: { state: 'live' }, verdicts: [] })
  expect(await retire(attempt, { ...kyozo, edge: { ...kyozo.edge, drain: async () => overtake() } }, { stack: stack(api), applied })).toBe(
    false,
  )
  expect(engine.done).toEqual([])
  await attempt.close()

  async function overtake() {
    const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
    await queueRelease(db, { ...place, sha: shaOf('3'), triggeredBy: 'ada' })
    const next = await claimRelease(db, environment.id, 'another')
    await updateRelease(db, next!.lease, { plan: JSON.stringify({ operations: [] }) })
  }
})

it('a release that another has overtaken which came to nothing takes away what it has replaced all the same', async () => {
  const { attempt, kyozo, engine } = await replacing([old, made])
  const { workspace, environment } = attempt
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  await endRelease(db, attempt.lease, { change: { state: 'live' }, verdicts: [] })
  await queueRelease(db, { ...place, sha: shaOf('3'), triggeredBy: 'ada' })
  const next = await claimRelease(db, environment.id, 'another')
  const applied = { retire: [{ service: 'api', containers: ['a1'] }], stop: [] }
  const retired = retire(attempt, kyozo, { stack: stack(api), applied })
  await delay(300)
  expect(engine.done).toEqual(['drain a1, 10 s'])
  await endRelease(db, next!.lease, { change: { state: 'superseded', reason: 'the branch has moved on' }, verdicts: [] })
  expect(await retired).toBe(true)
  expect(engine.done).toEqual(['drain a1, 10 s', 'unname a1', 'remove a1'])
  await attempt.close()
})

it('a release that nothing has overtaken takes away what it has replaced', async () => {
  const { attempt, kyozo, engine } = await replacing([old, made])
  const applied = { retire: [{ service: 'api', containers: ['a1'] }], stop: [] }
  await endRelease(db, attempt.lease, { change: { state: 'live' }, verdicts: [] })
  expect(await retire(attempt, kyozo, { stack: stack(api), applied })).toBe(true)
  expect(engine.done).toEqual(['drain a1, 10 s', 'unname a1', 'remove a1'])
  await attempt.close()
})

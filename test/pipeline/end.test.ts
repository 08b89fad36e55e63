// What becomes of a release that does not go live, and of what served before it: on real PostgreSQL, with an engine of one stopped and one new container.
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { KyozoError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import { type Attempt, openAttempt } from '../../src/pipeline/attempt.ts'
import { Canceled } from '../../src/pipeline/cancel.ts'
import { endWithoutGoingLive } from '../../src/pipeline/end.ts'
import { HandedOver } from '../../src/pipeline/hand-over.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { Superseded } from '../../src/pipeline/newer.ts'
import { startRelease } from '../../src/pipeline/receive.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { claimRelease, endRelease, updateRelease } from '../../src/store/leases.ts'
import { findRelease, queueRelease, releaseServices } from '../../src/store/releases.ts'
import { container, nothing } from '../reconcile/simulated-engine.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { service, stack } from './facts.ts'

const { db } = await testDatabase()
const store = (version: string) => stack(service('store', { configHash: version, volumes: ['data'] }))
const unhealthy = new KyozoError('not_healthy', 'store did not become healthy in 60 s (exit 3)', { service: 'store' })
const portTaken = new KyozoError('engine_refused', 'could not start container store-1: port is already allocated')

/** A release of which the engine has a new container, the old one having been stopped first. */
async function applying(engineRefuses?: KyozoError, begun = new AbortController().signal) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  const queue = async (digit: string) => (await queueRelease(db, { ...place, sha: shaOf(digit), triggeredBy: 'ada' })).release
  const kyozo = someKyozo(begun)
  const live = await queue('1')
  const before = (await claimRelease(db, environment.id, 'me'))!
  await updateRelease(db, before.lease, { stackSpec: JSON.stringify(store('old')) })
  await endRelease(db, before.lease, { change: { state: 'live' }, verdicts: [{ service: 'store', kind: 'live', words: 'live' }] })
  await db.updateTable('environments').set({ liveReleaseId: live.id }).where('id', '=', environment.id).execute()
  const release = await queue('2')
  const attempt = await openAttempt((await claimRelease(db, environment.id, 'me'))!, kyozo)
  const engine = engineOf(
    [
      container({ id: 'old', service: 'store', configHash: 'old', state: 'exited', generation: 1 }),
      container({ id: 'new', service: 'store', configHash: 'new', generation: 2 }),
    ],
    engineRefuses,
  )
  const end = async (thrown: unknown) => {
    const ended = await endWithoutGoingLive(attempt, kyozo, { engine, thrown, stack: store('new'), hasTouchedContainers: true })
    await attempt.close()
    return ended
  }
  return { queue, release, attempt, end, runs: () => engine.runs(), graces: engine.graces, woken: kyozo.woken }
}

function someKyozo(begun: AbortSignal) {
  const woken: string[] = []
  return {
    ...{ db, woken, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    notifications: { on: () => () => undefined },
    queue: { enqueueDeploy: async (_: unknown, id: string) => void woken.push(id) },
    stopping: { begun, handOver: new AbortController().signal },
  } as unknown as Kyozo & { readonly woken: readonly string[] }
}

function engineOf(first: readonly ObservedContainer[], refuses: KyozoError | undefined) {
  let containers = first
  const graces: (number | undefined)[] = []
  return {
    graces,
    observe: async () => ({ ...nothing, containers }),
    remove: async (ids: readonly string[], { graceSeconds }: { readonly graceSeconds?: number } = {}) => {
      graces.push(graceSeconds)
      containers = containers.filter(({ id }) => !ids.includes(id))
    },
    start: async (ids: readonly string[]) => {
      if (refuses !== undefined && ids.length > 0) throw refuses
      containers = containers.map((found) => (ids.includes(found.id) ? { ...found, state: 'running' as const } : found))
    },
    stop: async () => undefined,
    giveAlias: async () => undefined,
    runs: () => containers.filter(({ state }) => state === 'running').map(({ id }) => id),
  } as unknown as Engine & { runs(): readonly string[]; readonly graces: readonly (number | undefined)[] }
}

async function endOf({ id }: Attempt['release']) {
  const { state, reason, errorCode } = (await findRelease(db, id))!
  return { state, reason, errorCode, verdicts: (await releaseServices(db, id)).map(({ words }) => words) }
}

it('what was stopped first serves again whatever ends the release, also where a newer commit waits to take over', async () => {
  for (const thrown of [new HandedOver(), new Canceled('ada'), unhealthy, new KyozoError('child_timed_out', 'compose took too long')]) {
    for (const isOvertaken of [false, true]) {
      const { queue, end, runs } = await applying()
      if (isOvertaken) await queue('3')
      await end(thrown)
      expect(runs(), `${thrown.message}${isOvertaken ? ', with a newer commit' : ''}`).toEqual(['old'])
    }
  }
})

it('a process that stops gives its release back without counting the try, or ends it for the newer one that waits', async () => {
  const alone = await applying()
  await alone.end(new HandedOver())
  expect(await findRelease(db, alone.release.id)).toMatchObject({ state: 'queued', attempt: 0, leaseToken: null })
  expect(alone.woken).toHaveLength(1)
  const overtaken = await applying()
  await overtaken.queue('3')
  await overtaken.end(new HandedOver())
  expect(await findRelease(db, overtaken.release.id)).toMatchObject({ state: 'superseded', supersededBy: shaOf('3') })
})

it('what is in the way has its own time to end, but of a process that stops two seconds', async () => {
  const failing = await applying()
  await failing.end(unhealthy)
  expect(new Set(failing.graces)).toEqual(new Set([undefined]))
  const stopping = await applying(undefined, AbortSignal.abort())
  await stopping.end(new HandedOver())
  expect(new Set(stopping.graces)).toEqual(new Set([2]))
  expect(stopping.runs()).toEqual(['old'])
})

it('a release that failed names its cause when what served cannot be brought back, and does not say that it serves', async () => {
  const { release, end } = await applying(portTaken)
  await end(unhealthy)
  expect(await endOf(release)).toEqual({
    state: 'failed',
    errorCode: 'not_healthy',
    reason:
      'store did not become healthy in 60 s (exit 3). Previous release (1111111) is not back yet. Bringing back what served failed: could not start container store-1: port is already allocated',
    verdicts: ['store did not become healthy in 60 s (exit 3). Previous release (1111111) is not back yet'],
  })
})

it('a release that was cancelled ends as cancelled when what served cannot be brought back', async () => {
  const { release, end } = await applying(portTaken)
  await end(new Canceled('ada'))
  expect(await endOf(release)).toEqual({
    state: 'failed',
    errorCode: 'canceled',
    reason: 'cancelled by ada. Bringing back what served failed: could not start container store-1: port is already allocated',
    verdicts: ['not switched because it was cancelled by ada'],
  })
})

it('a release waits for an engine that goes away while it is ended', async () => {
  const { release, end } = await applying(new KyozoError('engine_unavailable', 'the Docker engine does not answer'))
  await end(unhealthy)
  expect(await findRelease(db, release.id)).toMatchObject({ state: 'queued', waitsFor: 'engine', attempt: 0 })
})

it('names the services that an earlier try of it found, whatever ends it before another try has looked', async () => {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  const kyozo = someKyozo(new AbortController().signal)
  const { release } = await queueRelease(db, { ...place, sha: shaOf('1'), triggeredBy: 'ada' })
  const died = (await claimRelease(db, environment.id, 'me'))!
  await updateRelease(db, died.lease, { stackSpec: JSON.stringify(store('new')) })
  const putBack = () =>
    db.updateTable('releases').set({ state: 'queued', leaseToken: null, leaseExpiresAt: null }).where('id', '=', release.id).execute()
  await putBack()
  const attempt = await openAttempt((await claimRelease(db, environment.id, 'me'))!, kyozo)
  const engine = engineOf([], undefined)
  await endWithoutGoingLive(attempt, kyozo, { engine, thrown: new Superseded(shaOf('2')), stack: undefined, hasTouchedContainers: false })
  await attempt.close()
  const words = [{ service: 'store', verdict: 'superseded', words: 'superseded by 2222222' }]
  expect(await releaseServices(db, release.id)).toMatchObject(words)
  await db.deleteFrom('releaseServices').where('releaseId', '=', release.id).execute()
  await db.updateTable('releases').set({ finishedAt: null }).where('id', '=', release.id).execute()
  await putBack()
  const context = { queue: kyozo.queue, baseUrl: '' }
  await db.transaction().execute((trx) => startRelease(context, trx, { workspace, environment, sha: shaOf('2'), triggeredBy: 'ada' }))
  expect(await releaseServices(db, release.id)).toMatchObject(words)
})

// An environment that is deleted while its containers take long to stop: real PostgreSQL, and an engine that takes as long as the test wants.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { KyozoError } from '../../src/errors.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import type { OperationContext } from '../../src/pipeline/operations/operation.ts'
import { deleteEnvironment } from '../../src/pipeline/operations/removal.ts'
import { workOperation } from '../../src/pipeline/operations/work.ts'
import { type Environment, findEnvironment } from '../../src/store/environments.ts'
import { claimRelease } from '../../src/store/leases.ts'
import { claimOperation } from '../../src/store/operation-leases.ts'
import { findOperation, startOperation } from '../../src/store/operations.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { claimRepair } from '../../src/store/repairs.ts'
import { nothing } from '../reconcile/simulated-engine.ts'
import { shaOf, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db } = await testDatabase()

async function deleting(stop: () => Promise<unknown>, check: () => Promise<unknown> = async () => undefined) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const kyozo = {
    ...{ db, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    engine: { observe: async () => ({ ...nothing, volumes: ['b', 'a'] }), removeStack: () => stop().then(() => []), check },
    notifications: { on: () => () => undefined },
    stopping: { begun: new AbortController().signal, handOver: new AbortController().signal },
  } as unknown as Kyozo
  const viewer = {
    ...{ teamId: workspace.teamId, userId: null as never, name: 'ada', role: 'owner' as const, scopes: [], grants: [] },
    via: { kind: 'token' as const, id: newId() },
  }
  const input = { environment_id: environment.id, name: environment.name }
  const { operation } = await startOperation(db, viewer, { kind: 'delete_environment', workspaceId: workspace.id, input })
  return {
    environment,
    operation,
    async claim() {
      const { lease } = (await claimOperation(db, operation.id, 'me'))!
      const context: OperationContext = { kyozo, lease, signal: new AbortController().signal, redactAlso: () => undefined }
      return () => deleteEnvironment(operation, context)
    },
    /** As a worker does it that was woken when the operation was due. */
    async work() {
      await db.updateTable('operations').set({ leaseExpiresAt: null }).where('id', '=', operation.id).execute()
      await workOperation(operation.id, kyozo)
      return findOperation(db, operation.id)
    },
  }
}

async function mayRepair({ id }: Environment) {
  const { generation } = (await findEnvironment(db, id))!
  const wish = { environmentId: id, owner: 'another', reason: 'web is gone', seenGeneration: generation }
  return (await db.transaction().execute((trx) => claimRepair(trx, wish))).kind
}

it('holds no transaction while its containers stop, and is nobody else’s meanwhile', async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  let isStopping = false
  const { environment, operation, claim } = await deleting(() => {
    isStopping = true
    return stopped
  })
  const removing = (await claim())()
  await until('its containers to be stopped', () => isStopping)
  const { rows } =
    await sql`select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`.execute(db)
  expect(rows).toEqual([])
  expect(await mayRepair(environment)).toBe('busy')
  const { teamId, workspaceId, id: environmentId, ref } = environment
  const restart = { ofLive: true, restart: ['web'] } as const
  await queueRelease(db, { teamId, workspaceId, environmentId, ref, sha: shaOf('1'), triggeredBy: 'ada', asked: restart })
  expect(await claimRelease(db, environmentId, 'another')).toBeUndefined()
  stop()
  expect(await removing).toEqual({ kind: 'ended' })
  expect(await findEnvironment(db, environmentId)).toBeUndefined()
  expect(await findOperation(db, operation.id)).toMatchObject({ state: 'succeeded', result: { kept_volumes: ['a', 'b'] } })
})

it('that could not be removed is anybody’s again at once, and the next try finds it', async () => {
  let refusals = 2
  const { environment, claim } = await deleting(async () => {
    if (refusals-- > 0) throw new Error('has active endpoints')
  })
  const run = await claim()
  await expect(run()).rejects.toThrow('has active endpoints')
  await expect(run()).rejects.toThrow('has active endpoints')
  expect(await run()).toEqual({ kind: 'ended' })
  expect(await findEnvironment(db, environment.id)).toBeUndefined()
})

it('that was promised is waited for while the engine is away, however often it is tried', async () => {
  let isAway = true
  const unlessAway = async () => {
    if (isAway) throw new KyozoError('engine_unavailable', 'the Docker engine does not answer')
  }
  const { environment, work } = await deleting(unlessAway, unlessAway)
  for (let tries = 0; tries < 8; tries++)
    expect(await work()).toMatchObject({ state: 'queued', attempt: 0, words: 'waiting to try again: the Docker engine does not answer' })
  isAway = false
  expect(await work()).toMatchObject({ state: 'succeeded' })
  expect(await findEnvironment(db, environment.id)).toBeUndefined()
})

it('ends in words after a few tries when the engine refuses it', async () => {
  const { environment, work } = await deleting(async () => {
    throw new KyozoError('engine_refused', 'could not remove web: has active endpoints', { retryable: true })
  })
  for (let attempt = 1; attempt < 5; attempt++) expect(await work()).toMatchObject({ state: 'queued', attempt })
  expect(await work()).toMatchObject({ state: 'failed', errorCode: 'engine_refused', words: 'could not remove web: has active endpoints' })
  expect(await findEnvironment(db, environment.id)).toBeDefined()
})

it('ends in words when the engine is there and does not answer about this one, or may not be used', async () => {
  const silent = await deleting(async () => {
    throw new KyozoError('engine_unavailable', 'could not remove web: the engine did not answer within 60 s')
  })
  for (let attempt = 1; attempt < 5; attempt++) expect(await silent.work()).toMatchObject({ state: 'queued', attempt })
  expect(await silent.work()).toMatchObject({ state: 'failed', words: 'could not remove web: the engine did not answer within 60 s' })
  const forbidden = await deleting(nothingToDo, async () => {
    throw new KyozoError('engine_unavailable', 'no permission to use the socket', { hint: 'run kyozo as root', retryable: false })
  })
  expect(await forbidden.work()).toMatchObject({ state: 'failed', errorHint: 'run kyozo as root' })
})

const nothingToDo = async () => undefined

// An environment that is deleted while its containers take long to stop: real PostgreSQL, and an engine that takes as long as the test wants.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import type { OperationContext } from '../../src/pipeline/operations/operation.ts'
import { deleteEnvironment } from '../../src/pipeline/operations/removal.ts'
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

async function deleting(removeStack: () => Promise<void>) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const kyozo = {
    ...{ db, owner: 'me', instance: 'test', edge: undefined, config: readConfig({}), log: createLog('silent') },
    engine: { observe: async () => ({ ...nothing, volumes: ['b', 'a'] }), removeStack },
    notifications: { on: () => () => undefined },
    stopping: { begun: new AbortController().signal },
  } as unknown as Kyozo
  const viewer = {
    ...{ teamId: workspace.teamId, userId: null as never, name: 'ada', role: 'owner' as const, scopes: [], grants: [] },
    via: { kind: 'token' as const, id: newId() },
  }
  const input = { environment_id: environment.id, name: environment.name }
  const { operation } = await startOperation(db, viewer, { kind: 'delete_environment', workspaceId: workspace.id, input })
  const { lease } = (await claimOperation(db, operation.id, 'me'))!
  const context: OperationContext = { kyozo, lease, signal: new AbortController().signal, redactAlso: () => undefined }
  return { environment, operation, run: () => deleteEnvironment(operation, context) }
}

async function mayRepair({ id }: Environment) {
  const { generation } = (await findEnvironment(db, id))!
  const wish = { environmentId: id, owner: 'another', reason: 'web is gone', seenGeneration: generation }
  return (await db.transaction().execute((trx) => claimRepair(trx, wish))).kind
}

it('holds no transaction while its containers stop, and is nobody else’s meanwhile', async () => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
  let isStopping = false
  const { environment, operation, run } = await deleting(() => {
    isStopping = true
    return stopped
  })
  const removing = run()
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
  const { environment, run } = await deleting(async () => {
    if (refusals-- > 0) throw new Error('has active endpoints')
  })
  await expect(run()).rejects.toThrow('has active endpoints')
  await expect(run()).rejects.toThrow('has active endpoints')
  expect(await run()).toEqual({ kind: 'ended' })
  expect(await findEnvironment(db, environment.id)).toBeUndefined()
})

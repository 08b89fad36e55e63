// What becomes of settings whose release fails, on real PostgreSQL.
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { settleOperations } from '../../src/store/release-operations.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

const deployed = { env: { A: '1' }, depends_on: { db: 'none' } }

/** A service with settings that were not deployed yet, and the release of a change to it that has ended. */
async function changed(end: { readonly state: 'live' | 'failed'; readonly errorCode?: string }) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const [id, service] = [newId(), newId()]
  await db
    .insertInto('serviceInstances')
    .values({
      ...{ ...place, id: service, name: 'api', folderPath: 'api', serviceType: 'nodejs', status: 'running' },
      deploymentConfig: JSON.stringify({ settings: deployed }),
      settings: JSON.stringify({ ...deployed, replicas: 3 }),
    })
    .execute()
  const release = await db
    .insertInto('releases')
    .values({
      ...{ ...place, id, ref: environment.ref, sha: shaOf('a'), triggeredBy: 'ada', reason: 'api failed', finishedAt: new Date() },
      ...{ ...end, options: JSON.stringify({ ofLive: true, analyze: true }) },
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const verdict = end.state === 'live' ? 'live' : 'failed'
  const words = `api ${verdict === 'live' ? 'runs' : 'did not become healthy in 60 s. Previous release (bbbbbbb) still serving'}`
  await db.insertInto('releaseServices').values({ teamId: place.teamId, releaseId: id, service: 'api', verdict, words }).execute()
  const ask = (kind: string, releaseId: string | null) =>
    db
      .insertInto('operations')
      .values({ ...place, id: newId(), kind, serviceInstanceId: service, releaseId, requestedBy: 'ada' })
      .returning('id')
      .executeTakeFirstOrThrow()
  const operation = (await ask('scale_service', id)).id
  return {
    release,
    ask,
    row: () => rowOf(service),
    operation: () => db.selectFrom('operations').selectAll().where('id', '=', operation).executeTakeFirstOrThrow(),
  }
}

const rowOf = (id: string) => db.selectFrom('serviceInstances').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

it('a change that fails leaves the settings that were deployed last, and says so', async () => {
  const { release, row, operation } = await changed({ state: 'failed', errorCode: 'not_healthy' })
  await settleOperations(db, release)
  expect((await row()).settings).toEqual(deployed)
  expect(await operation()).toMatchObject({
    state: 'failed',
    words: 'api did not become healthy in 60 s. Previous release (bbbbbbb) still serving. Its settings are as they were before',
    errorCode: 'not_healthy',
  })
  const { id } = await row()
  expect(await db.selectFrom('auditEvents').selectAll().where('subjectId', '=', id).execute()).toMatchObject([
    { actor: 'kyozo', action: 'service_instances.restore_settings', details: { settings: ['replicas'] } },
  ])
})

it('a change that is taken back leaves them too, one that succeeds keeps the new ones', async () => {
  const canceled = await changed({ state: 'failed', errorCode: 'canceled' })
  await settleOperations(db, canceled.release)
  expect([(await canceled.operation()).state, (await canceled.row()).settings]).toEqual(['canceled', deployed])
  const live = await changed({ state: 'live' })
  await settleOperations(db, live.release)
  expect([(await live.operation()).state, (await live.row()).settings]).toEqual(['succeeded', { ...deployed, replicas: 3 }])
})

it('a later change that still waits keeps what it asks for', async () => {
  const { release, ask, row } = await changed({ state: 'failed', errorCode: 'not_healthy' })
  await ask('update_service', null)
  await settleOperations(db, release)
  expect((await row()).settings).toEqual({ ...deployed, replicas: 3 })
})

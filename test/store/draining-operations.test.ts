// Operations that take containers away, on real PostgreSQL.
import { expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { endDrained, expireDrainingOf, holdUntilDrained } from '../../src/store/draining-operations.ts'
import { settleLeftOperations, settleOperations } from '../../src/store/release-operations.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

it('a stop succeeds when the containers are gone, a deploy when its release is live', async () => {
  const { db } = await testDatabase()
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const release = await db
    .insertInto('releases')
    .values({
      ...{ ...place, id: newId(), ref: environment.ref, sha: shaOf('a'), triggeredBy: 'ada' },
      ...{ state: 'live', leaseOwner: 'worker', finishedAt: new Date(), reason: '1 live, 1 stopped' },
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  for (const kind of ['deploy_service', 'stop_service', 'stop_workspace']) {
    const result = kind === 'stop_workspace' ? JSON.stringify({ releases: [release.id] }) : null
    await db
      .insertInto('operations')
      .values({ ...place, id: newId(), kind, result, releaseId: release.id, state: 'running', requestedBy: 'ada' })
      .execute()
  }
  const states = async () =>
    (await db.selectFrom('operations').selectAll().where('releaseId', '=', release.id).orderBy('id').execute()).map(
      ({ kind, state }) => `${kind}: ${state}`,
    )
  const meanwhile = ['deploy_service: succeeded', 'stop_service: running', 'stop_workspace: running']
  await holdUntilDrained(db, release.id)
  await settleOperations(db, release)
  expect(await states()).toEqual(meanwhile)
  await settleLeftOperations(db)
  expect(await states()).toEqual(meanwhile)
  await endDrained(db, release)
  expect(await states()).toEqual(['deploy_service: succeeded', 'stop_service: succeeded', 'stop_workspace: succeeded'])

  const again = { ...place, kind: 'stop_service', releaseId: release.id, state: 'running' as const, requestedBy: 'ada' }
  await db
    .insertInto('operations')
    .values({ ...again, id: newId() })
    .execute()
  await holdUntilDrained(db, release.id)
  await expireDrainingOf(db, 'another')
  await settleLeftOperations(db)
  expect((await states()).at(-1)).toBe('stop_service: running')
  await expireDrainingOf(db, 'worker')
  await settleLeftOperations(db)
  expect((await states()).at(-1)).toBe('stop_service: succeeded')
})

// Operations whose release was superseded, on real PostgreSQL: they follow the one that took its place, or are asked for again.
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { waitingOperations } from '../../src/store/operation-leases.ts'
import { settleLeftOperations } from '../../src/store/release-operations.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

/** The operation after the look for what was left, and the release that came after the one that it followed. */
async function left(newer: 'queued' | 'live') {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const common = { ...place, ref: environment.ref, triggeredBy: 'ada' }
  const superseded = newId()
  const next = newId()
  const operation = newId()
  await db
    .insertInto('releases')
    .values([
      { ...common, id: superseded, sha: shaOf('a'), state: 'superseded', finishedAt: new Date() },
      { ...common, id: next, sha: shaOf('b'), state: newer, finishedAt: newer === 'live' ? new Date() : null },
    ])
    .execute()
  await db
    .insertInto('operations')
    .values({ ...place, id: operation, kind: 'restart_service', releaseId: superseded, state: 'running', requestedBy: 'ada' })
    .execute()
  await settleLeftOperations(db)
  const row = await db.selectFrom('operations').selectAll().where('id', '=', operation).executeTakeFirstOrThrow()
  return { row, next, isWaiting: (await waitingOperations(db, 100)).includes(operation) }
}

it('what a superseded release left goes over to the one that waits', async () => {
  const { row, next, isWaiting } = await left('queued')
  expect({ state: row.state, releaseId: row.releaseId, isWaiting }).toEqual({ state: 'running', releaseId: next, isWaiting: false })
})

it('what a superseded release left is asked for again when the newer one is past waiting', async () => {
  const { row, isWaiting } = await left('live')
  expect({ state: row.state, releaseId: row.releaseId, isWaiting }).toEqual({ state: 'queued', releaseId: null, isWaiting: true })
  expect(row.words).toBe('waiting to try again: a newer release took the place of the one that it was in')
})

// A push that was found when the branch had left it has a release that ended at once; where an environment stands is what the branch's tip came to.
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { StoredAlertRule } from '../../src/store/alerts.ts'
import { putOutbox } from '../../src/store/outbox.ts'
import { insertEndedRelease, queueRelease } from '../../src/store/releases.ts'
import type { Viewer } from '../../src/store/viewer.ts'
import { watchedBy } from '../../src/store/watched.ts'
import { statusOfWorkspace } from '../../src/store/workspace-status.ts'
import { testDatabase } from '../support/database.ts'
import { shaOf, workspaceWithEnvironment } from './rows.ts'

const { db } = await testDatabase()

async function tipAndLate() {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const { teamId, workspaceId, id: environmentId, ref } = environment
  const place = { teamId, workspaceId, environmentId, ref, triggeredBy: 'ada' }
  const { release: tip } = await queueRelease(db, { ...place, sha: shaOf('2') })
  await db.updateTable('releases').set({ state: 'failed', finishedAt: sql<Date>`now()` }).where('id', '=', tip.id).execute()
  const found = { ...place, sha: shaOf('1'), asked: { late: true } as const, state: 'superseded' as const, supersededBy: shaOf('2') }
  await insertEndedRelease(db, { ...found, reason: 'superseded by 2222222' }, [])
  return { workspace, tip }
}

it('an environment’s status goes on showing what became of the tip', async () => {
  const { workspace, tip } = await tipAndLate()
  const [status] = await statusOfWorkspace(db, { teamId: workspace.teamId } as Viewer, workspace.id)
  expect(status?.latest_release).toMatchObject({ id: tip.id, state: 'failed' })
})

it('an alert that the host was not told of the tip stays', async () => {
  const { workspace, tip } = await tipAndLate()
  const message = {
    teamId: workspace.teamId,
    kind: 'status',
    connection: 'github',
    target: `status ${tip.id}`,
    payload: {},
    releaseId: tip.id,
  }
  await putOutbox(db, [message as never])
  await db
    .updateTable('outbox')
    .set({ droppedAt: sql<Date>`now()`, attempts: 3, lastError: 'the host answered 403' })
    .where('releaseId', '=', tip.id)
    .execute()
  const rule = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: null, condition: 'host_not_told' }
  expect(await watchedBy(db, rule as StoredAlertRule)).toEqual([
    expect.objectContaining({ releaseId: tip.id, holds: true, reason: 'the host answered 403' }),
  ])
})

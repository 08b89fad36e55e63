// A first push makes a workspace: once, with who did it, and under a name at which nothing else answers.
import { expect, it } from 'vitest'
import { pushedWorkspace } from '../../src/api/pushed-workspace.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { automation } from '../access/scene.ts'
import { team, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

it('of eight first pushes at once one makes the workspace, and the audit trail says who', async () => {
  const { db } = await testDatabase()
  const viewer = await automation(db, await team(db))
  const made = await Promise.all(Array.from({ length: 8 }, () => pushedWorkspace(db, viewer, { name: 'shop', ipAddress: '192.0.2.1' })))
  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  const trail = await db
    .selectFrom('auditEvents')
    .select(['action', 'actor', 'subjectId', 'subjectName', 'ipAddress'])
    .where('action', '=', 'workspaces.create')
    .execute()
  expect(trail).toEqual([
    { action: 'workspaces.create', actor: 'automation', subjectId: made[0]!.id, subjectName: 'shop', ipAddress: '192.0.2.1' },
  ])
})

it('a name at which another team’s environment answers makes none', async () => {
  const { db } = await testDatabase()
  const { workspace } = await workspaceWithEnvironment(db)
  const { hostLabel } = await putEnvironment(db, workspace, { name: 'staging', ref: 'refs/heads/develop' })
  const viewer = await automation(db, await team(db))
  await expect(pushedWorkspace(db, viewer, { name: hostLabel, ipAddress: undefined })).rejects.toMatchObject({ code: 'conflict' })
  expect(await db.selectFrom('workspaces').select('id').where('teamId', '=', viewer.teamId).execute()).toEqual([])
})

// Which process has the repository of a workspace, and what a person can do when that process never comes back.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import {
  findProcess,
  forgetProcess,
  homelessWorkspaces,
  listHomes,
  moveHome,
  registerProcess,
  settleHome,
  stopProcess,
} from '../../src/store/processes.ts'
import { createWorkspace } from '../../src/store/workspaces.ts'
import { testDatabase } from '../support/database.ts'

const { db } = await testDatabase()

async function register(name: string): Promise<string> {
  const id = randomUUID()
  await registerProcess(db, { id, name, role: 'all', version: '1', address: 'http://there', credential: Buffer.from('sealed') })
  return id
}

async function workspaceOf(database: Database, name: string, home: string) {
  const teamId = await defaultTeam(database)
  const workspace = await createWorkspace(database, { teamId, name, forge: 'git' })
  expect(await settleHome(database, workspace.id, home)).toBe(home)
  return { id: workspace.id, teamId }
}

it('a process that runs is not forgotten, nor one that nobody knows', async () => {
  const id = await register('here')
  const { id: workspace } = await workspaceOf(db, 'kept', id)
  await expect(forgetProcess(db, id)).rejects.toMatchObject({ code: 'state_conflict', message: expect.stringMatching(/^here runs: /) })
  await expect(forgetProcess(db, randomUUID())).rejects.toMatchObject({ code: 'not_found' })
  expect(await settleHome(db, workspace, randomUUID())).toBe(id)
})

it('one that never comes back is forgotten with the repositories that only it had, and the next push makes them elsewhere', async () => {
  const [gone, here] = [await register('gone'), await register('other')]
  const { id: workspace, teamId } = await workspaceOf(db, 'left', gone)
  await stopProcess(db, gone)
  expect((await listHomes(db)).find(({ id }) => id === gone)).toMatchObject({ state: 'stopped', workspaces: ['left'] })
  expect(await forgetProcess(db, gone)).toEqual(['left'])
  expect(await findProcess(db, gone)).toBeUndefined()
  expect(
    await db
      .selectFrom('auditEvents')
      .select(['teamId', 'actor', 'action', 'subjectName', 'details'])
      .where('subjectId', '=', workspace)
      .execute(),
  ).toEqual([{ teamId, actor: 'operator', action: 'workspaces.give_up_repository', subjectName: 'left', details: { process: 'gone' } }])
  expect(await homelessWorkspaces(db)).toContain(workspace)
  expect(await settleHome(db, workspace, here)).toBe(here)
  // Back after all, it is a process like any other, and what was pushed elsewhere meanwhile stays there.
  await register('gone')
  expect(await homelessWorkspaces(db)).not.toContain(workspace)
})

it('a repository is taken over from a process that does not run, and from no other', async () => {
  const [first, second] = [await register('first'), await register('second')]
  const { id: workspace } = await workspaceOf(db, 'moved', first)
  await moveHome(db, workspace, second)
  expect(await settleHome(db, workspace, second)).toBe(first)
  await stopProcess(db, first)
  await moveHome(db, workspace, second)
  expect(await settleHome(db, workspace, first)).toBe(second)
})

it('a process that died while the clock of the database was ahead does not run, and one that lives does', async () => {
  const [dead, alive] = [await register('ahead'), await register('beats')]
  const { id: workspace } = await workspaceOf(db, 'stuck', dead)
  const ahead = (seconds: number) =>
    db
      .updateTable('processes')
      .set({ seenAt: sql`now() + make_interval(secs => ${seconds})` })
      .where('id', '=', dead)
      .execute()
  await ahead(3600)
  expect((await findProcess(db, dead))?.state).toBe('away')
  expect(await homelessWorkspaces(db)).toContain(workspace)
  await moveHome(db, workspace, alive)
  expect(await settleHome(db, workspace, dead)).toBe(alive)
  // What it wrote a moment ago may be of a transaction that began after this one.
  await ahead(2)
  expect((await findProcess(db, dead))?.state).toBe('running')
  await ahead(3600)
  expect(await forgetProcess(db, dead)).toEqual([])
})

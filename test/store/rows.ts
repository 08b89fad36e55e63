// A workspace with an environment in a test's own database.
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { type Environment, putEnvironment } from '../../src/store/environments.ts'
import { createWorkspace, type Workspace } from '../../src/store/workspaces.ts'

export async function team(db: Database): Promise<string> {
  const id = newId()
  await db
    .insertInto('teams')
    .values({ id, name: `team ${id}`, slug: `t${id.slice(-12)}` })
    .execute()
  return id
}

export async function workspaceWithEnvironment(db: Database, teamId?: string): Promise<{ workspace: Workspace; environment: Environment }> {
  const workspace = await createWorkspace(db, { teamId: teamId ?? (await team(db)), name: `w-${newId().slice(-12)}`, forge: 'git' })
  const environment = await putEnvironment(db, workspace, { name: 'production', ref: 'refs/heads/main' })
  return { workspace, environment }
}

export const shaOf = (digit: string) => digit.repeat(40)

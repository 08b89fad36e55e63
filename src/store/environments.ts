import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { EnvironmentTable } from './tables.ts'
import type { Workspace } from './workspaces.ts'

export type Environment = Selectable<EnvironmentTable>

export function findEnvironment(db: Executor, id: string): Promise<Environment | undefined> {
  return db.selectFrom('environments').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findEnvironmentByRef(db: Executor, workspaceId: string, ref: string): Promise<Environment | undefined> {
  return db.selectFrom('environments').selectAll().where('workspaceId', '=', workspaceId).where('ref', '=', ref).executeTakeFirst()
}

export function listEnvironments(db: Executor, workspaceId: string): Promise<Environment[]> {
  return db.selectFrom('environments').selectAll().where('workspaceId', '=', workspaceId).orderBy('name').execute()
}

/** Creates the environment, or points the one of that name to the ref. */
export async function putEnvironment(db: Executor, workspace: Pick<Workspace, 'id' | 'teamId'>, environment: { readonly name: string; readonly ref: string }): Promise<Environment> {
  return db
    .insertInto('environments')
    .values({ id: newId(), teamId: workspace.teamId, workspaceId: workspace.id, name: environment.name, ref: environment.ref, kind: 'branch' })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'name']).doUpdateSet({ ref: environment.ref, updatedAt: sql`now()` }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

// Where a ref of a workspace runs: production, another branch, or a preview.
import { type Selectable, sql, type Transaction } from 'kysely'
import { hostLabel, projectName } from '../environment-names.ts'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { isUnderRepair } from './repairs.ts'
import type { EnvironmentTable } from './tables/git.ts'
import type { Tables } from './tables.ts'
import type { Workspace } from './workspaces.ts'

export type Environment = Selectable<EnvironmentTable>

export function findEnvironment(db: Executor, id: string): Promise<Environment | undefined> {
  return db.selectFrom('environments').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findEnvironmentByRef(db: Executor, workspaceId: string, ref: string): Promise<Environment | undefined> {
  return db.selectFrom('environments').selectAll().where('workspaceId', '=', workspaceId).where('ref', '=', ref).executeTakeFirst()
}

export function findEnvironmentByName(db: Executor, workspaceId: string, name: string): Promise<Environment | undefined> {
  return db.selectFrom('environments').selectAll().where('workspaceId', '=', workspaceId).where('name', '=', name).executeTakeFirst()
}

export function listEnvironments(db: Executor, workspaceId: string): Promise<Environment[]> {
  return db.selectFrom('environments').selectAll().where('workspaceId', '=', workspaceId).orderBy('name').execute()
}

/** Creates the environment, or points the one of that name to the ref. Throws `bad_request` when its containers or hosts would be another's. */
export async function putEnvironment(
  db: Executor,
  workspace: Pick<Workspace, 'id' | 'teamId' | 'name'>,
  environment: {
    readonly name: string
    readonly ref: string
    /** Default is a branch of the team's own. */
    readonly preview?: { readonly pullRequest: number; readonly trust: 'preview' | 'fork' }
  },
): Promise<Environment> {
  const names = { project: projectName(workspace.name, environment.name), hostLabel: hostLabel(workspace.name, environment.name) }
  if (await isTaken(db, { workspaceId: workspace.id, name: environment.name, ...names })) {
    throw new KyozoError(
      'bad_request',
      `${environment.name} of ${workspace.name} would share its containers or host names with another environment`,
      {
        hint: 'choose another name for the workspace or the environment',
      },
    )
  }
  const put = await db
    .insertInto('environments')
    .values({
      id: newId(),
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      name: environment.name,
      ref: environment.ref,
      ...(environment.preview === undefined
        ? { kind: 'branch' as const }
        : { kind: 'preview' as const, pullRequestId: String(environment.preview.pullRequest), trust: environment.preview.trust }),
      ...names,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspaceId', 'name'])
        .doUpdateSet((excluded) => ({ ref: environment.ref, trust: excluded.ref('excluded.trust'), updatedAt: sql`now()` }))
        // A branch's environment never becomes a pull request's, nor the other way round.
        .whereRef('environments.kind', '=', 'excluded.kind'),
    )
    .returningAll()
    .executeTakeFirst()
  if (put !== undefined) return put
  throw new KyozoError('bad_request', `${workspace.name} has another environment named ${environment.name}`, {
    hint: 'names such as pr-7 are those of pull requests; give the other one another name',
  })
}

type Names = Pick<Environment, 'workspaceId' | 'name' | 'project' | 'hostLabel'>

/** By another environment, or by a workspace that runs nothing yet and will answer at its own name. */
async function isTaken(db: Executor, { workspaceId, name, project, hostLabel }: Names): Promise<boolean> {
  const environment = await db
    .selectFrom('environments')
    .select('id')
    .where((where) => where.or([where('project', '=', project), where('hostLabel', '=', hostLabel)]))
    .where((where) => where.not(where.and([where('workspaceId', '=', workspaceId), where('name', '=', name)])))
    .executeTakeFirst()
  if (environment !== undefined) return true
  const workspace = await db
    .selectFrom('workspaces')
    .select('id')
    .where('name', '=', hostLabel)
    .where('id', '!=', workspaceId)
    .executeTakeFirst()
  return workspace !== undefined
}

/** Locks the environment for the transaction when no release or repair of it runs and nobody else holds it; undefined otherwise. */
export async function holdIdleEnvironment(trx: Transaction<Tables>, id: string): Promise<Environment | undefined> {
  const held = await trx.selectFrom('environments').selectAll().where('id', '=', id).forNoKeyUpdate().skipLocked().executeTakeFirst()
  if (held === undefined) return undefined
  const running = await trx
    .selectFrom('releases')
    .select('id')
    .where('environmentId', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  return running === undefined && !(await isUnderRepair(trx, id)) ? held : undefined
}

/** What the next diff starts from, and, when the release went live, what serves. */
export async function recordAnalyzed(
  db: Executor,
  id: string,
  analyzed: { readonly tree: string; readonly sha: string; readonly liveReleaseId?: string },
): Promise<void> {
  const { tree, sha, liveReleaseId } = analyzed
  await db
    .updateTable('environments')
    .set({ analyzedTree: tree, analyzedSha: sha, updatedAt: sql`now()`, ...(liveReleaseId === undefined ? {} : { liveReleaseId }) })
    .where('id', '=', id)
    .execute()
}

export interface NamedEnvironment {
  readonly id: string
  readonly name: string
  readonly workspace: string
}

/** Every environment, whether or not something serves in it. */
export function environmentNames(db: Executor): Promise<NamedEnvironment[]> {
  return db
    .selectFrom('environments')
    .innerJoin('workspaces', 'workspaces.id', 'environments.workspaceId')
    .select(['environments.id', 'environments.name', 'workspaces.name as workspace'])
    .execute()
}

/** Those of a workspace, or the one that is named, to which something was released. In one order, so that two who change settings do not wait for each other. */
export async function liveEnvironments(
  db: Executor,
  place: { readonly workspaceId: string; readonly environmentId: string | null },
): Promise<readonly string[]> {
  let query = db.selectFrom('environments').select('id').where('workspaceId', '=', place.workspaceId).where('liveReleaseId', 'is not', null)
  if (place.environmentId !== null) query = query.where('id', '=', place.environmentId)
  return (await query.orderBy('id').execute()).map(({ id }) => id)
}

/** With everything that belongs to it. */
export async function dropEnvironment(db: Executor, id: string): Promise<void> {
  await db.deleteFrom('environments').where('id', '=', id).execute()
}

/** Whether an environment of that name was deleted because somebody asked for it since then. */
export async function wasDeletedSince(
  db: Executor,
  { workspaceId, name, since }: { readonly workspaceId: string; readonly name: string; readonly since: Date },
): Promise<boolean> {
  const deletion = await db
    .selectFrom('operations')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('kind', '=', 'delete_environment')
    .where('state', '=', 'succeeded')
    .where('createdAt', '>', since)
    .where(sql<boolean>`input ->> 'name' = ${name}`)
    .limit(1)
    .executeTakeFirst()
  return deletion !== undefined
}

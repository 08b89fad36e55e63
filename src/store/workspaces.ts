// Connected repositories: pushed to directly, or followed on a Git host.
import { type Insertable, type Selectable, sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { ForgeName, WorkspaceTable } from './tables/git.ts'

export type Workspace = Selectable<WorkspaceTable>

/** A DNS label that leaves room for an environment's name behind it. The database holds the same rule. */
export const workspaceNamePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/

export function assertWorkspaceName(name: string): void {
  if (workspaceNamePattern.test(name)) return
  throw new KyozoError('bad_request', `${JSON.stringify(name.slice(0, 60))} cannot be a workspace's name`, {
    hint: 'use 1 to 40 lower-case letters, digits and hyphens, starting and ending with a letter or digit',
  })
}

export function findWorkspaceByName(db: Executor, name: string): Promise<Workspace | undefined> {
  return db.selectFrom('workspaces').selectAll().where('name', '=', name).executeTakeFirst()
}

export function findWorkspace(db: Executor, id: string): Promise<Workspace | undefined> {
  return db.selectFrom('workspaces').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findWorkspaceByRepository(
  db: Executor,
  repository: { readonly forge: ForgeName; readonly connection: string; readonly id: string },
): Promise<Workspace | undefined> {
  return db
    .selectFrom('workspaces')
    .selectAll()
    .where('forge', '=', repository.forge)
    .where('connection', '=', repository.connection)
    .where('repositoryId', '=', repository.id)
    .executeTakeFirst()
}

/** The oldest of a team's workspaces that follows a repository of a host, by whichever of the team's connections. */
export function findWorkspaceOfTeam(
  db: Executor,
  repository: { readonly teamId: string; readonly forge: ForgeName; readonly webUrl: string; readonly id: string },
): Promise<Workspace | undefined> {
  return (
    db
      .selectFrom('workspaces')
      .selectAll()
      .where('teamId', '=', repository.teamId)
      .where('forge', '=', repository.forge)
      .where('repositoryId', '=', repository.id)
      // Ids are a host's own: two hosts may give the same.
      .where(sql<boolean>`starts_with(repository_url, ${`${repository.webUrl}/`})`)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
  )
}

/** Creates a workspace, or returns the one of that name or repository that somebody created at the same moment. */
export async function createWorkspace(db: Executor, workspace: Omit<Insertable<WorkspaceTable>, 'id'>): Promise<Workspace> {
  assertWorkspaceName(workspace.name)
  await db
    .insertInto('workspaces')
    .values({ ...workspace, id: newId() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const found =
    workspace.repositoryId && workspace.connection
      ? await findWorkspaceByRepository(db, { forge: workspace.forge, connection: workspace.connection, id: workspace.repositoryId })
      : await findWorkspaceByName(db, workspace.name)
  if (found === undefined) throw new KyozoError('bad_request', `a workspace named ${workspace.name} exists already, for another repository`)
  return found
}

/** Until the transaction ends, nobody else decides what follows from a push to this workspace: of two for one commit, the second sees the first. */
export async function holdWorkspace(db: Executor, id: string): Promise<void> {
  await db.selectFrom('workspaces').select('id').where('id', '=', id).forNoKeyUpdate().execute()
}

/** Until the transaction ends, nobody else who asks for this chooses a name. */
export async function holdWorkspaceNames(db: Executor): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('kyozo workspace names'))`.execute(db)
}

/** A free workspace name for a repository: its own name, then with its owner's or its innermost group's, then numbered. */
export async function freeWorkspaceName(db: Executor, fullName: string): Promise<string> {
  const [owner = '', name = ''] = fullName.split('/').slice(-2).map(asLabel)
  const candidates = [name, `${name}-${owner}`.slice(0, 40).replace(/-+$/, '')]
  for (let at = 2; at < 100; at++) candidates.push(`${name.slice(0, 36)}-${at}`)
  for (const candidate of candidates) {
    if (workspaceNamePattern.test(candidate) && (await isFree(db, candidate))) return candidate
  }
  throw new KyozoError('bad_request', `no workspace name is free for ${fullName}`)
}

/** Throws `conflict` when a workspace or an environment answers at this name already. Whoever asks holds the names. */
export async function assertFreeWorkspaceName(db: Executor, name: string): Promise<void> {
  if (await isFree(db, name)) return
  throw new KyozoError('conflict', `the name ${name} is taken`, { hint: 'choose another name: host names are made of it' })
}

/** Neither a workspace nor another workspace's environment answers at this name. */
async function isFree(db: Executor, name: string): Promise<boolean> {
  if ((await findWorkspaceByName(db, name)) !== undefined) return false
  return (await db.selectFrom('environments').select('id').where('hostLabel', '=', name).executeTakeFirst()) === undefined
}

function asLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')
  return label === '' ? 'repository' : label
}

/** From now on kyozo sees to its webhook. */
export async function keepWebhook(db: Executor, workspaceId: string): Promise<void> {
  await db.updateTable('workspaces').set({ keepsWebhook: true }).where('id', '=', workspaceId).execute()
}

export async function setDefaultBranch(db: Executor, workspaceId: string, branch: string): Promise<void> {
  await db.updateTable('workspaces').set({ defaultBranch: branch, updatedAt: new Date() }).where('id', '=', workspaceId).execute()
}

export async function setHostDefaultBranch(db: Executor, workspaceId: string, branch: string): Promise<void> {
  await db.updateTable('workspaces').set({ hostDefaultBranch: branch }).where('id', '=', workspaceId).execute()
}

/** Under the name that the Git host gave it; the id stays. */
export async function setRepositoryName(
  db: Executor,
  workspaceId: string,
  repository: { readonly name: string; readonly url: string },
): Promise<void> {
  await db
    .updateTable('workspaces')
    .set({ repositoryName: repository.name, repositoryUrl: repository.url, updatedAt: sql<Date>`now()` })
    .where('id', '=', workspaceId)
    .execute()
}

/** Workspaces that follow a repository at a Git host, for which a commit that arrives is deployed. */
export function followingWorkspaces(db: Executor): Promise<Workspace[]> {
  return db
    .selectFrom('workspaces')
    .selectAll()
    .where('forge', '!=', 'git')
    .where('connection', 'is not', null)
    .where('repositoryId', 'is not', null)
    .where('autoDeployEnabled', '=', true)
    .where('containerEnabled', '=', true)
    .orderBy('id')
    .execute()
}

/** Workspaces that are pushed to directly, to this process, for which a commit that arrives is deployed. */
export function builtInWorkspaces(db: Executor, home: string): Promise<Workspace[]> {
  return db
    .selectFrom('workspaces')
    .selectAll()
    .where('forge', '=', 'git')
    .where('autoDeployEnabled', '=', true)
    .where('home', '=', home)
    .where('containerEnabled', '=', true)
    .execute()
}

/** With everything that belongs to it. */
export async function dropWorkspace(db: Executor, id: string): Promise<void> {
  await db.deleteFrom('workspaces').where('id', '=', id).execute()
}

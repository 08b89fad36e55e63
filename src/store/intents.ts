// What people want, as they asked for it: stored in the transaction that asks, and read by whatever carries it out.
import { type Insertable, sql, type Updateable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { Asker } from './operations.ts'
import type { EnvironmentTable, WorkspaceTable } from './tables/git.ts'
import type { ServiceInstanceTable } from './tables/services.ts'
import type { Viewer } from './viewer.ts'

export interface DesiredState {
  readonly state: 'running' | 'stopped' | 'destroyed'
  readonly reason: string | null
}

export async function wantServices(db: Executor, viewer: Viewer, ids: readonly string[], { state, reason }: DesiredState): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('serviceInstances')
    .set({ desiredState: state, desiredBy: viewer.name, desiredAt: databaseNow, desiredReason: reason, updatedAt: databaseNow })
    .where('id', 'in', ids)
    .where('teamId', '=', viewer.teamId)
    .execute()
}

/** One that was destroyed, or that the repository lost, is looked for again. */
export async function seekService(db: Executor, id: string): Promise<void> {
  await db
    .updateTable('serviceInstances')
    .set({ removedAt: null, status: 'detecting', statusReason: null, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

export async function changeSettings(db: Executor, id: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await db
    .updateTable('serviceInstances')
    .set({ settings: JSON.stringify(settings), updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

export async function addServiceInstance(db: Executor, row: Omit<Insertable<ServiceInstanceTable>, 'id'>): Promise<string> {
  const id = newId()
  await db
    .insertInto('serviceInstances')
    .values({ ...row, id })
    .execute()
  return id
}

/** Whoever pauses holds the workspace as well, so that a commit comes either before or after. */
export async function pauseEnvironment(db: Executor, viewer: Asker, id: string, reason: string | null): Promise<void> {
  await db
    .updateTable('environments')
    .set({ pausedBy: viewer.name, pausedById: viewer.userId, pausedAt: databaseNow, pauseReason: reason, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

/**
 * As its removal does it, so that nothing new begins meanwhile. One that a person has paused stays theirs: should the removal fail, it is as they left it.
 */
export async function pauseForRemoval(trx: Executor, viewer: Asker, id: string, reason: string): Promise<void> {
  await trx
    .updateTable('environments')
    .set({ pausedBy: viewer.name, pausedById: viewer.userId, pausedAt: databaseNow, pauseReason: reason, updatedAt: databaseNow })
    .set({ removalPausedAt: databaseNow })
    .where('id', '=', id)
    .where((where) => where.or([where('pausedAt', 'is', null), where('pausedAt', '=', where.ref('removalPausedAt'))]))
    .execute()
}

/** Lifts the pause of a removal that came to nothing, and nobody else's. Returns whether there was one. */
export async function resumeAfterRemoval(trx: Executor, id: string): Promise<boolean> {
  const resumed = await trx
    .updateTable('environments')
    .set({ ...unpaused, updatedAt: databaseNow })
    .where('id', '=', id)
    .whereRef('pausedAt', '=', 'removalPausedAt')
    .returning('id')
    .executeTakeFirst()
  return resumed !== undefined
}

const unpaused = { pausedBy: null, pausedById: null, pausedAt: null, pauseReason: null } as const

export async function resumeEnvironment(db: Executor, id: string): Promise<void> {
  await db
    .updateTable('environments')
    .set({ ...unpaused, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

export async function changeEnvironment(db: Executor, id: string, change: Pick<Updateable<EnvironmentTable>, 'ref'>): Promise<void> {
  await db
    .updateTable('environments')
    .set({ ...change, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

export async function changeWorkspace(db: Executor, id: string, change: Updateable<WorkspaceTable>): Promise<void> {
  await db
    .updateTable('workspaces')
    .set({ ...change, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
}

/** The environment of the default branch goes with it. Returns the name of the environment that follows the new one already, if one does: then nothing is changed. */
export async function followDefaultBranch(
  db: Executor,
  workspaceId: string,
  branches: { readonly from: string; readonly to: string },
): Promise<string | undefined> {
  const taken = await db
    .selectFrom('environments')
    .select('name')
    .where('workspaceId', '=', workspaceId)
    .where('ref', '=', `refs/heads/${branches.to}`)
    .executeTakeFirst()
  if (taken !== undefined) return taken.name
  await db
    .updateTable('environments')
    .set({ ref: `refs/heads/${branches.to}`, updatedAt: databaseNow })
    .where('workspaceId', '=', workspaceId)
    .where('ref', '=', `refs/heads/${branches.from}`)
    .where('kind', '=', 'branch')
    .execute()
  return undefined
}

/** Services of a workspace that should run, by environment. */
export async function runningServices(
  db: Executor,
  viewer: Viewer,
  workspaceId: string,
): Promise<readonly { readonly id: string; readonly name: string; readonly environmentId: string }[]> {
  return db
    .selectFrom('serviceInstances')
    .select(['id', 'name', 'environmentId'])
    .where('teamId', '=', viewer.teamId)
    .where('workspaceId', '=', workspaceId)
    .where('desiredState', '=', 'running')
    .where('removedAt', 'is', null)
    .orderBy('environmentId')
    .orderBy('name')
    .execute()
}

/** Environments of a workspace with a service that is to be stopped. */
export async function stoppedEnvironments(db: Executor, workspaceId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('serviceInstances')
    .select('environmentId')
    .distinct()
    .where('workspaceId', '=', workspaceId)
    .where('desiredState', '=', 'stopped')
    .where('removedAt', 'is', null)
    .execute()
  return rows.map(({ environmentId }) => environmentId)
}

export interface TeamUsage {
  readonly services: number
  /** Limits × copies of every service that should run. */
  readonly limits: readonly { readonly memory?: string; readonly cpu?: string; readonly replicas: number }[]
}

/** What the services of a team may use together, without one or those of an environment, which are about to ask for something else. */
export async function teamUsage(
  db: Executor,
  teamId: string,
  { serviceId, environmentId }: { readonly serviceId?: string | undefined; readonly environmentId?: string },
): Promise<TeamUsage> {
  const rows = await db
    .selectFrom('serviceInstances')
    .select(['resourceLimits', 'scalingConfig', 'settings'])
    .where('teamId', '=', teamId)
    .where('desiredState', '=', 'running')
    .where('removedAt', 'is', null)
    .$if(serviceId !== undefined, (query) => query.where('id', '!=', serviceId!))
    .$if(environmentId !== undefined, (query) => query.where('environmentId', '!=', environmentId!))
    .execute()
  return {
    services: rows.length,
    limits: rows.map(({ resourceLimits, scalingConfig, settings }) => ({
      ...resourceLimits,
      ...((settings.resources as Record<string, string> | undefined) ?? {}),
      replicas: Number(settings.replicas ?? scalingConfig.replicas ?? 1),
    })),
  }
}

/** Who has these ports of the machine, other than one service. Within the own team by name; of others only that they are taken. */
export async function portOwners(
  db: Executor,
  viewer: Viewer,
  asked: {
    readonly ports: readonly { readonly host: number; readonly protocol: 'tcp' | 'udp' }[]
    readonly environmentId: string
    readonly service: string
  },
): Promise<readonly { readonly port: number; readonly protocol: string; readonly owner: string | null }[]> {
  if (asked.ports.length === 0) return []
  const rows = await db
    .selectFrom('portAllocations as p')
    .innerJoin('environments as e', 'e.id', 'p.environmentId')
    .innerJoin('workspaces as w', 'w.id', 'e.workspaceId')
    .select(['p.hostPort', 'p.protocol', 'p.teamId', 'p.service', 'p.environmentId', 'e.name as environment', 'w.name as workspace'])
    .where(
      'p.hostPort',
      'in',
      asked.ports.map(({ host }) => host),
    )
    .execute()
  return rows
    .filter((row) => asked.ports.some(({ host, protocol }) => host === row.hostPort && protocol === row.protocol))
    .filter((row) => row.environmentId !== asked.environmentId || row.service !== asked.service)
    .map((row) => ({
      port: row.hostPort,
      protocol: row.protocol,
      owner: row.teamId === viewer.teamId ? `${row.service} of ${row.workspace} ${row.environment}` : null,
    }))
}

/** The same, held for the transaction: nobody else of the team counts meanwhile. */
export async function holdTeamQuota(db: Executor, teamId: string): ReturnType<typeof teamQuota> {
  await sql`select pg_advisory_xact_lock(hashtextextended('kyozo quota ' || ${teamId}, 0))`.execute(db)
  return teamQuota(db, teamId)
}

export async function teamQuota(
  db: Executor,
  teamId: string,
): Promise<{ readonly memory?: string; readonly cpu?: string; readonly services?: number }> {
  return (await db.selectFrom('teams').select('resourceQuota').where('id', '=', teamId).executeTakeFirstOrThrow()).resourceQuota
}

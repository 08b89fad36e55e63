// How running containers stand by their health checks: read and written by whoever has the duty to check, read by everybody else.
import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { Database, Executor } from './database.ts'
import { type HealthProof, recordHealthProofs } from './deployment-events.ts'
import type { ContainerHealthTable } from './tables/services.ts'
import type { Tables } from './tables.ts'

export type ContainerHealthRow = Omit<Selectable<ContainerHealthTable>, 'changedAt'>

/** A service whose containers are checked, and how it stands by its row. */
export interface WatchedService {
  readonly id: string
  readonly teamId: string
  readonly environmentId: string
  readonly name: string
  readonly workspace: string
  readonly environment: string
  readonly health: Readonly<Record<string, unknown>>
  readonly configHash: string
  readonly copies: number
  readonly status: 'running' | 'error'
  readonly healthStatus: 'healthy' | 'unhealthy' | 'unknown'
}

/** Those that should run and that no release works on. */
export async function watchedServices(db: Executor): Promise<readonly WatchedService[]> {
  const rows = await db
    .selectFrom('serviceInstances as s')
    .innerJoin('environments as e', 'e.id', 's.environmentId')
    .innerJoin('workspaces as w', 'w.id', 's.workspaceId')
    .select([
      's.id',
      's.teamId',
      's.environmentId',
      's.name',
      'w.name as workspace',
      'e.name as environment',
      's.healthCheckConfig as health',
    ])
    .select(sql<string>`coalesce(s.deployment_config->>'configHash', '')`.as('configHash'))
    .select(sql<number>`coalesce((s.scaling_config->>'replicas')::int, 1)`.as('copies'))
    .select(['s.status', 's.healthStatus'])
    .where('s.removedAt', 'is', null)
    .where('s.desiredState', '=', 'running')
    .where('s.deployedAt', 'is not', null)
    .where('s.status', 'in', ['running', 'error'])
    .execute()
  return rows as readonly WatchedService[]
}

export function readContainerHealth(db: Executor): Promise<ContainerHealthRow[]> {
  return db.selectFrom('containerHealth').select(columns).execute()
}

const columns = ['containerId', 'teamId', 'serviceInstanceId', 'status', 'isFlapping', 'isUnproven', 'history', 'words', 'start'] as const

export interface Sickness {
  readonly words: string
  /** It was started again, and no look has found more yet. */
  readonly isUnproven: boolean
}

/** Which of the containers are unhealthy by their checks, and why. */
export async function sickContainers(db: Executor, containers: readonly string[]): Promise<ReadonlyMap<string, Sickness>> {
  if (containers.length === 0) return new Map()
  const rows = await db
    .selectFrom('containerHealth')
    .select(['containerId', 'words', 'isUnproven'])
    .where('containerId', 'in', [...containers])
    .where('status', '=', 'unhealthy')
    .execute()
  return new Map(rows.map(({ containerId, words, isUnproven }) => [containerId, { words: words ?? 'its health check fails', isUnproven }]))
}

export interface FoundHealth {
  readonly changed: readonly ContainerHealthRow[]
  readonly checks: readonly (HealthProof & { readonly teamId: string })[]
  /** Containers that are no more. */
  readonly gone: readonly string[]
}

/** False, and nothing is written, when the duty has gone to another process. */
export function storeFoundHealth(
  db: Database,
  duty: { readonly name: string; readonly holder: string },
  found: FoundHealth,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const held = await trx
      .selectFrom('duties')
      .select('name')
      .where('name', '=', duty.name)
      .where('holder', '=', duty.holder)
      .where('heldUntil', '>', sql<Date>`now()`)
      .forShare()
      .executeTakeFirst()
    if (held === undefined) return false
    const known = await livingInstances(trx, found)
    await putRows(
      trx,
      found.changed.filter(({ serviceInstanceId }) => known.has(serviceInstanceId)),
    )
    const checks = found.checks.filter(({ serviceInstanceId }) => known.has(serviceInstanceId))
    for (const [teamId, proofs] of Map.groupBy(checks, (check) => check.teamId))
      await recordHealthProofs(
        trx,
        teamId,
        proofs.map(({ teamId: _, ...proof }) => proof),
      )
    await touchInstances(trx, [...new Set(checks.map(({ serviceInstanceId }) => serviceInstanceId))])
    if (found.gone.length > 0)
      await trx
        .deleteFrom('containerHealth')
        .where('containerId', 'in', [...found.gone])
        .execute()
    return true
  })
}

/** Whoever has a row now changes more of it than when it was looked at: nobody waits for that. */
async function touchInstances(trx: Executor, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await trx
    .updateTable('serviceInstances')
    .set({ lastHealthCheckAt: sql`now()` })
    .where('id', 'in', (from) =>
      from
        .selectFrom('serviceInstances as mine')
        .select('mine.id')
        .where('mine.id', 'in', [...ids])
        .forNoKeyUpdate()
        .skipLocked(),
    )
    .execute()
}

/** Their workspace may have been deleted while they were looked at. */
async function livingInstances(trx: Executor, { changed, checks }: FoundHealth): Promise<ReadonlySet<string>> {
  const ids = [...new Set([...changed, ...checks].map(({ serviceInstanceId }) => serviceInstanceId))].sort()
  if (ids.length === 0) return new Set()
  const rows = await trx.selectFrom('serviceInstances').select('id').where('id', 'in', ids).orderBy('id').forKeyShare().execute()
  return new Set(rows.map(({ id }) => id))
}

/** What was found of an earlier start than the one that is known says nothing of this one. */
async function putRows(trx: Executor, rows: readonly ContainerHealthRow[]): Promise<void> {
  if (rows.length === 0) return
  await trx
    .insertInto('containerHealth')
    .values(inOrder(rows))
    .onConflict((conflict) =>
      conflict
        .column('containerId')
        .doUpdateSet(replaced)
        .where('containerHealth.start', 'is not distinct from', (from) => from.ref('excluded.start')),
    )
    .execute()
}

/** Of containers that are seen to run by another start than the one that is known, or for the first time. */
export async function putStarted(trx: Executor, rows: readonly ContainerHealthRow[]): Promise<void> {
  if (rows.length === 0) return
  await trx
    .insertInto('containerHealth')
    .values(inOrder(rows))
    .onConflict((conflict) => conflict.column('containerId').doUpdateSet(replaced))
    .execute()
}

export async function containerHealthOf(db: Executor, containers: readonly string[]): Promise<ReadonlyMap<string, ContainerHealthRow>> {
  if (containers.length === 0) return new Map()
  const rows = await db
    .selectFrom('containerHealth')
    .select(columns)
    .where('containerId', 'in', [...containers])
    .execute()
  return new Map(rows.map((row) => [row.containerId, row]))
}

function inOrder(rows: readonly ContainerHealthRow[]): readonly ContainerHealthRow[] {
  return [...rows].sort((a, b) => (a.containerId < b.containerId ? -1 : 1))
}

function replaced(set: ExpressionBuilder<Tables & { excluded: ContainerHealthTable }, 'containerHealth' | 'excluded'>) {
  return {
    serviceInstanceId: set.ref('excluded.serviceInstanceId'),
    status: set.ref('excluded.status'),
    isFlapping: set.ref('excluded.isFlapping'),
    isUnproven: set.ref('excluded.isUnproven'),
    history: set.ref('excluded.history'),
    words: set.ref('excluded.words'),
    start: set.ref('excluded.start'),
    changedAt: sql<Date>`now()`,
  }
}

/** Services whose containers nobody can look at. What was unhealthy before stays so: nothing says that it is well again. */
export async function markHealthUnknown(db: Executor, ids: readonly string[], reason: string): Promise<void> {
  if (ids.length === 0) return
  await db
    .updateTable('serviceInstances')
    .set({ healthStatus: 'unknown', statusReason: reason, updatedAt: sql`now()` })
    .where('id', 'in', [...ids].sort())
    .where('healthStatus', '=', 'healthy')
    .where('status', '=', 'running')
    .where('desiredState', '=', 'running')
    .execute()
}

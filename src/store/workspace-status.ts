// How everything of a workspace stands, in three queries, however many environments and services it has.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import type { Viewer } from './viewer.ts'

export interface EnvironmentStatus {
  readonly id: string
  readonly name: string
  readonly ref: string
  readonly paused_by: string | null
  readonly pause_reason: string | null
  readonly live_release: ReleaseStatus | null
  readonly latest_release: ReleaseStatus | null
  readonly services: readonly ServiceStatusRow[]
}

interface ReleaseStatus {
  readonly id: string
  readonly sha: string
  readonly state: string
  readonly reason: string | null
  readonly finished_at: string | null
}

interface ServiceStatusRow {
  readonly id: string
  readonly name: string
  readonly folder_path: string
  readonly status: string
  readonly health_status: string
  readonly desired_state: string
  readonly words: string | null
  readonly url: string | null
  readonly copies: number
}

export async function statusOfWorkspace(db: Executor, viewer: Viewer, workspaceId: string): Promise<readonly EnvironmentStatus[]> {
  const environments = await db
    .selectFrom('environments')
    .select(['id', 'name', 'ref', 'liveReleaseId', 'pausedAt', 'pausedBy', 'pauseReason'])
    .where('workspaceId', '=', workspaceId)
    .where('teamId', '=', viewer.teamId)
    .orderBy('name')
    .execute()
  const services = await servicesOf(db, viewer, workspaceId)
  const releases = await releasesOf(db, environments)
  return environments.map(({ id, name, ref, liveReleaseId, pausedAt, pausedBy, pauseReason }) => ({
    id,
    name,
    ref,
    paused_by: pausedAt === null ? null : (pausedBy ?? 'somebody'),
    pause_reason: pausedAt === null ? null : pauseReason,
    live_release: releases.find((release) => release.id === liveReleaseId)?.status ?? null,
    latest_release: releases.find((release) => release.environmentId === id && release.isLatest)?.status ?? null,
    services: services.filter((service) => service.environmentId === id).map(({ status }) => status),
  }))
}

async function servicesOf(
  db: Executor,
  viewer: Viewer,
  workspaceId: string,
): Promise<{ environmentId: string; status: ServiceStatusRow }[]> {
  const rows = await db
    .selectFrom('serviceInstances')
    .select([
      'id',
      'environmentId',
      'name',
      'folderPath',
      'status',
      'healthStatus',
      'desiredState',
      'statusReason',
      'url',
      'scalingConfig',
      'settings',
    ])
    .where('workspaceId', '=', workspaceId)
    .where('teamId', '=', viewer.teamId)
    .where('removedAt', 'is', null)
    .orderBy('name')
    .execute()
  return rows.map((row) => ({
    environmentId: row.environmentId,
    status: {
      id: row.id,
      name: row.name,
      folder_path: row.folderPath,
      status: row.status,
      health_status: row.healthStatus,
      desired_state: row.desiredState,
      words: row.statusReason,
      url: row.url,
      copies: Number(row.settings.replicas ?? row.scalingConfig.replicas ?? 1),
    },
  }))
}

async function releasesOf(db: Executor, environments: readonly { readonly id: string; readonly liveReleaseId: string | null }[]) {
  if (environments.length === 0) return []
  const ids = environments.map(({ id }) => id)
  const live = environments.flatMap(({ liveReleaseId }) => liveReleaseId ?? [])
  // What came when the branch had left it already is not where the environment stands.
  const latest = sql<boolean>`r.sequence = (select max(other.sequence) from releases other
    where other.environment_id = r.environment_id and not other.options ? 'late')`
  const rows = await db
    .selectFrom('releases as r')
    .select(['r.id', 'r.environmentId', 'r.sha', 'r.state', 'r.reason', 'r.finishedAt', latest.as('isLatest')])
    .where('r.environmentId', 'in', ids)
    .where((where) => where.or([latest, ...(live.length === 0 ? [] : [where('r.id', 'in', live)])]))
    .execute()
  return rows.map(({ id, environmentId, sha, state, reason, finishedAt, isLatest }) => ({
    id,
    environmentId,
    isLatest,
    status: { id, sha, state, reason, finished_at: finishedAt?.toISOString() ?? null },
  }))
}

// What the database knows of what is kept on disks: which projects and workspaces there are, what its own tables take, and what each process found.
import { sql } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'

/** Compose projects of all environments. */
export async function knownProjects(db: Executor): Promise<ReadonlySet<string>> {
  return new Set((await db.selectFrom('environments').select('project').execute()).map(({ project }) => project))
}

/** Id → name. */
export async function knownWorkspaces(db: Executor): Promise<ReadonlyMap<string, string>> {
  return new Map((await db.selectFrom('workspaces').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]))
}

/** Those of the ids whose workspace somebody asked to delete. */
export async function deletedWorkspaces(db: Executor, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('auditEvents')
    .select('subjectId')
    .where('action', '=', 'workspaces.delete')
    .where('subjectId', 'in', [...ids])
    .execute()
  return new Set(rows.flatMap(({ subjectId }) => (subjectId === null ? [] : [subjectId])))
}

/** Commits whose objects are needed: of kept releases, of those that have not ended, and those that the next diff starts from. By workspace. */
export async function neededCommits(db: Executor, workspaceId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ sha: string }>`
    select sha from releases where workspace_id = ${workspaceId} and (is_kept or state in ('queued', 'running'))
    union select analyzed_sha from environments where workspace_id = ${workspaceId} and analyzed_sha is not null`.execute(db)
  return rows.map(({ sha }) => sha)
}

/** Bytes of the whole database, and of what releases and builds printed. */
export async function databaseSizes(db: Executor): Promise<{ readonly database: number; readonly logs: number }> {
  const { rows } = await sql<{ database: string; logs: string }>`
    select pg_database_size(current_database()) as database, pg_total_relation_size('log_chunks') as logs`.execute(db)
  return { database: Number(rows[0]?.database ?? 0), logs: Number(rows[0]?.logs ?? 0) }
}

export interface DiskReport {
  readonly places: readonly {
    readonly name: string
    readonly path: string
    readonly freeBytes: number
    readonly totalBytes: number
    readonly softBytes: number
    readonly hardBytes: number
    readonly state: 'ok' | 'low' | 'full'
    readonly words: string
  }[]
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly bytes: number; readonly removableBytes: number }[]
  /** What goes next, and why. */
  readonly next: readonly { readonly kind: string; readonly name: string; readonly bytes: number; readonly because: string }[]
  /** Never removed: volumes that no container has, images without a name, and pushed repositories that no workspace knows. */
  readonly yours: readonly { readonly kind: 'volume' | 'image' | 'repository'; readonly name: string; readonly bytes: number | null }[]
}

export interface StoredDiskReport {
  /** The process that looked. */
  readonly owner: string
  readonly report: DiskReport
  readonly measuredAt: Date
}

export async function saveDiskReport(db: Executor, owner: string, report: DiskReport): Promise<void> {
  const row = { report: JSON.stringify(report), measuredAt: databaseNow }
  await db
    .insertInto('diskReports')
    .values({ owner, ...row })
    .onConflict((conflict) => conflict.column('owner').doUpdateSet(row))
    .execute()
}

/** Of processes that looked within the last hour. */
export function diskReports(db: Executor): Promise<StoredDiskReport[]> {
  return db.selectFrom('diskReports').selectAll().where('measuredAt', '>', sql<Date>`now() - interval '1 hour'`).orderBy('owner').execute()
}

export interface HeldBack {
  readonly id: string
  readonly environmentId: string
  readonly sha: string
  readonly triggeredBy: string
}

const firstPauseSeconds = 5
/** From here on the pause grows no more: 5 s become 1.8 hours. */
const longerPauses = 4

/**
 * The newest commit of each environment that is not paused, where it failed for want of room, whatever a person did since with what is live, and
 * whatever older commit came late. One that fails again and again, since it fills the disk itself, waits six times as long each time. What failed by a
 * clock that was ahead says nothing of how long ago that is.
 */
export async function heldBackForRoom(db: Executor): Promise<readonly HeldBack[]> {
  const failures = sql`(select count(*) from releases failed where failed.environment_id = newest.environment_id and failed.sha = newest.sha
    and failed.error_code = 'disk_full' and not failed.options ?| array['ofLive', 'rollbackTo'])`
  const { rows } = await sql<HeldBack>`select id, environment_id as "environmentId", sha, triggered_by as "triggeredBy" from (
      select distinct on (r.environment_id) r.* from releases r join environments e on e.id = r.environment_id
      where e.paused_at is null and r.created_at > now() - interval '7 days' and not r.options ?| array['ofLive', 'late']
      order by r.environment_id, r.sequence desc) newest
    where state = 'failed' and error_code = 'disk_full' and not options ? 'rollbackTo'
      and (finished_at < now() - make_interval(secs => ${firstPauseSeconds} * power(6, least(${failures} - 1, ${longerPauses})))
        or finished_at > now())`.execute(db)
  return rows
}

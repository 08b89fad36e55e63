// Releases and their verdicts: queueing, ending the ones that wait, and finding them. Who may act for one is in leases.ts.
import { type Insertable, type Selectable, sql, type UpdateObject } from 'kysely'
import { newId } from '../ids.ts'
import type { Verdict } from '../release/verdict.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { inheritOperations, settleOperations } from './release-operations.ts'
import type { ReleaseOptions, ReleaseServiceTable, ReleaseTable } from './tables/git.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

export type Release = Selectable<ReleaseTable>
export type ReleaseService = Selectable<ReleaseServiceTable>

export interface NewRelease
  extends Pick<Insertable<ReleaseTable>, 'teamId' | 'workspaceId' | 'environmentId' | 'ref' | 'sha' | 'triggeredBy' | 'triggeredById'> {
  /** What a person asked for beyond the commit. Default is nothing. */
  readonly asked?: ReleaseOptions
}

/** Queues a release; those of the environment that still wait are superseded by it. Returns it and the ones it superseded. */
export async function queueRelease(
  db: Executor,
  { asked = {}, ...release }: NewRelease,
): Promise<{ readonly release: Release; readonly superseded: readonly Release[] }> {
  const superseded = await db
    .updateTable('releases')
    .set({ state: 'superseded', supersededBy: release.sha, reason: `superseded by ${release.sha.slice(0, 7)}`, finishedAt: databaseNow })
    .where('environmentId', '=', release.environmentId)
    .where('state', '=', 'queued')
    .returningAll()
    .execute()
  const queued = await db
    .insertInto('releases')
    .values({ ...release, id: newId(), state: 'queued', options: JSON.stringify(asked) })
    .returningAll()
    .executeTakeFirstOrThrow()
  await inheritOperations(db, queued)
  return { release: queued, superseded }
}

/** A release that nothing is done for: stored, and ended. Those that wait are left alone. */
export async function insertEndedRelease(
  db: Executor,
  {
    asked = {},
    ...release
  }: NewRelease & { readonly state: 'skipped' | 'superseded'; readonly reason: string; readonly supersededBy?: string },
  verdicts: readonly ReleaseVerdict[],
): Promise<Release> {
  const ended = await db
    .insertInto('releases')
    .values({ ...release, id: newId(), options: JSON.stringify(asked), finishedAt: sql`now()` })
    .returningAll()
    .executeTakeFirstOrThrow()
  await saveVerdicts(db, ended.id, verdicts)
  return ended
}

/** The release that a worker has now. */
export function runningRelease(db: Executor, environmentId: string): Promise<Release | undefined> {
  return db.selectFrom('releases').selectAll().where('environmentId', '=', environmentId).where('state', '=', 'running').executeTakeFirst()
}

/** Releases that no worker has now. */
export function waitingReleases(db: Executor, environmentId: string): Promise<Release[]> {
  return db.selectFrom('releases').selectAll().where('environmentId', '=', environmentId).where('state', '=', 'queued').execute()
}

/** Ends a release that waits, with its verdicts. Undefined when it waits no more. */
export async function endWaitingRelease(
  db: Executor,
  id: string,
  end: { readonly change: UpdateObject<Tables, 'releases'>; readonly verdicts: readonly ReleaseVerdict[] },
): Promise<Release | undefined> {
  const release = await db
    .updateTable('releases')
    .set(end.change)
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .returningAll()
    .executeTakeFirst()
  if (release === undefined) return undefined
  await saveVerdicts(db, id, end.verdicts)
  await settleOperations(db, release)
  return release
}

/** Asks whoever works on the release to stop; the first who asks is named. */
export async function requestCancel(db: Executor, id: string, by: string): Promise<void> {
  await db
    .updateTable('releases')
    .set({ cancelRequestedAt: databaseNow, cancelRequestedBy: by })
    .where('id', '=', id)
    .where('cancelRequestedAt', 'is', null)
    .execute()
}

/** Who has asked that the release stops; undefined when nobody has. */
export async function cancellationOf(db: Executor, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('releases')
    .select('cancelRequestedBy')
    .where('id', '=', id)
    .where('cancelRequestedAt', 'is not', null)
    .executeTakeFirst()
  return row === undefined ? undefined : (row.cancelRequestedBy ?? 'somebody')
}

/** The environment's earlier live release is one no more. */
export async function retireLiveReleases(db: Executor, newer: Pick<Release, 'id' | 'environmentId'>): Promise<void> {
  await db
    .updateTable('releases')
    .set({ state: 'replaced' })
    .where('environmentId', '=', newer.environmentId)
    .where('state', '=', 'live')
    .where('id', '!=', newer.id)
    .execute()
}

export type ReleaseVerdict = Verdict & { readonly folderPath?: string; readonly image?: string; readonly configHash?: string }

export async function saveVerdicts(db: Executor, releaseId: string, verdicts: readonly ReleaseVerdict[]): Promise<void> {
  if (verdicts.length === 0) return
  const { teamId } = await db.selectFrom('releases').select('teamId').where('id', '=', releaseId).executeTakeFirstOrThrow()
  const rows = verdicts.map((verdict) => ({
    teamId,
    releaseId,
    service: verdict.service,
    folderPath: verdict.folderPath ?? null,
    verdict: verdict.kind,
    words: verdict.words,
    image: verdict.image ?? null,
    configHash: verdict.configHash ?? null,
    sinceSha: verdict.sinceSha ?? null,
    url: verdict.url ?? null,
    durationMs: verdict.durationMs ?? null,
  }))
  await db
    .insertInto('releaseServices')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['releaseId', 'service']).doNothing())
    .execute()
}

/** A release of a commit that arrived in its time; a person may ask for one of what is live, or of what was. */
const followsBranch = sql<boolean>`not (options ?| array['ofLive', 'rollbackTo', 'late'])`
const overtakes = sql<boolean>`not (options ? 'ofLive')`

/** A queued release of the environment that is newer than this one and takes its place. */
export async function newerRelease(db: Executor, release: Pick<Release, 'environmentId' | 'sequence'>): Promise<Release | undefined> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', release.environmentId)
    .where('sequence', '>', release.sequence)
    .where('state', '=', 'queued')
    .where(overtakes)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The newest release of a commit of the branch, however it ended. */
export function latestRelease(db: Executor, environmentId: string): Promise<Release | undefined> {
  return newestOfBranch(db, environmentId).executeTakeFirst()
}

/** The newest release of a commit of the branch before this one. */
export function releaseBefore(db: Executor, { environmentId, sequence }: Pick<Release, 'environmentId' | 'sequence'>) {
  return newestOfBranch(db, environmentId).where('sequence', '<', sequence).executeTakeFirst()
}

function newestOfBranch(db: Executor, environmentId: string) {
  return db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where(followsBranch)
    .orderBy('sequence', 'desc')
    .limit(1)
}

/** The newest that went well: what runs is as it says, also where it changed nothing of it. */
export function newestGoodRelease(db: Executor, environmentId: string): Promise<Release | undefined> {
  return db
    .selectFrom('releases')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where('state', 'in', ['live', 'unchanged'])
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The newest release of this commit as one of the branch, however it ended. */
export function releaseOfCommit(db: Executor, environmentId: string, sha: string): Promise<Release | undefined> {
  return newestOfBranch(db, environmentId).where('sha', '=', sha).executeTakeFirst()
}

/** The release that started the containers that a service has, whatever was released since. */
export function releaseThatStarted(
  db: Executor,
  { environmentId, service }: { readonly environmentId: string; readonly service: string },
): Promise<Release | undefined> {
  return db
    .selectFrom('releases as r')
    .innerJoin('releaseServices as s', 's.releaseId', 'r.id')
    .selectAll('r')
    .where('r.environmentId', '=', environmentId)
    .where('s.service', '=', service)
    .where('s.verdict', '=', 'live')
    .orderBy('r.sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export function findRelease(db: Executor, id: string): Promise<Release | undefined> {
  return db.selectFrom('releases').selectAll().where('id', '=', id).executeTakeFirst()
}

export function releaseServices(db: Executor, releaseId: string): Promise<ReleaseService[]> {
  return db.selectFrom('releaseServices').selectAll().where('releaseId', '=', releaseId).orderBy('service').execute()
}

/** The verdicts of many releases at once, by release, in the order of their names; only the viewer's team's. */
export async function verdictsOf(
  db: Executor,
  viewer: Viewer,
  releaseIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Omit<ReleaseService, 'id' | 'teamId' | 'releaseId' | 'createdAt'>[]>> {
  if (releaseIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('releaseServices')
    .select(['releaseId', 'service', 'folderPath', 'verdict', 'words', 'image', 'configHash', 'sinceSha', 'url', 'durationMs'])
    .where('teamId', '=', viewer.teamId)
    .where('releaseId', 'in', [...releaseIds])
    .orderBy('service')
    .execute()
  const found = new Map<string, Omit<(typeof rows)[number], 'releaseId'>[]>()
  for (const { releaseId, ...verdict } of rows) found.set(releaseId, [...(found.get(releaseId) ?? []), verdict])
  return found
}

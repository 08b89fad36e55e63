// Pull requests as far as they are known: what their host said last, what was decided about their previews, and what their review says.
import { isDeepStrictEqual } from 'node:util'
import { type RawBuilder, type Selectable, sql, type UpdateObject } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { PullRequestTable } from './tables/previews.ts'
import type { Tables } from './tables.ts'
import type { Workspace } from './workspaces.ts'

export type PullRequest = Selectable<PullRequestTable>

/** What a host says of one, at a moment. */
export interface KnownPullRequest
  extends Pick<
    PullRequest,
    'number' | 'state' | 'title' | 'url' | 'author' | 'ref' | 'headSha' | 'headRef' | 'baseRef' | 'isFork' | 'isDraft'
  > {
  readonly id: string
  readonly labels: readonly string[]
  readonly updatedAt: Date | null
}

export function findPullRequest(db: Executor, id: string): Promise<PullRequest | undefined> {
  return db.selectFrom('pullRequests').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findPullRequestByHostId(db: Executor, workspaceId: string, hostId: string): Promise<PullRequest | undefined> {
  return db.selectFrom('pullRequests').selectAll().where('workspaceId', '=', workspaceId).where('hostId', '=', hostId).executeTakeFirst()
}

export function findPullRequestByNumber(db: Executor, workspaceId: string, number: number): Promise<PullRequest | undefined> {
  return db
    .selectFrom('pullRequests')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('number', '=', number)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The pull request whose preview an environment is. */
export function pullRequestOf(db: Executor, environmentId: string): Promise<PullRequest | undefined> {
  return db.selectFrom('pullRequests').selectAll().where('environmentId', '=', environmentId).executeTakeFirst()
}

export function openPullRequests(db: Executor, workspaceId: string): Promise<PullRequest[]> {
  return db
    .selectFrom('pullRequests')
    .selectAll()
    .where('workspaceId', '=', workspaceId)
    .where('state', '=', 'open')
    .orderBy('number')
    .execute()
}

export interface CountedPreviews {
  /** Others of the workspace. */
  readonly all: number
  readonly ofForks: number
  /** Those that were used since this one was. */
  readonly usedLater: number
  /** Others of forks, of all teams. */
  readonly ofForksAnywhere: number
}

/** Other previews that are there. */
export async function countPreviews(db: Executor, { id, workspaceId }: Pick<PullRequest, 'id' | 'workspaceId'>): Promise<CountedPreviews> {
  const isHere = sql<boolean>`workspace_id = ${workspaceId}`
  const isUsedLater = sql<boolean>`(last_used_at, id) > (select mine.last_used_at, mine.id from pull_requests mine where mine.id = ${id})`
  const those = (which: RawBuilder<boolean>) => sql<number>`(count(*) filter (where ${which}))::integer`
  return db
    .selectFrom('pullRequests')
    .select([
      those(isHere).as('all'),
      those(sql`${isHere} and is_fork`).as('ofForks'),
      those(sql`${isHere} and ${isUsedLater}`).as('usedLater'),
      those(sql`is_fork`).as('ofForksAnywhere'),
    ])
    .where('id', '!=', id)
    .where('environmentId', 'is not', null)
    .executeTakeFirstOrThrow()
}

/**
 * Those that found no place for their previews, and may take that of this one. What a fork had a fork of another workspace may take; whether it is approved
 * still, whoever looks at it knows.
 */
export function waitingForPlace(
  db: Executor,
  { workspaceId, isFork }: Pick<PullRequest, 'workspaceId' | 'isFork'>,
): Promise<PullRequest[]> {
  return db
    .selectFrom('pullRequests')
    .selectAll()
    .where((where) => where.or([where('workspaceId', '=', workspaceId), ...(isFork ? [where('isFork', '=', true)] : [])]))
    .where('state', '=', 'open')
    .where('held', '=', 'full')
    .orderBy('number')
    .orderBy('id')
    .execute()
}

/** Nobody else changes it until the transaction ends. */
export function holdPullRequest(trx: Executor, id: string): Promise<PullRequest | undefined> {
  return trx.selectFrom('pullRequests').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
}

export interface NotedPullRequest {
  readonly pullRequest: PullRequest
  readonly isNews: boolean
  /** What was known before; absent for one that is new. */
  readonly before?: PullRequest
}

/**
 * Stores what a host said of a pull request. What it said before something that is known already changes nothing: deliveries come in any order, and of two
 * of the same second the end is the later one, unless it was `reopened`.
 */
export async function notePullRequest(
  trx: Executor,
  workspace: Pick<Workspace, 'id' | 'teamId'>,
  known: KnownPullRequest,
  { isReopened = false }: { readonly isReopened?: boolean } = {},
): Promise<NotedPullRequest> {
  const { id: hostId, updatedAt, labels, ...facts } = known
  const said = { ...facts, labels: [...labels], hostUpdatedAt: updatedAt, closedAt: known.state === 'open' ? null : databaseNow }
  const inserted = await trx
    .insertInto('pullRequests')
    .values({ id: newId(), teamId: workspace.teamId, workspaceId: workspace.id, hostId, environmentId: null, ...said })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'hostId']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (inserted !== undefined) return { pullRequest: inserted, isNews: true }
  const before = await trx
    .selectFrom('pullRequests')
    .selectAll()
    .where('workspaceId', '=', workspace.id)
    .where('hostId', '=', hostId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (isOlder(before, known, isReopened)) return { pullRequest: before, isNews: false, before }
  // Who pushes to a fork is not of the team, and must not keep what they wrote by that.
  const used = known.isFork ? {} : { lastUsedAt: databaseNow }
  const pushed = before.headSha === known.headSha ? {} : { headSince: databaseNow, waitsForPush: false, ...used }
  const retargeted = before.baseRef === known.baseRef ? {} : { ...ofFormerBase, retargetedAt: databaseNow }
  return { pullRequest: await changePullRequest(trx, before.id, { ...said, ...pushed, ...retargeted }), isNews: true, before }
}

/**
 * What merging it into another branch would do says nothing of this one, and who approved a commit of a fork looked at what it would get and change there:
 * whoever opened the pull request chooses the base.
 */
const ofFormerBase = {
  ...{ review: null, reviewSha: null, waitsForPush: false },
  ...{ approvedSha: null, approvedBase: null, approvedBy: null, approvedAt: null },
} as const

/** What is stored when somebody approves its head. */
export function approvalBy(name: string, { headSha, baseRef }: Pick<PullRequest, 'headSha' | 'baseRef'>) {
  return { approvedSha: headSha, approvedBase: baseRef, approvedBy: name, approvedAt: databaseNow, lastUsedAt: databaseNow }
}

function isOlder(before: PullRequest, { updatedAt, state }: KnownPullRequest, isReopened: boolean): boolean {
  if (updatedAt === null || before.hostUpdatedAt === null) return false
  if (updatedAt < before.hostUpdatedAt) return true
  const isSame = updatedAt.getTime() === before.hostUpdatedAt.getTime()
  return isSame && before.state !== 'open' && state === 'open' && !isReopened
}

/** Whoever has read it before starts again. */
export function changePullRequest(trx: Executor, id: string, change: UpdateObject<Tables, 'pullRequests'>): Promise<PullRequest> {
  return trx
    .updateTable('pullRequests')
    .set({ ...change, revision: sql`revision + 1`, updatedAt: databaseNow })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** As `changePullRequest`, of one that is held; nothing where it is so already, which is no news to anybody. */
export async function changeWhatDiffers(trx: Executor, held: PullRequest, change: UpdateObject<Tables, 'pullRequests'>): Promise<void> {
  const before: Readonly<Record<string, unknown>> = { ...held }
  const differs = Object.entries(change).some(([column, value]) => !isDeepStrictEqual(before[column], value))
  if (differs) await changePullRequest(trx, held.id, change)
}

/**
 * Somebody looked at these services of previews; it is no news to whoever follows the pull requests. Of a fork's preview it says nothing: anybody may be the
 * one who looks.
 */
export async function touchPreviews(db: Executor, serviceInstanceIds: readonly string[]): Promise<void> {
  if (serviceInstanceIds.length === 0) return
  const touched = await db
    .updateTable('pullRequests')
    .set({ lastUsedAt: databaseNow })
    .where('environmentId', 'in', (from) =>
      from.selectFrom('serviceInstances').select('environmentId').where('id', 'in', serviceInstanceIds),
    )
    .where('isFork', '=', false)
    .returning('environmentId')
    .execute()
  const ids = touched.flatMap(({ environmentId }) => environmentId ?? [])
  if (ids.length > 0) await prolong(db).where('id', 'in', ids).execute()
}

/** For how long a preview stays that nobody touches, from now on; a fork's stays for so long after its approval, whatever is done with it. */
export async function letPreviewLive(trx: Executor, environmentId: string, seconds: number): Promise<void> {
  await trx
    .updateTable('environments')
    .set({ lifeSeconds: Math.ceil(seconds) })
    .where('id', '=', environmentId)
    .execute()
  await prolong(trx).where('id', '=', environmentId).execute()
}

function prolong(db: Executor) {
  const approved = sql`(select p.approved_at from pull_requests p where p.environment_id = environments.id and p.is_fork)`
  return db
    .updateTable('environments')
    .set({ expiresAt: sql<Date>`coalesce(${approved}, now()) + make_interval(secs => life_seconds)` })
    .where('lifeSeconds', 'is not', null)
}

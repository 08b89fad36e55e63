// A branch that moved without a delivery: what its environment has is compared with where it points, and what was missed is received as any push.
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { hasEnded } from '../release/states.ts'
import { short } from '../release/verdict.ts'
import { isKnownDeleted, type NewDelivery } from '../store/deliveries.ts'
import { type Environment, findEnvironmentByRef, listEnvironments } from '../store/environments.ts'
import { latestRelease, type Release } from '../store/releases.ts'
import type { LedgerFinding } from '../store/tables/forges.ts'
import type { Workspace } from '../store/workspaces.ts'
import { isCovered } from './commit-back/own.ts'
import { type BranchPush, receivePush } from './decide-delivery.ts'
import { wasGivenUp } from './given-up.ts'
import type { Kyozo } from './kyozo.ts'

export interface Followed {
  readonly ref: string
  /** Undefined for a default branch that was never released. */
  readonly environment: Environment | undefined
  /** The newest release of a commit of it. */
  readonly latest: Release | undefined
}

/** The branches of a workspace that run somewhere, or would if they were pushed. */
export async function followedBranches(kyozo: Pick<Kyozo, 'db'>, workspace: Workspace): Promise<readonly Followed[]> {
  const environments = (await listEnvironments(kyozo.db, workspace.id)).filter(({ kind }) => kind === 'branch')
  const followed = await Promise.all(
    environments.map(async (environment) => ({ ref: environment.ref, environment, latest: await latestRelease(kyozo.db, environment.id) })),
  )
  const defaultRef = `refs/heads/${workspace.defaultBranch}`
  return followed.some(({ ref }) => ref === defaultRef)
    ? followed
    : [...followed, { ref: defaultRef, environment: undefined, latest: undefined }]
}

export interface Branches {
  readonly workspace: Workspace
  readonly followed: readonly Followed[]
  /** Where they point; one that is not there is deleted, or was never pushed. */
  readonly tips: ReadonlyMap<string, string>
  readonly signal: AbortSignal
}

/** A host moves a branch first and tells of it then; and what was read of environments a moment ago may have changed. */
const onItsWayMs = 3_000

/** Returns what had been missed; nothing when it was told to stop. */
export async function convergeBranches(kyozo: Kyozo, { workspace, followed, tips, signal }: Branches): Promise<readonly LedgerFinding[]> {
  const found: LedgerFinding[] = []
  const seen = (branch: Followed) => missedMove(kyozo, { workspace, branch, tip: tips.get(branch.ref) })
  const moved = (await Promise.all(followed.map(async (branch) => ((await seen(branch)) === undefined ? [] : [branch])))).flat()
  if (moved.length > 0) await delay(onItsWayMs, undefined, { signal }).catch(() => undefined)
  if (signal.aborted) return found
  for (const before of moved) {
    const latest = await latestOf(kyozo, workspace, before.ref)
    // A release came meanwhile, and where the branch points was read before it: the next check compares anew.
    if (latest?.id !== before.latest?.id) continue
    const branch = { ...before, latest }
    const missed = await seen(branch)
    if (missed === undefined) continue
    kyozo.log.warn({ workspace: workspace.name, ref: missed.ref, sha: missed.sha }, 'a branch moved without a delivery')
    const context = { db: kyozo.db, queue: kyozo.queue, baseUrl: kyozo.config.baseUrl, teamId: workspace.teamId }
    const { decision, reason } = await receivePush(context, sweptDelivery(missed, branch.latest), missed)
    if (decision !== 'duplicate') found.push({ event: 'sweep', ref: missed.ref, sha: missed.isDeletion ? null : missed.sha, words: reason })
  }
  return found
}

async function latestOf({ db }: Pick<Kyozo, 'db'>, { id }: Workspace, ref: string): Promise<Release | undefined> {
  const environment = await findEnvironmentByRef(db, id, ref)
  return environment === undefined ? undefined : latestRelease(db, environment.id)
}

interface Look {
  readonly workspace: Workspace
  readonly branch: Followed
  readonly tip: string | undefined
}

async function missedMove(kyozo: Kyozo, { workspace, branch, tip }: Look): Promise<BranchPush | undefined> {
  const { ref, latest } = branch
  // Whoever works on a release looks at the branch itself.
  if (latest !== undefined && (latest.sha === tip || !hasEnded(latest.state))) return undefined
  if (tip !== undefined && (await isCovered(kyozo.db, { workspaceId: workspace.id, latest, sha: tip }))) return undefined
  if (tip !== undefined && latest === undefined && (await wasGivenUp(kyozo.db, { workspaceId: workspace.id, ref, sha: tip })))
    return undefined
  if (tip !== undefined) return { workspace, ref, sha: tip, isDeletion: false, pusher: 'sweep' }
  if (latest === undefined || (await isKnownDeleted(kyozo.db, workspace.id, ref))) return undefined
  return { workspace, ref, sha: latest.sha, isDeletion: true, pusher: 'sweep' }
}

/** Of two processes that see the same move at the same time, the second finds the first one's delivery. */
function sweptDelivery({ workspace, ref, sha, isDeletion }: BranchPush, latest: Release | undefined): NewDelivery {
  const seen = [workspace.id, ref, isDeletion ? null : sha, latest?.id ?? null]
  const deliveryId = `sweep-${createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 32)}`
  return {
    forge: workspace.forge,
    connection: workspace.connection,
    deliveryId,
    event: 'sweep',
    arrival: 'swept',
    headers: {},
    body: Buffer.from(JSON.stringify({ ref, before: latest?.sha ?? null, after: isDeletion ? '0'.repeat(40) : sha })),
    missed: isDeletion ? 'seen on the branch' : `seen on the branch, which points at ${short(sha)}`,
  }
}

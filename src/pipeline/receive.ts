// A delivery becomes a queued release, or a reason why not: decided and stored in one transaction, before anybody is answered.

import { productionName } from '../environment-names.ts'
import type { ForgeEvent, ForgeRepository } from '../forge/forge.ts'
import { reasonToIgnore } from '../forge/forge.ts'
import type { Queue } from '../queue/queue.ts'
import type { ReleaseState } from '../release/states.ts'
import type { Database, Executor } from '../store/database.ts'
import { type DeliveryOutcome, decideDelivery, findDeliveryByHostId, insertDelivery, type NewDelivery } from '../store/deliveries.ts'
import { type Environment, findEnvironment, findEnvironmentByRef, putEnvironment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { latestRelease, type NewRelease, queueRelease, type Release, saveVerdicts } from '../store/releases.ts'
import {
  createWorkspace,
  findWorkspaceByRepository,
  freeWorkspaceName,
  holdWorkspace,
  holdWorkspaceNames,
  type Workspace,
} from '../store/workspaces.ts'
import { reportRelease } from './report.ts'
import { skipRelease } from './skip.ts'
import { supersededVerdicts } from './verdicts.ts'

export interface ReceiveContext {
  readonly db: Database
  readonly queue: Queue
  readonly baseUrl: string
  /** The team that repositories without a workspace are connected for. */
  readonly teamId: string
  /** Default is true. */
  readonly connectsRepositories?: boolean
}

export interface Received {
  readonly decision: 'accepted' | 'duplicate' | 'ignored'
  readonly reason: string
  /** kyozo's own id of the delivery. */
  readonly id: string
  readonly releaseIds: readonly string[]
}

/** Stores a forge's delivery and what follows from it. A delivery id that is known changes nothing. */
export function receiveForgeDelivery(
  context: ReceiveContext,
  delivery: NewDelivery & { readonly connection: string },
  event: ForgeEvent,
): Promise<Received> {
  return receive(context, delivery, (trx) => decideForgeEvent(context, trx, { delivery, event }))
}

/** One branch of a push to the built-in remote. */
export interface BranchPush {
  readonly workspace: Workspace
  readonly ref: string
  readonly sha: string
  readonly isDeletion: boolean
  readonly pusher: string
  /** A person asks for it again: a commit that has its release gets another. Default is no. */
  readonly isReplay?: true
}

export function receivePush(context: ReceiveContext, delivery: NewDelivery, push: BranchPush): Promise<Received> {
  return receive(context, delivery, (trx) => decidePush(context, trx, push))
}

async function receive(
  context: ReceiveContext,
  delivery: NewDelivery,
  decide: (trx: Executor) => Promise<DeliveryOutcome>,
): Promise<Received> {
  return context.db.transaction().execute(async (trx) => {
    const id = await insertDelivery(trx, delivery)
    if (id === undefined) {
      const known = await findDeliveryByHostId(trx, delivery.forge, delivery.deliveryId)
      return {
        decision: 'duplicate',
        reason: `delivered before: ${known?.reason ?? 'under way'}`,
        id: known?.id ?? '',
        releaseIds: known?.releaseIds ?? [],
      }
    }
    const outcome = await decide(trx)
    await decideDelivery(trx, id, outcome)
    return {
      decision: outcome.decision === 'accepted' ? 'accepted' : 'ignored',
      reason: outcome.reason,
      id,
      releaseIds: outcome.releaseIds,
    }
  })
}

export async function decideForgeEvent(
  context: ReceiveContext,
  trx: Executor,
  input: {
    readonly delivery: Pick<NewDelivery, 'forge'> & { readonly connection: string }
    readonly event: ForgeEvent
    readonly replayedBy?: string
  },
): Promise<DeliveryOutcome> {
  const { delivery, event } = input
  const source = { forge: delivery.forge, connection: delivery.connection }
  const reason = reasonToIgnore(event)
  if (reason !== undefined || (event.kind !== 'push' && event.kind !== 'branch_deleted' && event.kind !== 'pull_request')) {
    const known =
      'repository' in event && event.repository ? await findWorkspaceByRepository(trx, { ...source, id: event.repository.id }) : undefined
    return ignored(reason ?? 'nothing follows from this event', known ?? { teamId: context.teamId })
  }
  const workspace = await workspaceOf(context, trx, { ...source, repository: event.repository })
  if (workspace === undefined)
    return ignored(`${delivery.connection} connects no repository by itself; connect ${event.repository.fullName} first`, context)
  if (event.kind === 'pull_request') return ignored('previews of pull requests are not enabled for this workspace', workspace)
  return decidePush(context, trx, {
    workspace,
    ref: event.ref,
    sha: event.kind === 'push' ? event.after : '',
    isDeletion: event.kind === 'branch_deleted',
    pusher: input.replayedBy ?? event.pusher,
    ...(input.replayedBy === undefined ? {} : { isReplay: true as const }),
  })
}

/** A signed delivery of a repository that is not connected yet connects it, unless the connection says otherwise. */
async function workspaceOf(
  context: ReceiveContext,
  trx: Executor,
  input: { readonly forge: NewDelivery['forge']; readonly connection: string; readonly repository: ForgeRepository },
): Promise<Workspace | undefined> {
  const { forge, connection, repository } = input
  const source = { forge, connection, id: repository.id }
  const known = await findWorkspaceByRepository(trx, source)
  if (known !== undefined || context.connectsRepositories === false) return known
  // Of deliveries that arrive together one connects it, and the others find it.
  await holdWorkspaceNames(trx)
  const connected = await findWorkspaceByRepository(trx, source)
  if (connected !== undefined) return connected
  return createWorkspace(trx, {
    teamId: context.teamId,
    name: await freeWorkspaceName(trx, repository.fullName),
    forge,
    connection,
    repositoryId: repository.id,
    repositoryName: repository.fullName,
    repositoryUrl: repository.cloneUrl,
    defaultBranch: repository.defaultBranch,
  })
}

export async function decidePush(context: ReceiveContext, trx: Executor, push: BranchPush): Promise<DeliveryOutcome> {
  const { workspace } = push
  const branch = push.ref.replace(/^refs\/heads\//, '')
  if (!push.ref.startsWith('refs/heads/')) return ignored(`${push.ref} is not a branch, and kyozo runs branches`, workspace)
  if (push.isDeletion) return ignored(`branch ${branch} was deleted; what runs keeps running until its environment is removed`, workspace)
  if (!workspace.containerEnabled) return ignored(`containers are off for ${workspace.name}`, workspace)
  if (!workspace.autoDeployEnabled && !push.isReplay) return ignored(`automatic deploys are off for ${workspace.name}`, workspace)
  await holdWorkspace(trx, workspace.id)
  const environment = await environmentOf(trx, workspace, push.ref)
  if (environment === undefined) {
    return ignored(
      `branch ${branch} has no environment; map it with environments: {<name>: {branch: ${branch}}} in kyozo.yaml on ${workspace.defaultBranch}`,
      workspace,
    )
  }
  const latest = await latestRelease(trx, environment.id)
  if (!push.isReplay && latest?.sha === push.sha && !mayComeAgain.includes(latest.state)) {
    return {
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      decision: 'accepted',
      reason: `${push.sha.slice(0, 7)} has its release to ${environment.name} already (${latest.state})`,
      releaseIds: [latest.id],
    }
  }
  const release = await startRelease(context, trx, { workspace, environment, sha: push.sha, triggeredBy: push.pusher })
  return {
    teamId: workspace.teamId,
    workspaceId: workspace.id,
    decision: 'accepted',
    reason:
      release.state === 'skipped'
        ? `${push.sha.slice(0, 7)} is skipped: ${environment.name} is ${release.reason}`
        : `release of ${push.sha.slice(0, 7)} to ${environment.name} queued`,
    releaseIds: [release.id],
  }
}

/** Ends after which a push of the same commit tries once more. */
const mayComeAgain: readonly ReleaseState[] = ['superseded', 'failed', 'skipped']

async function environmentOf(trx: Executor, workspace: Workspace, ref: string): Promise<Environment | undefined> {
  const known = await findEnvironmentByRef(trx, workspace.id, ref)
  if (known !== undefined || ref !== `refs/heads/${workspace.defaultBranch}`) return known
  return putEnvironment(trx, workspace, { name: productionName, ref })
}

export interface ReleaseSubject extends Pick<NewRelease, 'sha' | 'triggeredBy' | 'triggeredById' | 'asked'> {
  readonly workspace: Workspace
  readonly environment: Environment
}

export interface ReleaseStarting extends Pick<ReceiveContext, 'baseUrl'> {
  readonly queue: Pick<Queue, 'enqueueDeploy'>
}

/**
 * Queues a release, ends those that it supersedes, tells the forge, and wakes a worker: all or nothing. In a paused environment it is skipped,
 * unless a person asked for more than the commit.
 */
export async function startRelease(context: ReleaseStarting, trx: Executor, subject: ReleaseSubject): Promise<Release> {
  const { workspace, environment: known, ...asked } = subject
  // Whoever pauses holds the workspace too: a commit is either queued before, and skipped by the pause, or finds it here.
  await holdWorkspace(trx, workspace.id)
  const environment = (await findEnvironment(trx, known.id)) ?? known
  const place = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id, ref: environment.ref }
  if (environment.pausedAt !== null && asked.asked === undefined)
    return skipRelease(trx, { workspace, environment, release: { ...place, ...asked } }, context.baseUrl)
  const { release, superseded } = await queueRelease(trx, { ...place, ...asked })
  for (const old of superseded) {
    const verdicts = await supersededVerdicts(trx, environment, subject.sha)
    await saveVerdicts(trx, old.id, verdicts)
    await reportRelease(trx, { workspace, environment, release: old, verdicts }, context.baseUrl)
    await notify(trx, 'release', old.id)
  }
  await reportRelease(trx, { workspace, environment, release, verdicts: [] }, context.baseUrl)
  await context.queue.enqueueDeploy(trx, environment.id)
  await notify(trx, 'queue', environment.id)
  return release
}

/** Without a workspace it belongs to the team that the connection is for, so that somebody can read the reason. */
function ignored(reason: string, owner: Pick<Workspace, 'teamId'> & Partial<Pick<Workspace, 'id'>>): DeliveryOutcome {
  return { teamId: owner.teamId, workspaceId: owner.id ?? null, decision: 'ignored', reason, releaseIds: [] }
}

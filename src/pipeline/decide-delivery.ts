// What follows from what a Git host told, or from a push: a release, or the reason why there is none.
import { productionName } from '../environment-names.ts'
import type { ForgeEvent, ForgeRepository } from '../forge/forge.ts'
import { reasonToIgnore } from '../forge/forge.ts'
import type { ReleaseState } from '../release/states.ts'
import { short } from '../release/verdict.ts'
import type { Executor } from '../store/database.ts'
import type { DeliveryOutcome, NewDelivery } from '../store/deliveries.ts'
import { type Environment, findEnvironmentByRef, putEnvironment } from '../store/environments.ts'
import { findRelease, latestRelease, type Release, releaseOfCommit } from '../store/releases.ts'
import {
  createWorkspace,
  findWorkspaceByRepository,
  findWorkspaceOfTeam,
  freeWorkspaceName,
  holdWorkspace,
  holdWorkspaceNames,
  type Workspace,
} from '../store/workspaces.ts'
import { coveredWords, isCovered, tellCovered } from './commit-back/own.ts'
import { isDeletedSince, wasGivenUp } from './given-up.ts'
import { endLate } from './late.ts'
import { decideAboutPullRequest } from './pull-requests/decide-event.ts'
import { followUnread } from './pull-requests/follow-ruled.ts'
import { followPullRequestsOf } from './pull-requests/note.ts'
import { type DeliveryOwner, type ReceiveContext, type Received, receive, startRelease } from './receive.ts'

export interface ForgeDelivery extends NewDelivery {
  readonly connection: string
  readonly forgeEvent: ForgeEvent
  /** Where the branch points by now, when somebody has looked: what was sent of an earlier commit came late. */
  readonly tip?: string
}

/** Stores a forge's delivery and what follows from it. A delivery id that is known changes nothing. */
export async function receiveForgeDelivery(context: ReceiveContext, delivery: ForgeDelivery): Promise<Received> {
  return (await receiveForgeDeliveries(context, [delivery]))[0]!
}

/** Several that belong together, in their order: no worker begins with one of them before the last is stored. */
export function receiveForgeDeliveries(context: ReceiveContext, deliveries: readonly ForgeDelivery[]): Promise<readonly Received[]> {
  return receive(context, deliveries, {
    decide: (trx, delivery) => {
      const { forgeEvent: event, tip } = delivery
      return decideForgeEvent(context, trx, { delivery, event, ...(tip === undefined ? {} : { tip }) })
    },
    ownerOf: async (trx, { forge, connection, forgeEvent }) => {
      const repository = 'repository' in forgeEvent ? forgeEvent.repository : undefined
      const { teamId } = context
      return ownedBy(repository && (await knownWorkspace(trx, { forge, connection, teamId, repository })), context)
    },
  })
}

function ownedBy(workspace: Workspace | null | undefined, { teamId }: Pick<ReceiveContext, 'teamId'>): DeliveryOwner {
  return { teamId: workspace?.teamId ?? teamId, workspaceId: workspace?.id ?? null }
}

/** One that was proved to be the host's and says nothing that kyozo can read: kept with the reason, so that it is not looked for again. */
export async function refuseDelivery(context: ReceiveContext, delivery: NewDelivery, reason: string): Promise<void> {
  const owner = ownedBy(undefined, context)
  const decide = async () => ({ ...owner, decision: 'refused' as const, reason, releaseIds: [] })
  await receive(context, [{ ...delivery, missed: undefined }], { decide, ownerOf: async () => owner })
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
  /** Where the branch points by now. Default is that nobody has looked. */
  readonly tip?: string
  /** When it was sent, of one that was found in the host's list: what was deleted since stays deleted. */
  readonly recoveredFrom?: Date
}

export async function receivePush(context: ReceiveContext, delivery: NewDelivery, push: BranchPush): Promise<Received> {
  const deciding = { decide: (trx: Executor) => decidePush(context, trx, push), ownerOf: async () => ownedBy(push.workspace, context) }
  return (await receive(context, [delivery], deciding))[0]!
}

type DeliverySource = Pick<NewDelivery, 'forge' | 'arrival'> & { readonly sentAt?: Date | null | undefined }

export async function decideForgeEvent(
  context: ReceiveContext,
  trx: Executor,
  input: {
    readonly delivery: DeliverySource & { readonly connection: string }
    readonly event: ForgeEvent
    readonly replayedBy?: string
    readonly tip?: string
  },
): Promise<DeliveryOutcome> {
  const { delivery, event } = input
  const source = { forge: delivery.forge, connection: delivery.connection, teamId: context.teamId }
  const reason = reasonToIgnore(event)
  if (reason !== undefined || event.kind === 'tag_pushed' || event.kind === 'ping' || event.kind === 'ignored') {
    const known =
      'repository' in event && event.repository ? await knownWorkspace(trx, { ...source, repository: event.repository }) : undefined
    const ignoredBecause = ignored(reason ?? 'nothing follows from this event', known ?? { teamId: context.teamId })
    return event.kind === 'tag_pushed' ? { ...ignoredBecause, ref: event.ref, sha: event.after } : ignoredBecause
  }
  const workspace = await workspaceOf(context, trx, { ...source, repository: event.repository })
  if (workspace === undefined)
    return ignored(`${delivery.connection} connects no repository by itself; connect ${event.repository.fullName} first`, context)
  if (event.kind !== 'push' && event.kind !== 'branch_deleted')
    return decideAboutPullRequest(context, trx, { workspace, event, replayedBy: input.replayedBy })
  return decidePush(context, trx, {
    workspace,
    ref: event.ref,
    sha: event.kind === 'push' ? event.after : '',
    isDeletion: event.kind === 'branch_deleted',
    pusher: input.replayedBy ?? event.pusher,
    ...(input.replayedBy === undefined ? {} : { isReplay: true as const }),
    ...(input.tip === undefined ? {} : { tip: input.tip }),
    ...(delivery.arrival === 'recovered' && delivery.sentAt && input.replayedBy === undefined ? { recoveredFrom: delivery.sentAt } : {}),
  })
}

interface Source {
  readonly forge: NewDelivery['forge']
  readonly connection: string
  readonly teamId: string
  readonly repository: ForgeRepository
}

/** A signed delivery of a repository that is not connected yet connects it, unless the connection says otherwise. */
async function workspaceOf(context: ReceiveContext, trx: Executor, source: Source): Promise<Workspace | undefined> {
  const { forge, connection, repository } = source
  const known = await knownWorkspace(trx, source)
  if (known !== undefined || context.connectsRepositories === false) return known
  // Of deliveries that arrive together one connects it, and the others find it.
  await holdWorkspaceNames(trx)
  const connected = await knownWorkspace(trx, source)
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
    hostDefaultBranch: repository.defaultBranch,
  })
}

/** What the connection follows; else what another connection of the same team does, since one repository is deployed once for a team. */
async function knownWorkspace(trx: Executor, { forge, connection, teamId, repository }: Source): Promise<Workspace | undefined> {
  const { id, cloneUrl, fullName } = repository
  const own = await findWorkspaceByRepository(trx, { forge, connection, id })
  return own ?? findWorkspaceOfTeam(trx, { teamId, forge, id, webUrl: cloneUrl.slice(0, -`/${fullName}.git`.length) })
}

export async function decidePush(context: ReceiveContext, trx: Executor, push: BranchPush): Promise<DeliveryOutcome> {
  return { ...(await outcomeOf(context, trx, push)), ref: push.ref, sha: push.isDeletion ? null : push.sha }
}

async function outcomeOf(context: ReceiveContext, trx: Executor, push: BranchPush): Promise<DeliveryOutcome> {
  const { workspace } = push
  const branch = push.ref.replace(/^refs\/heads\//, '')
  if (!push.ref.startsWith('refs/heads/')) return ignored(`${push.ref} is not a branch, and kyozo runs branches`, workspace)
  if (push.isDeletion) {
    await followPullRequestsOf(trx, context.queue, push)
    return ignored(await deletionWords(trx, push), workspace)
  }
  if (!workspace.containerEnabled) return ignored(`containers are off for ${workspace.name}`, workspace)
  await holdWorkspace(trx, workspace.id)
  await followUnread(trx, context.queue, push)
  if (!workspace.autoDeployEnabled && !push.isReplay) return ignored(`automatic deploys are off for ${workspace.name}`, workspace)
  if (await comesAfterDeletion(trx, push)) return ignored(`${productionName} was deleted since; the next push brings it back`, workspace)
  const environment = await environmentOf(trx, workspace, push.ref)
  if (environment === undefined) {
    return ignored(
      `branch ${branch} has no environment; map it with environments: {<name>: {branch: ${branch}}} in kyozo.yaml on ${workspace.defaultBranch}`,
      workspace,
    )
  }
  return releaseOf(context, trx, { ...push, environment })
}

/** Whether it would bring back what somebody deleted after it was sent. A newest commit that never had its release gets it all the same. */
async function comesAfterDeletion(trx: Executor, { workspace, ref, sha, tip, recoveredFrom }: BranchPush): Promise<boolean> {
  if (recoveredFrom === undefined || ref !== `refs/heads/${workspace.defaultBranch}`) return false
  if (await wasGivenUp(trx, { workspaceId: workspace.id, ref, sha: tip ?? sha })) return true
  return tip === undefined && (await isDeletedSince(trx, { workspaceId: workspace.id, ref, since: recoveredFrom }))
}

async function releaseOf(
  context: ReceiveContext,
  trx: Executor,
  push: BranchPush & { readonly environment: Environment },
): Promise<DeliveryOutcome> {
  const { workspace, environment, sha, tip } = push
  const latest = await latestRelease(trx, environment.id)
  if (!push.isReplay && latest?.sha === sha && !mayComeAgain.includes(latest.state))
    return accepted(workspace, latest, `${short(sha)} has its release to ${environment.name} already (${latest.state})`)
  if (!push.isReplay && latest !== undefined && (await isCovered(trx, { workspaceId: workspace.id, latest, sha }))) {
    await tellCovered(trx, { workspace, environment, latest, sha }, context.baseUrl)
    return ignored(coveredWords(sha, latest), workspace)
  }
  const hasLeft = tip !== undefined && tip !== sha
  const known = hasLeft ? await releaseOfCommit(trx, environment.id, sha) : undefined
  if (known !== undefined) return accepted(workspace, known, `${short(sha)} had its release to ${environment.name} (${known.state})`)
  if (hasLeft && latest?.sha === tip) {
    const late = await endLate(trx, { workspace, environment, sha, tip, triggeredBy: push.pusher }, context.baseUrl)
    return accepted(workspace, late, `${short(sha)} is superseded by ${short(tip)}, which ${environment.name} has already`)
  }
  const release = await startRelease(context, trx, { workspace, environment, sha, triggeredBy: push.pusher })
  const words =
    release.state === 'skipped'
      ? `${short(sha)} is skipped: ${environment.name} is ${release.reason}`
      : `release of ${short(sha)} to ${environment.name} queued`
  return accepted(workspace, release, words)
}

/** A delivery alone takes nothing away: who deletes a branch may have meant to, or may make it again at once. */
async function deletionWords(trx: Executor, { workspace, ref }: BranchPush): Promise<string> {
  const branch = ref.replace(/^refs\/heads\//, '')
  const environment = await findEnvironmentByRef(trx, workspace.id, ref)
  if (environment === undefined) return `branch ${branch} was deleted, and nothing runs from it`
  const live = environment.liveReleaseId === null ? undefined : await findRelease(trx, environment.liveReleaseId)
  const runs = live === undefined ? 'is kept' : `keeps running ${short(live.sha)}`
  return `branch ${branch} was deleted; ${environment.name} ${runs} until the branch is there again or the environment is removed`
}

/** Ends after which a push of the same commit tries once more. */
const mayComeAgain: readonly ReleaseState[] = ['superseded', 'failed', 'skipped']

async function environmentOf(trx: Executor, workspace: Workspace, ref: string): Promise<Environment | undefined> {
  const known = await findEnvironmentByRef(trx, workspace.id, ref)
  if (known !== undefined || ref !== `refs/heads/${workspace.defaultBranch}`) return known
  return putEnvironment(trx, workspace, { name: productionName, ref })
}

/** Without a workspace it belongs to the team that the connection is for, so that somebody can read the reason. */
function ignored(reason: string, owner: Pick<Workspace, 'teamId'> & Partial<Pick<Workspace, 'id'>>): DeliveryOutcome {
  return { teamId: owner.teamId, workspaceId: owner.id ?? null, decision: 'ignored', reason, releaseIds: [] }
}

function accepted({ teamId, id }: Workspace, release: Release, reason: string): DeliveryOutcome {
  return { teamId, workspaceId: id, decision: 'accepted', reason, releaseIds: [release.id] }
}

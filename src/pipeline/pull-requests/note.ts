// What follows from a delivery about a pull request: what it says is stored, and whoever follows the pull request is woken. Nothing is decided here, since
// what decides stands in the repository.
import type { CommentEvent, PullRequestEvent } from '../../forge/pull-requests.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Executor } from '../../store/database.ts'
import type { DeliveryOutcome } from '../../store/deliveries.ts'
import { type Asker, queuedOperation, startOperation, wakeOperation } from '../../store/operations.ts'
import { openPullRequests, type PullRequest } from '../../store/pull-requests.ts'
import { holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import { isApproval } from './approval-label.ts'
import { hearOfPullRequest } from './hear.ts'

export interface Noting {
  readonly queue: Pick<Queue, 'enqueueOperation'>
  readonly baseUrl: string
}

export interface NotedEvent {
  readonly workspace: Workspace
  readonly event: PullRequestEvent
  /** A person wants the delivery decided again. */
  readonly replayedBy?: string | undefined
}

/** A pull request that is not known and is over already leaves nothing to do, and is kept so that what arrives late of its life finds it over. */
export async function decidePullRequest(
  { queue, baseUrl }: Noting,
  trx: Executor,
  { workspace, event, replayedBy }: NotedEvent,
): Promise<DeliveryOutcome> {
  const { action, pullRequest: said, sender } = event
  const about = { teamId: workspace.teamId, workspaceId: workspace.id, ref: said.ref, sha: said.headSha, releaseIds: [] }
  const ignored = (reason: string): DeliveryOutcome => ({ ...about, decision: 'ignored', reason })
  if (!workspace.containerEnabled) return ignored(`containers are off for ${workspace.name}`)
  await holdWorkspace(trx, workspace.id)
  const { pullRequest, before, isNews } = await hearOfPullRequest(trx, { workspace, said, isReopened: action === 'reopened' }, baseUrl)
  if (before === undefined && said.state !== 'open') return ignored(`pull request ${said.number} was ${said.state} before kyozo knew of it`)
  if (!isNews && replayedBy === undefined) return ignored(`of pull request ${said.number} something newer is known already`)
  const by = replayedBy ?? sender.login
  // Whoever may not approve is refused, and what else the delivery says holds all the same.
  await followPullRequest(trx, queue, { pullRequest, by })
  if (action === 'labeled' && event.changedLabels.some(isApproval)) {
    const approving = { command: 'approve', sha: said.headSha, base_ref: said.baseRef, by: sender, via: 'label' }
    await ask(trx, queue, {
      workspace,
      by,
      request: { kind: 'command_pull_request', input: { pull_request_id: pullRequest.id, ...approving } },
    })
    return { ...about, decision: 'accepted', reason: `whether ${by} may approve pull request ${said.number} is looked up` }
  }
  return { ...about, decision: 'accepted', reason: wordsOf(event) }
}

function wordsOf({ action, pullRequest: { number, headSha, state } }: PullRequestEvent): string {
  if (state !== 'open') return `pull request ${number} was ${state}; its preview goes`
  if (action === 'retargeted') return `pull request ${number} has another base and is reviewed again`
  return `pull request ${number} is reviewed at ${headSha.slice(0, 7)}`
}

/** What it asks for is done when who wrote it has been looked up. */
export async function decideComment(
  { queue }: Pick<Noting, 'queue'>,
  trx: Executor,
  { workspace, event }: { readonly workspace: Workspace; readonly event: CommentEvent },
): Promise<DeliveryOutcome> {
  const { pullRequest: number, comment, author } = event
  const input = { number, line: comment.text, comment: comment.id, at: comment.at?.toISOString() ?? null, by: author }
  await ask(trx, queue, { workspace, by: author.login, request: { kind: 'command_pull_request', input } })
  const reason = `whether ${author.login} may ask this of pull request ${number} is looked up`
  return { teamId: workspace.teamId, workspaceId: workspace.id, decision: 'accepted', reason, releaseIds: [] }
}

/** Wakes whoever looks at a pull request anew; one that waits to be looked at is looked at once. */
export async function followPullRequest(
  trx: Executor,
  queue: Noting['queue'],
  { pullRequest, by, isAsked }: { readonly pullRequest: PullRequest; readonly by: string; readonly isAsked?: boolean },
): Promise<void> {
  const { id, teamId, workspaceId } = pullRequest
  const input = { pull_request_id: id, ...(isAsked === true ? { asked: true } : {}) }
  const asker: Asker = { teamId, name: by, userId: null }
  const request = { kind: 'follow_pull_request', workspaceId, input }
  const waiting = await queuedOperation(trx, asker, request)
  const operation = waiting ?? (await startOperation(trx, asker, request)).operation
  if (waiting !== undefined) await wakeOperation(trx, waiting.id)
  await queue.enqueueOperation(trx, operation.id)
}

/** A branch that was deleted may have been somebody's head: what its host says of the pull request holds. */
export async function followPullRequestsOf(
  trx: Executor,
  queue: Noting['queue'],
  { workspace, ref, pusher }: { readonly workspace: Workspace; readonly ref: string; readonly pusher: string },
): Promise<void> {
  for (const pullRequest of await openPullRequests(trx, workspace.id))
    if (pullRequest.headRef === ref && !pullRequest.isFork) await followPullRequest(trx, queue, { pullRequest, by: pusher })
}

interface Wanted {
  readonly workspace: Workspace
  readonly by: string
  readonly request: { readonly kind: string; readonly input: Readonly<Record<string, unknown>> }
}

/** Stores what somebody on the host asked for; who that is, and whether they may, is looked up when it is carried out. */
export async function ask(trx: Executor, queue: Noting['queue'], { workspace, by, request }: Wanted): Promise<void> {
  const asker: Asker = { teamId: workspace.teamId, name: by, userId: null }
  const { operation } = await startOperation(trx, asker, { ...request, workspaceId: workspace.id })
  await queue.enqueueOperation(trx, operation.id)
}

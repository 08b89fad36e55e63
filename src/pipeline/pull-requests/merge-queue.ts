// What a merge queue tries is a commit of the host's own, and what is required of pull requests is required of it as well. Neither a preview nor a plan is
// made of it: it says what was said of the pull request that it tries.
import type { CommitCheck, CommitStatus } from '../../forge/messages.ts'
import type { MergeQueuedEvent } from '../../forge/pull-requests.ts'
import { findProposalByNumber } from '../../store/compose-proposals.ts'
import type { Executor } from '../../store/database.ts'
import type { DeliveryOutcome } from '../../store/deliveries.ts'
import { pullRequestsAt } from '../../store/heads.ts'
import { notify } from '../../store/notify.ts'
import { lastSaid, putOutbox } from '../../store/outbox.ts'
import { findPullRequestByNumber } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, previewContext, toldOfStatus } from '../commit-status.ts'
import { planCheck } from './comment.ts'

interface Queued {
  readonly workspace: Workspace
  readonly event: Omit<MergeQueuedEvent, 'kind' | 'repository'>
}

export async function decideMergeQueued(
  { baseUrl: page }: { readonly baseUrl: string },
  trx: Executor,
  { workspace, event }: Queued,
): Promise<DeliveryOutcome> {
  const { pullRequest: number, intoRef, ref, sha } = event
  const about = { teamId: workspace.teamId, workspaceId: workspace.id, ref, sha, releaseIds: [] }
  const ignored = (reason: string): DeliveryOutcome => ({ ...about, decision: 'ignored', reason })
  const head = await headOf(trx, { workspaceId: workspace.id, number, intoRef })
  if (head === undefined) return ignored(`a merge queue tries pull request ${number}, which kyozo does not know as open there`)
  // The queue's commit is nobody's head: what is one has a verdict of its own.
  if ((await pullRequestsAt(trx, { workspaceId: workspace.id, sha })).length > 0)
    return ignored(`a merge queue tries ${sha.slice(0, 7)}, which is the head of a pull request`)
  const { status, plan } = await saidOf(trx, workspace, head)
  const above = (words: string) => `Pull request ${number}: ${words}`
  const place = { workspace, sha, page: status.targetUrl ?? page }
  await putOutbox(trx, [
    ...commitStatus(place, { context: previewContext, state: status.state, description: above(status.description) }),
    ...planCheck(workspace, { ...plan, sha, title: above(plan.title), targetUrl: plan.targetUrl ?? page }),
  ])
  await notify(trx, 'outbox', workspace.id)
  return {
    ...about,
    decision: 'accepted',
    reason: `a merge queue tries pull request ${number}: beside its commit stands what was said of that`,
  }
}

interface Numbered {
  readonly workspaceId: string
  readonly number: number
  readonly intoRef: string
}

/** The head of an open pull request of that number, a person's or kyozo's own. */
async function headOf(trx: Executor, { workspaceId, number, intoRef }: Numbered): Promise<string | undefined> {
  const pullRequest = await findPullRequestByNumber(trx, workspaceId, number)
  if (pullRequest !== undefined) return pullRequest.state === 'open' && pullRequest.baseRef === intoRef ? pullRequest.headSha : undefined
  const proposal = await findProposalByNumber(trx, { workspaceId, number })
  return proposal?.state === 'open' && proposal.intoRef === intoRef ? (proposal.headSha ?? undefined) : undefined
}

interface Said {
  readonly status: Pick<CommitStatus, 'state' | 'description' | 'targetUrl'>
  readonly plan: Pick<CommitCheck, 'conclusion' | 'title' | 'text'> & { readonly targetUrl?: string }
}

/**
 * What has come to an end. Of what is still on its way, or is not kept any more, the host let it into the queue all the same: it holds what is required
 * against the head itself, and a queue that nobody answers gives up.
 */
async function saidOf(trx: Executor, workspace: Workspace, head: string): Promise<Said> {
  const words = 'it was let into the queue; what is required of it stands beside its head'
  const at = toldOfStatus(workspace, { sha: head, context: previewContext })
  const status = at === undefined ? undefined : ((await lastSaid(trx, at)) as CommitStatus | undefined)
  const [empty] = planCheck(workspace, { sha: head, conclusion: 'success', title: '', text: '', targetUrl: '' })
  const plan = empty === undefined ? undefined : ((await lastSaid(trx, empty)) as CommitCheck | undefined)
  return {
    status: status === undefined || status.state === 'pending' ? { state: 'success', description: words, targetUrl: null } : status,
    plan: plan === undefined ? { conclusion: 'success', title: words, text: words } : planOf(plan),
  }
}

function planOf({ conclusion, title, text, targetUrl }: CommitCheck): Said['plan'] {
  return { conclusion, title, text, targetUrl }
}

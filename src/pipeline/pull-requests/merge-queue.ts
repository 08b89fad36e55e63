// What a merge queue tries is a commit of the host's own, and what is required of pull requests is required of it as well. Neither a preview nor a plan is
// made of it: it says what was said of the pull request that it tries.
import type { CommitCheck, CommitStatus } from '../../forge/messages.ts'
import type { MergeQueuedEvent } from '../../forge/pull-requests.ts'
import type { Executor } from '../../store/database.ts'
import type { DeliveryOutcome } from '../../store/deliveries.ts'
import { pullRequestsAt } from '../../store/heads.ts'
import { notify } from '../../store/notify.ts'
import { lastSaid, type OutboxMessage, putOutbox } from '../../store/outbox.ts'
import { findPullRequestByNumber } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, previewContext } from '../commit-status.ts'
import { planCheck } from './comment.ts'

interface Queued {
  readonly workspace: Workspace
  readonly event: Omit<MergeQueuedEvent, 'kind' | 'repository'>
}

export async function decideMergeQueued(trx: Executor, { workspace, event }: Queued): Promise<DeliveryOutcome> {
  const { pullRequest: number, intoRef, ref, sha } = event
  const about = { teamId: workspace.teamId, workspaceId: workspace.id, ref, sha, releaseIds: [] }
  const ignored = (reason: string): DeliveryOutcome => ({ ...about, decision: 'ignored', reason })
  const pullRequest = await findPullRequestByNumber(trx, workspace.id, number)
  if (pullRequest?.state !== 'open' || pullRequest.baseRef !== intoRef)
    return ignored(`a merge queue tries pull request ${number}, which kyozo does not know as open there`)
  // The queue's commit is nobody's head: what is one has a verdict of its own.
  if ((await pullRequestsAt(trx, { workspaceId: workspace.id, sha })).length > 0)
    return ignored(`a merge queue tries ${sha.slice(0, 7)}, which is the head of a pull request`)
  const messages = await saidOf(trx, { workspace, number, head: pullRequest.headSha, sha })
  if (messages.length === 0) return ignored(`a merge queue tries pull request ${number}, of whose head nothing is said yet`)
  await putOutbox(trx, messages)
  await notify(trx, 'outbox', pullRequest.id)
  return {
    ...about,
    decision: 'accepted',
    reason: `a merge queue tries pull request ${number}: beside its commit stands what was said of that`,
  }
}

interface Tried {
  readonly workspace: Workspace
  readonly number: number
  /** Of the pull request. */
  readonly head: string
  /** Of the queue. */
  readonly sha: string
}

/** What has come to an end; the queue waits for nothing else, since a pull request that is required to be green enters it green. */
async function saidOf(trx: Executor, { workspace, number, head, sha }: Tried): Promise<readonly OutboxMessage[]> {
  const above = `Pull request ${number}: `
  const placeholder = { context: previewContext, state: 'pending', description: '' } as const
  const emptyPlan = { sha: head, conclusion: 'success', title: '', text: '', targetUrl: '' } as const
  const statuses = commitStatus({ workspace, sha: head, page: '' }, placeholder)
  const status = (await saidAt(trx, statuses)) as CommitStatus | undefined
  const plan = (await saidAt(trx, planCheck(workspace, emptyPlan))) as CommitCheck | undefined
  return [
    ...(status === undefined || status.state === 'pending'
      ? []
      : commitStatus(
          { workspace, sha, page: status.targetUrl ?? '' },
          { context: previewContext, state: status.state, description: `${above}${status.description}` },
        )),
    ...(plan === undefined ? [] : planCheck(workspace, { ...plan, sha, title: `${above}${plan.title}` })),
  ]
}

async function saidAt(trx: Executor, [message]: readonly OutboxMessage[]): Promise<unknown> {
  return message === undefined ? undefined : lastSaid(trx, message)
}

// What follows from what a host tells of pull requests: of people's, of kyozo's own, and of those in a merge queue.
import type { CommentEvent, MergeQueuedEvent, PullRequestEvent } from '../../forge/pull-requests.ts'
import type { Executor } from '../../store/database.ts'
import type { DeliveryOutcome } from '../../store/deliveries.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { hearOfProposal, isOwnProposal, noteForeign } from '../commit-back/own.ts'
import { decideMergeQueued } from './merge-queue.ts'
import { decideComment, decidePullRequest, type Noting } from './note.ts'

export interface AboutPullRequest {
  readonly workspace: Workspace
  readonly event: PullRequestEvent | MergeQueuedEvent | CommentEvent
  /** A person wants the delivery decided again. */
  readonly replayedBy: string | undefined
}

export async function decideAboutPullRequest(
  noting: Noting,
  trx: Executor,
  { workspace, event, replayedBy }: AboutPullRequest,
): Promise<DeliveryOutcome> {
  if (event.kind === 'comment') return decideComment(noting, trx, { workspace, event })
  if (event.kind === 'merge_queued') return decideMergeQueued(noting, trx, { workspace, event })
  const { pullRequest: said } = event
  if (await isOwnProposal(trx, workspace, said)) return ofProposal(noting, trx, { workspace, event })
  await noteForeign(trx, { workspace, said })
  return decidePullRequest(noting, trx, { workspace, event, replayedBy })
}

async function ofProposal(
  { baseUrl }: Noting,
  trx: Executor,
  { workspace, event }: { readonly workspace: Workspace; readonly event: PullRequestEvent },
): Promise<DeliveryOutcome> {
  const reason = await hearOfProposal(trx, { workspace, said: event.pullRequest }, baseUrl)
  return { teamId: workspace.teamId, workspaceId: workspace.id, decision: 'ignored', reason, releaseIds: [] }
}

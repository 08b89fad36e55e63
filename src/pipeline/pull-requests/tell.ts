// What the Git host is told of a pull request: its plan, and, where no preview of its head is made, why.
import type { CommitStatus } from '../../forge/messages.ts'
import type { Executor } from '../../store/database.ts'
import { notify } from '../../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../../store/outbox.ts'
import { findPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, previewContext } from '../commit-status.ts'
import { pullRequestMessages, pullRequestPage } from './comment.ts'

export interface Told {
  readonly workspace: Workspace
  readonly pullRequestId: string
}

export async function tellPullRequest(trx: Executor, { workspace, pullRequestId }: Told, baseUrl: string): Promise<void> {
  const pullRequest = await findPullRequest(trx, pullRequestId)
  if (pullRequest === undefined) return
  const messages = [
    ...heldStatus(workspace, pullRequest, baseUrl),
    ...(await pullRequestMessages(trx, { workspace, pullRequest, baseUrl })),
  ]
  if (messages.length === 0) return
  await putOutbox(trx, messages)
  await notify(trx, 'outbox', pullRequestId)
}

/** Pure. A commit that had its preview keeps the status of that. */
export function heldStatus(workspace: Workspace, pullRequest: PullRequest, baseUrl: string): OutboxMessage[] {
  const { held, heldReason, heldSha, headSha, id } = pullRequest
  if (pullRequest.state !== 'open' || held === null) return []
  const state = stateOf(held, heldSha === headSha)
  if (state === undefined) return []
  const place = { workspace, sha: headSha, page: pullRequestPage(baseUrl, id) }
  return commitStatus(place, { context: previewContext, state, description: `No preview: ${heldReason ?? held}` })
}

/** Where nobody wants a preview a required status holds nobody up. */
function stateOf(held: NonNullable<PullRequest['held']>, isSince: boolean): CommitStatus['state'] | undefined {
  switch (held) {
    case 'off':
    case 'draft':
    case 'nothing':
      return 'success'
    case 'approval':
    case 'full':
    case 'failed':
      return 'failure'
    case 'destroyed':
      return isSince ? undefined : 'success'
    case 'expired':
    case 'evicted':
      return undefined
  }
}

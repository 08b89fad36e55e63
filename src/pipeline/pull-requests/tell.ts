// What the Git host is told of a pull request: its plan, and, where no preview of its head is made, why.
import type { Executor } from '../../store/database.ts'
import { notify } from '../../store/notify.ts'
import { putNews, putOutbox } from '../../store/outbox.ts'
import { findPullRequest, type PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, previewContext } from '../commit-status.ts'
import { pullRequestMessages, pullRequestPage } from './comment.ts'
import { tellNoPreview } from './hear.ts'
import { shownWhile } from './held-status.ts'
import { maySpeak } from './voice.ts'

export interface Told {
  readonly workspace: Workspace
  readonly pullRequestId: string
}

export async function tellPullRequest(trx: Executor, { workspace, pullRequestId }: Told, baseUrl: string): Promise<void> {
  const pullRequest = await findPullRequest(trx, pullRequestId)
  if (pullRequest === undefined) return
  await tellHeld(trx, { workspace, pullRequest }, baseUrl)
  await tellBelow(trx, { workspace, pullRequestId }, baseUrl)
}

/** What stands below it, and its plan; where the preview of a commit that is held changes, nothing is said beside that commit. */
export async function tellBelow(trx: Executor, { workspace, pullRequestId }: Told, baseUrl: string): Promise<void> {
  const pullRequest = await findPullRequest(trx, pullRequestId)
  if (pullRequest === undefined) return
  const messages = await pullRequestMessages(trx, { workspace, pullRequest, baseUrl })
  if (messages.length === 0) return
  await putOutbox(trx, messages)
  await notify(trx, 'outbox', pullRequestId)
}

interface Subject {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
}

async function tellHeld(trx: Executor, { workspace, pullRequest }: Subject, baseUrl: string): Promise<void> {
  const { state, held, heldReason, headSha, id } = pullRequest
  if (state !== 'open' || held === null) return
  const words = heldReason ?? held
  const shown = shownWhile(held)
  // A commit that had its preview keeps the status of that.
  if (shown === undefined) return tellNoPreview(trx, { workspace, pullRequest, words }, baseUrl)
  if (!(await maySpeak(trx, { workspace, pullRequest, sha: headSha }))) return
  const place = { workspace, sha: headSha, page: pullRequestPage(baseUrl, id) }
  // It is looked at again and again: what stands there already is not said once more.
  if (await putNews(trx, commitStatus(place, { context: previewContext, state: shown, description: `No preview: ${words}` })))
    await notify(trx, 'outbox', id)
}

// What a host says of a pull request, taken down; and a head that goes before anything was said of it gets a status all the same.
import type { CommitStatus } from '../../forge/messages.ts'
import type { ForgePullRequest } from '../../forge/pull-requests.ts'
import { short } from '../../release/verdict.ts'
import type { Executor } from '../../store/database.ts'
import { notify } from '../../store/notify.ts'
import { putOutbox } from '../../store/outbox.ts'
import { type NotedPullRequest, notePullRequest, type PullRequest } from '../../store/pull-requests.ts'
import { isSpokenOf } from '../../store/spoken.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, previewContext } from '../commit-status.ts'
import { pullRequestPage } from './comment.ts'
import { passVoice } from './pass-voice.ts'
import { maySpeak } from './voice.ts'

export interface Hearing {
  readonly workspace: Workspace
  readonly said: ForgePullRequest
  /** Default is no. */
  readonly isReopened?: boolean
}

export async function hearOfPullRequest(
  trx: Executor,
  { workspace, said, isReopened = false }: Hearing,
  baseUrl: string,
): Promise<NotedPullRequest> {
  const noted = await notePullRequest(trx, workspace, said, { isReopened })
  const { before } = noted
  if (!noted.isNews) return noted
  if (before?.state === 'open') await tellOvertaken(trx, { workspace, pullRequest: before, bySha: said.headSha }, baseUrl)
  await passVoice(trx, { workspace, before, after: noted.pullRequest }, baseUrl)
  return noted
}

interface Leaving {
  readonly workspace: Workspace
  /** As it was while the commit was its head. */
  readonly pullRequest: PullRequest
}

/** Somebody pushes faster than kyozo looks. */
export async function tellOvertaken(
  trx: Executor,
  { bySha, ...leaving }: Leaving & { readonly bySha: string },
  baseUrl: string,
): Promise<void> {
  if (leaving.pullRequest.headSha === bySha) return
  await tellUnspoken(trx, { ...leaving, state: 'error', words: `Superseded by ${short(bySha)}` }, baseUrl)
}

/** None was made of its head, and none will be: nobody waits for one, and nothing is wrong. */
export function tellNoPreview(trx: Executor, leaving: Leaving & { readonly words: string }, baseUrl: string): Promise<void> {
  return tellUnspoken(trx, { ...leaving, state: 'success', words: `No preview: ${leaving.words}` }, baseUrl)
}

interface Unspoken extends Leaving {
  readonly state: CommitStatus['state']
  readonly words: string
}

async function tellUnspoken(trx: Executor, { workspace, pullRequest, state, words }: Unspoken, baseUrl: string): Promise<void> {
  if (!(await maySpeak(trx, { workspace, pullRequest, sha: pullRequest.headSha }))) return
  const place = { workspace, sha: pullRequest.headSha, page: pullRequestPage(baseUrl, pullRequest.id) }
  for (const message of commitStatus(place, { context: previewContext, state, description: words })) {
    if (await isSpokenOf(trx, message)) continue
    await putOutbox(trx, [message])
    await notify(trx, 'outbox', pullRequest.id)
  }
}

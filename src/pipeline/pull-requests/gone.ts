// A preview that is gone: its pull request hears why, and those that waited for its place are looked at again.
import type { Executor } from '../../store/database.ts'
import { changePullRequest, type PullRequest, waitingForPlace } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import type { Kyozo } from '../kyozo.ts'
import { destroyedBy } from './let-go.ts'
import { followPullRequest } from './note.ts'
import { tellPullRequest } from './tell.ts'

export interface Gone {
  readonly workspace: Workspace
  /** Whose preview it was, as it was before. */
  readonly pullRequest: PullRequest
  readonly by: string
  /** Whether a person asked for it, and not what became of the pull request. */
  readonly isAsked: boolean
}

export async function previewIsGone({ queue, config }: Pick<Kyozo, 'queue' | 'config'>, trx: Executor, gone: Gone): Promise<void> {
  const { workspace, pullRequest, by, isAsked } = gone
  const isWanted = pullRequest.state === 'open' && pullRequest.held === null
  if (isWanted && isAsked) await changePullRequest(trx, pullRequest.id, destroyedBy(by, pullRequest))
  await tellPullRequest(trx, { workspace, pullRequestId: pullRequest.id }, config.baseUrl)
  // Wanted again while it went.
  if (isWanted && !isAsked) await followPullRequest(trx, queue, { pullRequest, by })
  // Who belongs to one team is nothing for another to read.
  for (const waiting of await waitingForPlace(trx, pullRequest))
    await followPullRequest(trx, queue, { pullRequest: waiting, by: waiting.teamId === pullRequest.teamId ? by : 'kyozo' })
}

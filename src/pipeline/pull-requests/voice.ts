// Who speaks for a commit that is the head of several open pull requests: the others write neither its status nor its plan.
import { whoSpeaks } from '../../release/who-speaks.ts'
import { isProposedAt } from '../../store/compose-proposals.ts'
import type { Executor } from '../../store/database.ts'
import { pullRequestsAt } from '../../store/heads.ts'
import type { PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'

export interface Commit {
  readonly workspace: Pick<Workspace, 'id' | 'defaultBranch'>
  readonly sha: string
}

export async function speakerAt(db: Executor, { workspace, sha }: Commit): Promise<PullRequest | undefined> {
  return speakerAmong(await pullRequestsAt(db, { workspaceId: workspace.id, sha }), workspace)
}

export function speakerAmong(open: readonly PullRequest[], { defaultBranch }: Pick<Workspace, 'defaultBranch'>): PullRequest | undefined {
  return whoSpeaks(open, `refs/heads/${defaultBranch}`)
}

/** Where none is open at the commit, whichever had it as its head says how that ended. For a proposal of kyozo's own nobody else speaks. */
export async function maySpeak(db: Executor, { pullRequest, ...commit }: Commit & { readonly pullRequest: Pick<PullRequest, 'id'> }) {
  if (await isProposedAt(db, { workspaceId: commit.workspace.id, sha: commit.sha })) return false
  const speaker = await speakerAt(db, commit)
  return speaker === undefined || speaker.id === pullRequest.id
}

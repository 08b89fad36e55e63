// What a host tells of kyozo's own commits and proposals: neither starts a release or a preview.
import type { PullRequestEvent } from '../../forge/pull-requests.ts'
import { short } from '../../release/verdict.ts'
import { endProposals, findOwnCommit } from '../../store/compose-files.ts'
import type { Executor } from '../../store/database.ts'
import type { Release } from '../../store/releases.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { proposalBranch } from './decide.ts'

/** Whether a commit is kyozo's own and says what the newest release of its branch runs: then there is nothing to release. It goes by the id that kyozo gave it, never by its message. */
export async function isCovered(
  db: Executor,
  { workspaceId, latest, sha }: { readonly workspaceId: string; readonly latest: Pick<Release, 'sha'> | undefined; readonly sha: string },
): Promise<boolean> {
  if (latest === undefined) return false
  const own = await findOwnCommit(db, workspaceId, sha)
  return own?.saysWhatRuns === true && own.released === latest.sha
}

export function coveredWords(sha: string, latest: Pick<Release, 'sha'>): string {
  return `${short(sha)} is kyozo's own commit: its compose.kyozo.yaml says what ${short(latest.sha)} runs`
}

/** Of a fork it would be somebody else's. */
export function isOwnProposal({ headRef, isFork }: { readonly headRef: string; readonly isFork: boolean }): boolean {
  return headRef === `refs/heads/${proposalBranch}` && !isFork
}

/** Returns what follows, in words. */
export async function hearOfProposal(trx: Executor, workspace: Workspace, { pullRequest }: PullRequestEvent): Promise<string> {
  const { number, state } = pullRequest
  await endProposals(trx, { workspaceId: workspace.id, number, state })
  return `pull request ${number} is kyozo's own proposal, ${state}: it gets no preview`
}

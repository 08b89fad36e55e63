// What a host tells of kyozo's own commits and proposals: neither starts a release or a preview.
import type { PullRequestEvent } from '../../forge/pull-requests.ts'
import { hasEnded, type ReleaseState } from '../../release/states.ts'
import { short } from '../../release/verdict.ts'
import { endProposals, findOwnCommit } from '../../store/compose-files.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { notify } from '../../store/notify.ts'
import { type OutboxMessage, putOutbox } from '../../store/outbox.ts'
import type { Release } from '../../store/releases.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { commitStatus, contextOf, previewContext, type StatusPlace } from '../commit-status.ts'
import { planCheck } from '../pull-requests/comment.ts'
import { isProposalBranch } from './decide.ts'

/** One that was live is replaced by what somebody set since. */
const wentWell: readonly ReleaseState[] = ['live', 'unchanged', 'replaced']

/** Whether a commit is kyozo's own and says what the newest release of its branch runs: then there is nothing to release. It goes by the id that kyozo gave it, never by its message. */
export async function isCovered(
  db: Executor,
  {
    workspaceId,
    latest,
    sha,
  }: { readonly workspaceId: string; readonly latest: Pick<Release, 'sha' | 'state'> | undefined; readonly sha: string },
): Promise<boolean> {
  // Of one that failed its own file says nothing: that commit is tried with it.
  if (latest === undefined || (hasEnded(latest.state) && !wentWell.includes(latest.state))) return false
  const own = await findOwnCommit(db, workspaceId, sha)
  return own?.saysWhatRuns === true && own.released === latest.sha
}

export function coveredWords(sha: string, latest: Pick<Release, 'sha'>): string {
  return `${short(sha)} is kyozo's own commit: its compose.kyozo.yaml says what ${short(latest.sha)} runs`
}

export interface Covered {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly latest: Release
  readonly sha: string
}

/** Beside the commit, as what it says runs. */
export async function tellCovered(trx: Executor, { workspace, environment, latest, sha }: Covered, baseUrl: string): Promise<void> {
  const place = { workspace, sha, page: `${baseUrl}/releases/${latest.id}`, releaseId: latest.id }
  const status = commitStatus(place, { context: contextOf(environment), state: 'success', description: coveredWords(sha, latest) })
  if (status.length === 0 || !wentWell.includes(latest.state)) return
  await putOutbox(trx, status)
  await notify(trx, 'outbox', latest.id)
}

/** Of a fork it would be somebody else's. */
export function isOwnProposal({ headRef, isFork }: { readonly headRef: string; readonly isFork: boolean }): boolean {
  return headRef.startsWith('refs/heads/') && isProposalBranch(headRef.slice('refs/heads/'.length)) && !isFork
}

/** Neither a preview nor a plan is made of it: where these are required, nobody waits for them. */
export function proposalMessages(place: StatusPlace): OutboxMessage[] {
  const { workspace, sha, page: targetUrl } = place
  const words = "kyozo's own proposal: it gets no preview and no plan"
  return [
    ...commitStatus(place, { context: previewContext, state: 'success', description: words }),
    ...planCheck(workspace, { sha, conclusion: 'success', title: words, text: words, targetUrl }),
  ]
}

/** Returns what follows, in words. */
export async function hearOfProposal(trx: Executor, workspace: Workspace, { pullRequest }: PullRequestEvent): Promise<string> {
  const { number, state } = pullRequest
  await endProposals(trx, { workspaceId: workspace.id, number, state })
  return `pull request ${number} is kyozo's own proposal, ${state}: it gets no preview`
}

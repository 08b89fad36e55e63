// What a host tells of kyozo's own commits and proposals: neither starts a release or a preview.
import type { ForgePullRequest } from '../../forge/pull-requests.ts'
import { hasEnded, type ReleaseState } from '../../release/states.ts'
import { short } from '../../release/verdict.ts'
import { findOwnCommit } from '../../store/compose-files.ts'
import { findProposalByNumber, noteProposal, numberProposals } from '../../store/compose-proposals.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { notify } from '../../store/notify.ts'
import { lastSaid, putOutbox } from '../../store/outbox.ts'
import { findPullRequestByHostId } from '../../store/pull-requests.ts'
import type { Release } from '../../store/releases.ts'
import { holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import { commitStatus, contextOf, previewContext, type StatusPlace } from '../commit-status.ts'
import { illMessages } from '../ill-services.ts'
import { planCheck } from '../pull-requests/comment.ts'
import { tellHead } from '../pull-requests/pass-voice.ts'
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
  await putOutbox(trx, [...status, ...(await illMessages(trx, { place, environment }))])
  await notify(trx, 'outbox', latest.id)
}

/**
 * Whether it is kyozo's own and nobody else's: from its branch, at a commit that it made, and into the branch for which it made it. What a person has pushed
 * there may be anything, and is looked at as any pull request is from then on; so is a branch that merely has such a name, one of a fork, and one that is to
 * take all of another branch along.
 */
export async function isOwnProposal(
  db: Executor,
  { id: workspaceId }: Pick<Workspace, 'id'>,
  { id: hostId, headRef, baseRef, headSha, isFork }: Pick<ForgePullRequest, 'id' | 'headRef' | 'baseRef' | 'headSha' | 'isFork'>,
): Promise<boolean> {
  if (isFork || !headRef.startsWith('refs/heads/') || !isProposalBranch(headRef.slice('refs/heads/'.length))) return false
  const own = await findOwnCommit(db, workspaceId, headSha)
  if (own === undefined || !own.proposedInto.includes(baseRef)) return false
  return (await findPullRequestByHostId(db, workspaceId, hostId)) === undefined
}

/** Neither a preview nor a plan is made of it: where these are required, nobody waits for them. Once it is said, nothing is said again. */
export async function tellProposal(trx: Executor, place: StatusPlace): Promise<void> {
  const { workspace, sha, page: targetUrl } = place
  const words = "kyozo's own proposal: it gets no preview and no plan"
  const messages = [
    ...commitStatus(place, { context: previewContext, state: 'success', description: words }),
    ...planCheck(workspace, { sha, conclusion: 'success', title: words, text: words, targetUrl }),
  ]
  for (const message of messages) {
    const said = await lastSaid(trx, message)
    if (said?.description === words || said?.title === words) continue
    await putOutbox(trx, [message])
    await notify(trx, 'outbox', sha)
  }
}

export interface SaidProposal {
  readonly workspace: Workspace
  readonly said: ForgePullRequest
}

/** Of one that a person has pushed to: whether it is merged or closed decides what is proposed next, as with any proposal. */
export async function noteForeign(trx: Executor, { workspace, said: { number, state, headSha } }: SaidProposal): Promise<void> {
  await noteProposal(trx, { workspaceId: workspace.id, number, state, headSha })
}

/** Returns what follows, in words. */
export async function hearOfProposal(trx: Executor, { workspace, said }: SaidProposal, baseUrl: string): Promise<string> {
  const { number, state, headSha, baseRef: intoRef, url } = said
  await holdWorkspace(trx, workspace.id)
  const known = { workspaceId: workspace.id, number }
  const before = await findProposalByNumber(trx, known)
  if (before === undefined) await numberProposals(trx, { ...known, intoRef, url })
  await noteProposal(trx, { ...known, state, headSha })
  if (state === 'open') await tellProposal(trx, { workspace, sha: headSha, page: baseUrl })
  if (before?.headSha != null) await tellHead(trx, { workspace, sha: before.headSha }, baseUrl)
  return `pull request ${number} is kyozo's own proposal, ${state}: it gets no preview`
}

/** Whether its host says something of it that is not known. */
export async function isNewOfProposal(db: Executor, { workspace, said }: SaidProposal): Promise<boolean> {
  const known = await findProposalByNumber(db, { workspaceId: workspace.id, number: said.number })
  return known?.headSha !== said.headSha || known.state !== said.state
}

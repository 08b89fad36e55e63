// Whether, and how, compose.kyozo.yaml is written back. Pure: from what a release found and what the branches hold to one decision, in words. It
// writes only what differs, only onto the commit that it has looked at, and never over anybody's change.
import { blobIdOf } from '../../stack/committed/file.ts'
import { isReadable } from '../../stack/committed/values.ts'
import type { Committed } from '../../stack/edits/with-edits.ts'
import { commitMessage, pullRequestWords } from './words.ts'

export type CommitBackMode = 'pull_request' | 'direct' | 'off'

const proposals = 'kyozo/compose'

/** The branch on which kyozo proposes for an environment, each on its own: what one holds besides must not get into the other. Nothing is deployed from it. */
export function proposalBranchOf({ environment, isDefault }: { readonly environment: string; readonly isDefault: boolean }): string {
  return isDefault ? proposals : `${proposals}-${environment}`
}

export function isProposalBranch(branch: string): boolean {
  return branch === proposals || branch.startsWith(`${proposals}-`)
}

export interface CommitBackFacts {
  readonly mode: CommitBackMode
  /** The branch that was released, without `refs/heads/`. */
  readonly branch: string
  /** The file as the release found it and as it should be. */
  readonly committed: Committed
  /** The commit that was released, and where its branch leads now; null when it is gone. */
  readonly released: string
  readonly tip: string | null
  /** The branch on which it is proposed, without `refs/heads/`. */
  readonly proposalBranch: string
  /** What that leads to; null when it is not there. */
  readonly proposal: Proposal | null
  /** What became of the pull request by which this kyozo proposed the same change before (`proposalKey`); null when there was none, or it was merged. */
  readonly sameProposal: 'open' | 'closed' | null
  /** For how long nothing has been written back to this branch; null when nothing ever was. */
  readonly sinceLastMs: number | null
}

export interface Proposal {
  readonly tip: string
  /** Whether this kyozo made that commit: it knows its id. Another one is a person's, or another kyozo's, and stays. */
  readonly isOurs: boolean
  /** The file there; null when it is not there. */
  readonly text: string | null
}

export type CommitBackDecision =
  /** `why` begins a sentence in small letters: `compose.kyozo.yaml is as it should be`. */
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'later'; readonly afterMs: number; readonly why: string }
  | CommitDecision
  | PullRequestDecision

export interface CommitDecision {
  readonly kind: 'commit'
  /** The full ref. */
  readonly to: string
  /** The commit that it comes after, where the ref must lead until then. */
  readonly parent: string
  readonly text: string
  readonly message: string
}

export interface PullRequestDecision {
  readonly kind: 'pull_request'
  /** The full ref that holds the proposal. */
  readonly to: string
  /** The commit that it comes after. */
  readonly parent: string
  /** Where `to` must lead until then; null when it must not be there. */
  readonly expected: string | null
  /** The branch that it is proposed for. */
  readonly into: string
  readonly text: string
  readonly message: string
  readonly title: string
  /** Markdown. What it quotes of the repository stands in blocks of code. */
  readonly body: string
}

/** At most one commit a minute is written back to a branch. */
export const commitBackPauseMs = 60_000

export function decideCommitBack(facts: CommitBackFacts): CommitBackDecision {
  const { mode, committed, tip, released, sinceLastMs } = facts
  const text = wantedText(committed)
  if (mode === 'off') return nothing('commit_back is off')
  if (text === committed.present) return nothing('compose.kyozo.yaml is as it should be')
  if (!isReadable(text)) return nothing('compose.kyozo.yaml would be larger than what kyozo reads back')
  if (tip !== released)
    return nothing(tip === null ? 'the branch is gone' : `the branch has moved on to ${tip.slice(0, 7)}, whose release decides`)
  const decision = mode === 'direct' && committed.merged.conflicts.length === 0 ? commitTo(facts, text) : propose(facts, text)
  if (decision.kind === 'nothing' || sinceLastMs === null || sinceLastMs >= commitBackPauseMs) return decision
  return {
    kind: 'later',
    afterMs: commitBackPauseMs - sinceLastMs,
    why: 'something was written back to the branch within the last minute',
  }
}

/** A proposal instead of a commit that the branch does not take. */
export function proposeInstead(facts: CommitBackFacts): CommitBackDecision {
  return decideCommitBack({ ...facts, mode: facts.mode === 'direct' ? 'pull_request' : facts.mode })
}

/** By what one remembers that something was proposed: the file as it is and as it would be. People who closed it want neither asked again. */
export function proposalKey(committed: Committed): string {
  return blobIdOf(`${committed.present ?? ''}\0${wantedText(committed)}`)
}

/** The file as it is to be written. In a conflict people are asked whether they want what kyozo generates. */
export function wantedText({ merged, proposal }: Committed): string {
  return merged.conflicts.length === 0 ? merged.text : proposal
}

function commitTo({ branch, released, committed }: CommitBackFacts, text: string): CommitDecision {
  return { kind: 'commit', to: `refs/heads/${branch}`, parent: released, text, message: commitMessage(committed, text) }
}

function propose(facts: CommitBackFacts, text: string): CommitBackDecision {
  const { branch, released, committed, proposal, proposalBranch, sameProposal } = facts
  if (sameProposal === 'closed') return nothing('people have closed the pull request with the same change')
  if (proposal !== null && !proposal.isOurs)
    return nothing(
      `${proposalBranch} leads to ${proposal.tip.slice(0, 7)}, which is not this kyozo's: it stays as it is until it is merged or deleted`,
    )
  if (proposal?.text === text && sameProposal === 'open') return nothing('the pull request with this change is open')
  return {
    kind: 'pull_request',
    to: `refs/heads/${proposalBranch}`,
    parent: released,
    expected: proposal?.tip ?? null,
    into: branch,
    text,
    message: commitMessage(committed, text),
    ...pullRequestWords({ branch, committed, text }),
  }
}

function nothing(why: string): CommitBackDecision {
  return { kind: 'nothing', why }
}

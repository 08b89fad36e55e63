// What follows from how a push of kyozo's ended: each way ends in a sentence for people, or in another try.
import type { PushOutcome } from '../../git/push-outcome.ts'
import type { CommitDecision, PullRequestDecision } from './decide.ts'

export type NextStep =
  /** It stands in the branch, or on kyozo's own. */
  | { readonly kind: 'done'; readonly words: string }
  /** Read where the branch leads, and decide again. */
  | { readonly kind: 'again' }
  /** The branch takes no commit of kyozo's: `proposeInstead`. */
  | { readonly kind: 'propose'; readonly words: string }
  /** Try the same later. */
  | { readonly kind: 'later'; readonly words: string }
  /** It ends here, until somebody changes what is in the way. Nothing that runs depends on it. */
  | { readonly kind: 'given_up'; readonly words: string }

/** So often kyozo begins anew on what somebody else has pushed; after that it leaves it to the release of that push. */
export const triesLimit = 3

export interface PushedBack {
  readonly decision: CommitDecision | PullRequestDecision
  readonly outcome: PushOutcome
  /** Counts from 1. */
  readonly attempt: number
}

export function afterPush({ decision, outcome, attempt }: PushedBack): NextStep {
  const branch = decision.to.replace('refs/heads/', '')
  const failed = (what: string) => `compose.kyozo.yaml was not written back to ${branch}: ${what}`
  switch (outcome.kind) {
    case 'pushed':
      return { kind: 'done', words: `compose.kyozo.yaml was written to ${branch}` }
    case 'moved_on':
      return attempt < triesLimit
        ? { kind: 'again' }
        : { kind: 'given_up', words: failed(`somebody was faster ${attempt} times; the next release tries again`) }
    case 'protected':
    case 'needs_signature': {
      const why = outcome.kind === 'protected' ? 'the branch is protected' : 'the branch takes signed commits only'
      if (decision.kind === 'commit') return { kind: 'propose', words: failed(`${why}; it is proposed instead`) }
      return { kind: 'given_up', words: failed(`${why} (${outcome.said})`) }
    }
    case 'no_permission':
      return { kind: 'given_up', words: failed(`the connection may not push (${outcome.said})`) }
    case 'refused':
      return { kind: 'given_up', words: failed(`the host refused it (${outcome.said})`) }
    case 'unreachable':
      return { kind: 'later', words: failed(`the host cannot be reached (${outcome.said})`) }
  }
}

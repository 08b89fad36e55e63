// Whether a commit of a fork may run: by an approval of exactly it, or since it went live by one before. Pure.
import { approvalLifeMs } from './preview.ts'
import type { ReleaseState } from './states.ts'

/** What somebody approved last: a commit, and the branch that it was to be merged into, since that one's kyozo.yaml decides what it gets. */
export interface Approval {
  readonly approvedSha: string | null
  readonly approvedBase: string | null
  readonly approvedAt: Date | null
  /** The branch that it is to be merged into by now. */
  readonly baseRef: string
}

export interface Approving {
  readonly sha: string
  readonly nowMs: number
  /** For how long previews stay: an approval holds for no longer, nor for longer than a day. Null where nobody knows. */
  readonly lifeMs: number | null
}

export function isApproved({ approvedSha, approvedBase, approvedAt, baseRef }: Approval, { sha, nowMs, lifeMs }: Approving): boolean {
  if (approvedSha !== sha || approvedBase !== baseRef || approvedAt === null) return false
  return nowMs - approvedAt.getTime() < Math.min(lifeMs ?? approvalLifeMs, approvalLifeMs)
}

/** A release, as far as it may be of what went live before. */
export interface AskedAgain {
  readonly sha: string
  readonly options: { readonly ofLive?: true; readonly analyze?: true; readonly rollbackTo?: string }
  /** The commit that is live; null while none is. */
  readonly liveSha: string | null
  /** How the release ended that it goes back to; null when there is none. */
  readonly goesBackTo: ReleaseState | null
}

/**
 * Whether it only runs again what went live, by an approval of then. While nothing is live, what is asked for again is a commit that may never have run;
 * and a commit that is analyzed anew gets what the base branch gives it now.
 */
export function runsAgain({ sha, options, liveSha, goesBackTo }: AskedAgain): boolean {
  if (options.rollbackTo !== undefined) return goesBackTo === 'live' || goesBackTo === 'replaced' || goesBackTo === 'unchanged'
  return options.ofLive === true && options.analyze !== true && liveSha === sha
}

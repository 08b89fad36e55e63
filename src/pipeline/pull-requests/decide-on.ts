// The facts about a pull request that the decision on its preview rests on, and the decision.
import { asKyozoError } from '../../errors.ts'
import { isApproved } from '../../release/fork-approval.ts'
import { decidePreview, type PreviewDecision, type PreviewFacts } from '../../release/preview.ts'
import type { Executor } from '../../store/database.ts'
import { databaseClock } from '../../store/instance.ts'
import { countPreviews, type PullRequest } from '../../store/pull-requests.ts'
import type { Workspace } from '../../store/workspaces.ts'
import { previewRules } from '../../topology/declaration/preview-rules.ts'
import type { ReadPullRequest } from './read.ts'
import type { Unreadable } from './unreadable.ts'

export interface LookedAt {
  readonly workspace: Workspace
  readonly pullRequest: PullRequest
  /** Undefined for one that is not open. */
  readonly read: ReadPullRequest | Unreadable | undefined
  readonly isAsked: boolean
}

/** `failed`: what it holds cannot be read, so nothing of it is made; what runs stays. */
export type Decided = { readonly decision: PreviewDecision | { readonly kind: 'failed'; readonly words: string } }

export async function decideOn(trx: Executor, { workspace, pullRequest, read, isAsked }: LookedAt): Promise<Decided> {
  if (read !== undefined && 'error' in read) {
    const { message, hint } = asKyozoError(read.error)
    return { decision: { kind: 'failed', words: hint === undefined ? message : `${message}; ${hint}` } }
  }
  const { held, heldReason, heldSha, environmentId } = pullRequest
  const headSha = read?.head.sha ?? pullRequest.headSha
  // One that is over is ruled by nothing.
  const { rules, branch } =
    read === undefined ? { rules: previewRules({}), branch: workspace.defaultBranch } : { rules: read.rules, branch: read.ruling.branch }
  const approving = { sha: headSha, nowMs: await databaseClock(trx), lifeMs: rules.ttlMs }
  const facts: PreviewFacts = {
    number: pullRequest.number,
    state: pullRequest.state,
    headSha,
    isFork: pullRequest.isFork,
    isDraft: pullRequest.isDraft,
    approvedSha: isApproved(pullRequest, approving) ? headSha : null,
    before: held === null ? null : { held, words: heldReason ?? '', sha: heldSha },
    policy: { ...rules, branch, waitsToBeAsked: !workspace.autoDeployEnabled },
    hasPreview: environmentId !== null,
    others: await countPreviews(trx, pullRequest),
    isAsked,
    wasAsked: pullRequest.askedBy !== null,
  }
  return { decision: decidePreview(facts) }
}

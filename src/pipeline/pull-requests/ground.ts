// What a release of a preview stands on: its pull request, which must be open and, from a fork, approved at this very commit; and the branch that rules it.
import { KyozoError } from '../../errors.ts'
import type { PreviewLimits } from '../../stack/confine-preview.ts'
import type { Executor } from '../../store/database.ts'
import { type PullRequest, pullRequestOf } from '../../store/pull-requests.ts'
import type { PreviewRules } from '../../topology/declaration/preview-rules.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import { whyUnapproved } from './approval.ts'
import { type RulingBranch, readRuling } from './ruling.ts'

export interface PreviewGround {
  readonly pullRequest: PullRequest
  readonly trust: PreviewLimits['trust']
  readonly rules: PreviewRules
  /** Whose kyozo.yaml they are of. */
  readonly ruling: RulingBranch
}

type Subject = Pick<Attempt, 'environment' | 'release' | 'workspace' | 'signal' | 'redactAlso'>

/** Undefined for what is no preview. Throws `state_conflict` when nothing of it may run any more. */
export async function previewGround(attempt: Subject, kyozo: Kyozo): Promise<PreviewGround | undefined> {
  const { environment } = attempt
  if (environment.trust === 'trusted') return undefined
  const pullRequest = await wantedPullRequest(attempt, kyozo.db)
  const { ruling, rules } = await readRuling(attempt, kyozo, pullRequest.baseRef)
  return { pullRequest, trust: environment.trust, ruling, rules }
}

/** Asked again before anything is started: who approves may take it back, and who opened it may push. */
export async function assertStillWanted(attempt: Pick<Subject, 'environment' | 'release'>, db: Executor): Promise<void> {
  if (attempt.environment.trust !== 'trusted') await wantedPullRequest(attempt, db)
}

async function wantedPullRequest({ environment, release }: Pick<Subject, 'environment' | 'release'>, db: Executor): Promise<PullRequest> {
  const pullRequest = await pullRequestOf(db, environment.id)
  if (pullRequest === undefined || pullRequest.state !== 'open')
    throw new KyozoError('state_conflict', `the pull request of ${environment.name} is not open any more`)
  const { sha, options } = release
  const unapproved = await whyUnapproved(db, pullRequest, { environment, sha, options })
  if (unapproved !== undefined) throw unapproved
  return pullRequest
}

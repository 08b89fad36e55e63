// Whether a commit of a fork may run at this moment, and what is said where it may not.
import { KyozoError } from '../../errors.ts'
import { isApproved, runsAgain } from '../../release/fork-approval.ts'
import { short } from '../../release/verdict.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { databaseClock } from '../../store/instance.ts'
import { type PullRequest, pullRequestOf } from '../../store/pull-requests.ts'
import { findRelease, type Release } from '../../store/releases.ts'

type Place = Pick<Environment, 'id' | 'trust' | 'lifeSeconds' | 'liveReleaseId'>

export interface Asked extends Pick<Release, 'sha' | 'options'> {
  readonly environment: Place
}

/** Why no release of a commit may begin in an environment of its own accord; undefined when one may. */
export async function whyUnapprovedIn(db: Executor, environment: Place, sha: string): Promise<KyozoError | undefined> {
  if (environment.trust === 'trusted') return undefined
  const pullRequest = await pullRequestOf(db, environment.id)
  return pullRequest && whyUnapproved(db, pullRequest, { environment, sha, options: {} })
}

/** Why a commit of a pull request may not run; undefined when it may. What comes from no fork needs no approval, and what went live by one no other. */
export async function whyUnapproved(db: Executor, pullRequest: PullRequest, asked: Asked): Promise<KyozoError | undefined> {
  const { sha, environment } = asked
  if (!pullRequest.isFork) return undefined
  const lifeMs = environment.lifeSeconds === null ? null : environment.lifeSeconds * 1_000
  if (isApproved(pullRequest, { sha, nowMs: await databaseClock(db), lifeMs })) return undefined
  if (await wentLive(db, asked)) return undefined
  return new KyozoError('state_conflict', `${short(sha)} comes from a fork and is not approved`, {
    hint: `whoever may write comments /kyozo approve ${pullRequest.headSha}; an approval is for one commit and one base branch, and lasts a day, or as long as previews stay`,
  })
}

async function wentLive(db: Executor, { environment: { liveReleaseId }, sha, options }: Asked): Promise<boolean> {
  const live = liveReleaseId === null ? undefined : await findRelease(db, liveReleaseId)
  const earlier = options.rollbackTo === undefined ? undefined : await findRelease(db, options.rollbackTo)
  return runsAgain({ sha, options, liveSha: live?.sha ?? null, goesBackTo: earlier?.state ?? null })
}

// Whether a commit of a fork is approved at this moment, and what is said where it is not.
import { KyozoError } from '../../errors.ts'
import { isApproved, runsAgain } from '../../release/fork-approval.ts'
import { short } from '../../release/verdict.ts'
import type { Executor } from '../../store/database.ts'
import type { Environment } from '../../store/environments.ts'
import { databaseClock } from '../../store/instance.ts'
import { type PullRequest, pullRequestOf } from '../../store/pull-requests.ts'
import { findRelease, type Release } from '../../store/releases.ts'

/** Throws `state_conflict` when it is of a fork, nobody has approved it, and it is not what went live before. */
export async function assertApproved(
  db: Executor,
  pullRequest: PullRequest,
  {
    environment,
    release,
  }: { readonly environment: Pick<Environment, 'liveReleaseId'>; readonly release: Pick<Release, 'sha' | 'options'> },
): Promise<void> {
  const { sha, options } = release
  if (await mayRun(db, pullRequest, sha)) return
  const live = environment.liveReleaseId === null ? undefined : await findRelease(db, environment.liveReleaseId)
  const earlier = options.rollbackTo === undefined ? undefined : await findRelease(db, options.rollbackTo)
  if (!runsAgain({ sha, options, liveSha: live?.sha ?? null, goesBackTo: earlier?.state ?? null })) throw notApproved(pullRequest, sha)
}

/** Why no release of a commit may begin that an environment's ref leads to; undefined when one may. What comes from no fork needs no approval. */
export async function whyUnapproved(
  db: Executor,
  { id, trust }: Pick<Environment, 'id' | 'trust'>,
  sha: string,
): Promise<KyozoError | undefined> {
  if (trust === 'trusted') return undefined
  const pullRequest = await pullRequestOf(db, id)
  if (pullRequest === undefined || (await mayRun(db, pullRequest, sha))) return undefined
  return notApproved(pullRequest, sha)
}

async function mayRun(db: Executor, pullRequest: PullRequest, sha: string): Promise<boolean> {
  return !pullRequest.isFork || isApproved(pullRequest, { sha, nowMs: await databaseClock(db) })
}

function notApproved({ headSha }: PullRequest, sha: string): KyozoError {
  return new KyozoError('state_conflict', `${short(sha)} comes from a fork and is not approved`, {
    hint: `whoever may write comments /kyozo approve ${headSha}; an approval is for one commit and one base branch, and lasts a day`,
  })
}

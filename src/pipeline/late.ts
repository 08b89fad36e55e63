// A commit that the branch had left already when its delivery came: it has its release, its verdicts and its status, and nothing of it runs.
import type { Executor } from '../store/database.ts'
import type { Environment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { hasOpenOperations } from '../store/release-operations.ts'
import { insertEndedRelease, type Release, releaseBefore } from '../store/releases.ts'
import type { Workspace } from '../store/workspaces.ts'
import { reportRelease } from './report.ts'
import { supersededVerdicts } from './verdicts.ts'

export interface LateCommit {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly sha: string
  /** What the branch points at, which has its release. */
  readonly tip: string
  readonly triggeredBy: string
}

export async function endLate(trx: Executor, late: LateCommit, baseUrl: string): Promise<Release> {
  const { workspace, environment, sha, tip, triggeredBy } = late
  const verdicts = await supersededVerdicts(trx, environment, { bySha: tip })
  const release = await insertEndedRelease(
    trx,
    {
      teamId: workspace.teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      ref: environment.ref,
      sha,
      triggeredBy,
      asked: { late: true },
      state: 'superseded',
      supersededBy: tip,
      reason: `superseded by ${tip.slice(0, 7)}`,
    },
    verdicts,
  )
  await reportRelease(trx, { workspace, environment, release, verdicts }, baseUrl)
  await notify(trx, 'release', release.id)
  return release
}

/** Whether the tip serves already, so that a release whose commit the branch had left leaves nothing to do. */
export async function isLate(
  trx: Executor,
  { release, tip }: { readonly release: Pick<Release, 'id' | 'environmentId' | 'sequence' | 'options'>; readonly tip: string },
): Promise<boolean> {
  if (Object.keys(release.options).length > 0 || (await hasOpenOperations(trx, release.id))) return false
  const before = await releaseBefore(trx, release)
  return before?.sha === tip && (before.state === 'live' || before.state === 'unchanged')
}

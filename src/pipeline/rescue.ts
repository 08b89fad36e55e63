// What a worker looks after besides its jobs: releases whose worker died, releases nobody was woken for, and branches that moved without a delivery.
import type { Executor } from '../store/database.ts'
import { findEnvironment } from '../store/environments.ts'
import { type RescuedRelease, rescueReleases } from '../store/give-back.ts'
import { notify } from '../store/notify.ts'
import { settleOperations } from '../store/release-operations.ts'
import { saveVerdicts } from '../store/releases.ts'
import { claimableEnvironments } from '../store/waiting-releases.ts'
import { builtInWorkspaces, findWorkspace } from '../store/workspaces.ts'
import { convergeBranches, followedBranches } from './converge-branches.ts'
import { withDefaultBranch } from './default-branch.ts'
import type { Kyozo } from './kyozo.ts'
import { recordFailure } from './record-failure.ts'
import { reportRelease } from './report.ts'
import { failedVerdictsOf, liveServices, supersededVerdicts } from './verdicts.ts'
import { environmentWishes } from './wishes.ts'

/** Puts what a dead worker left back into the queue or to its end, and wakes a worker for everything that waits. */
export async function rescue(kyozo: Kyozo): Promise<void> {
  const { rescued, failures } = await rescueReleases(kyozo.db, async (trx, one) => {
    if (one.fate !== 'queued') await reportEnd(kyozo, trx, one)
  })
  for (const { release, fate } of rescued) kyozo.log.warn({ release: release.id, fate }, 'a release lost its worker')
  for (const error of failures) kyozo.log.warn({ error }, 'a release that lost its worker could not be taken over, and is tried again soon')
  for (const environmentId of await claimableEnvironments(kyozo.db)) await kyozo.queue.enqueueDeploy(kyozo.db, environmentId)
}

/** What follows from the end of a release of which nobody knows more than its row. */
export async function reportEnd(kyozo: Pick<Kyozo, 'config'>, trx: Executor, { release, fate }: RescuedRelease): Promise<void> {
  const environment = (await findEnvironment(trx, release.environmentId))!
  const workspace = (await findWorkspace(trx, release.workspaceId))!
  const verdicts =
    fate === 'superseded'
      ? await supersededVerdicts(trx, environment, { bySha: release.supersededBy ?? '', release })
      : await failedVerdictsOf(trx, environment, { because: release.reason ?? 'kyozo ended while working on it', release })
  await saveVerdicts(trx, release.id, verdicts)
  await settleOperations(trx, release)
  const { stopped } = await environmentWishes(trx, environment.id)
  await recordFailure(trx, {
    environmentId: environment.id,
    source: { teamId: workspace.teamId, releaseId: release.id, triggeredBy: release.triggeredBy, triggeredById: release.triggeredById },
    sha: release.sha,
    verdicts,
    reason: release.reason ?? 'kyozo ended while working on it',
    codes: new Map(),
    code: release.errorCode ?? fate,
    live: await liveServices(trx, environment),
    stopped,
    specs: new Map(),
    durationMs: release.startedAt === null ? 0 : Date.now() - release.startedAt.getTime(),
  })
  await reportRelease(trx, { workspace, environment, release, verdicts }, kyozo.config.baseUrl)
  await notify(trx, 'release', release.id)
}

/** A push whose delivery could not be stored moved the branch all the same: it is received now, as if it had just arrived. */
export async function sweepBuiltInRemotes(kyozo: Kyozo): Promise<void> {
  const signal = kyozo.stopping.begun
  for (const found of await builtInWorkspaces(kyozo.db, kyozo.processId)) {
    const workspace = await withDefaultBranch(kyozo, found)
    // Before the branches: what is released meanwhile is no sign that one had moved.
    const followed = await followedBranches(kyozo, workspace)
    const tips = await kyozo.mirrors.branches(workspace.id)
    // A repository that nobody has pushed to here says nothing.
    if (tips.size > 0) await convergeBranches(kyozo, { workspace, followed, tips, signal })
  }
}

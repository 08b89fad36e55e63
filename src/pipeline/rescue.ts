// What a worker looks after besides its jobs: releases whose worker died, releases nobody was woken for, and branches that moved without a delivery.
import { hasEnded } from '../release/states.ts'
import type { Executor } from '../store/database.ts'
import { builtInBranches, findEnvironment } from '../store/environments.ts'
import { type RescuedRelease, rescueReleases } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { latestRelease, saveVerdicts, waitingEnvironments } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'
import { startRelease } from './receive.ts'
import { reportRelease } from './report.ts'
import { failedVerdictsOf, supersededVerdicts } from './verdicts.ts'

/** Puts what a dead worker left back into the queue or to its end, and wakes a worker for everything that waits. */
export async function rescue(kyozo: Kyozo): Promise<void> {
  await kyozo.db.transaction().execute(async (trx) => {
    for (const rescued of await rescueReleases(trx)) {
      const { release, fate } = rescued
      kyozo.log.warn({ release: release.id, fate }, 'a release lost its worker')
      if (fate !== 'queued') await reportEnd(kyozo, trx, rescued)
    }
  })
  for (const environmentId of await waitingEnvironments(kyozo.db)) await kyozo.queue.enqueueDeploy(kyozo.db, environmentId)
}

async function reportEnd(kyozo: Kyozo, trx: Executor, { release, fate }: RescuedRelease): Promise<void> {
  const environment = (await findEnvironment(trx, release.environmentId))!
  const workspace = (await findWorkspace(trx, release.workspaceId))!
  const verdicts =
    fate === 'superseded'
      ? await supersededVerdicts(trx, environment, release.supersededBy ?? '')
      : await failedVerdictsOf(trx, environment, release.reason ?? 'kyozo ended while working on it')
  await saveVerdicts(trx, release.id, verdicts)
  await reportRelease(trx, { workspace, environment, release, verdicts }, kyozo.config.baseUrl)
  await notify(trx, 'release', release.id)
}

/** A push whose delivery could not be stored moved the branch all the same: its commit gets its release now. */
export async function sweepBuiltInRemotes(kyozo: Kyozo): Promise<void> {
  for (const { id, ref, workspaceId } of await builtInBranches(kyozo.db)) {
    const tip = await kyozo.mirrors.tip(workspaceId, ref)
    const latest = await latestRelease(kyozo.db, id)
    if (tip === null || latest === undefined || latest.sha === tip || !hasEnded(latest.state)) continue
    const workspace = (await findWorkspace(kyozo.db, workspaceId))!
    const environment = (await findEnvironment(kyozo.db, id))!
    kyozo.log.warn({ workspace: workspace.name, tip }, 'a branch moved without a delivery')
    await kyozo.db.transaction().execute((trx) =>
      startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
        workspace,
        environment,
        sha: tip,
        triggeredBy: 'sweep',
      }),
    )
  }
}

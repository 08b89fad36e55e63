// What a worker looks after besides its jobs: releases whose worker died, releases nobody was woken for, and branches that moved without a delivery.
import { hasEnded } from '../release/states.ts'
import { findEnvironment } from '../store/environments.ts'
import { findRelease, latestRelease, rescueReleases, saveVerdicts, waitingEnvironments } from '../store/releases.ts'
import { findWorkspace } from '../store/workspaces.ts'
import type { Kyozo } from './kyozo.ts'
import { startRelease } from './receive.ts'
import { reportRelease } from './report.ts'
import { failedVerdictsOf } from './verdicts.ts'

/** Puts what a dead worker left back into the queue, and wakes a worker for everything that waits. */
export async function rescue(kyozo: Kyozo): Promise<void> {
  const rescued = await kyozo.db.transaction().execute(async (trx) => {
    const rows = await rescueReleases(trx)
    for (const row of rows) {
      if (!row.isGivenUp) continue
      const release = (await findRelease(trx, row.releaseId))!
      const environment = (await findEnvironment(trx, row.environmentId))!
      const workspace = (await findWorkspace(trx, release.workspaceId))!
      const verdicts = await failedVerdictsOf(trx, environment, release.reason ?? 'kyozo ended while working on it')
      await saveVerdicts(trx, release.id, verdicts)
      await reportRelease(trx, { workspace, environment, release, verdicts }, kyozo.config.baseUrl)
    }
    return rows
  })
  for (const row of rescued) kyozo.log.warn({ release: row.releaseId, isGivenUp: row.isGivenUp }, 'a release lost its worker')
  for (const environmentId of await waitingEnvironments(kyozo.db)) await kyozo.queue.enqueueDeploy(kyozo.db, environmentId)
}

/** A push whose delivery could not be stored moved the branch all the same: its commit gets its release now. */
export async function sweepBuiltInRemotes(kyozo: Kyozo): Promise<void> {
  const environments = await kyozo.db
    .selectFrom('environments')
    .innerJoin('workspaces', 'workspaces.id', 'environments.workspaceId')
    .select(['environments.id', 'environments.ref', 'environments.workspaceId'])
    .where('workspaces.forge', '=', 'git')
    .where('environments.kind', '=', 'branch')
    .execute()
  for (const { id, ref, workspaceId } of environments) {
    const tip = await kyozo.mirrors.tip(workspaceId, ref)
    const latest = await latestRelease(kyozo.db, id)
    if (tip === null || latest === undefined || latest.sha === tip || !hasEnded(latest.state)) continue
    const workspace = (await findWorkspace(kyozo.db, workspaceId))!
    const environment = (await findEnvironment(kyozo.db, id))!
    kyozo.log.warn({ workspace: workspace.name, tip }, 'a branch moved without a delivery')
    await kyozo.db.transaction().execute((trx) => startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, { workspace, environment, sha: tip, triggeredBy: 'sweep' }))
  }
}

// What a worker looks after besides its jobs: releases whose worker died, releases nobody was woken for, and branches that moved without a delivery.
import { newId } from '../ids.ts'
import { hasEnded } from '../release/states.ts'
import type { Executor } from '../store/database.ts'
import { findEnvironment, findEnvironmentByRef, listEnvironments } from '../store/environments.ts'
import { type RescuedRelease, rescueReleases } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { settleOperations } from '../store/release-operations.ts'
import { latestRelease, saveVerdicts, waitingEnvironments } from '../store/releases.ts'
import { builtInWorkspaces, findWorkspace, type Workspace } from '../store/workspaces.ts'
import { withDefaultBranch } from './default-branch.ts'
import type { Kyozo } from './kyozo.ts'
import { receivePush } from './receive.ts'
import { recordFailure } from './record-failure.ts'
import { reportRelease } from './report.ts'
import { failedVerdictsOf, liveServices, supersededVerdicts } from './verdicts.ts'
import { environmentWishes } from './wishes.ts'

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
  for (const found of await builtInWorkspaces(kyozo.db)) {
    const workspace = await withDefaultBranch(kyozo, found)
    const tips = await kyozo.mirrors.branches(workspace.id)
    const followed = new Set([
      `refs/heads/${workspace.defaultBranch}`,
      ...(await listEnvironments(kyozo.db, workspace.id)).map((environment) => environment.ref),
    ])
    for (const [ref, sha] of tips) if (followed.has(ref)) await receiveMissed(kyozo, { workspace, ref, sha })
  }
}

async function receiveMissed(
  kyozo: Kyozo,
  branch: { readonly workspace: Workspace; readonly ref: string; readonly sha: string },
): Promise<void> {
  const { workspace, ref, sha } = branch
  const environment = await findEnvironmentByRef(kyozo.db, workspace.id, ref)
  const latest = environment === undefined ? undefined : await latestRelease(kyozo.db, environment.id)
  if (latest !== undefined && (latest.sha === sha || !hasEnded(latest.state))) return
  kyozo.log.warn({ workspace: workspace.name, ref, sha }, 'a branch moved without a delivery')
  const delivery = {
    forge: 'git' as const,
    connection: null,
    deliveryId: newId(),
    event: 'sweep',
    headers: {},
    body: Buffer.from(JSON.stringify({ ref, sha })),
  }
  const context = { db: kyozo.db, queue: kyozo.queue, baseUrl: kyozo.config.baseUrl, teamId: workspace.teamId }
  await receivePush(context, delivery, { workspace, ref, sha, isDeletion: false, pusher: 'sweep' })
}

// An environment without a release under way: what an ended process left is mended, and the routes are made from what runs.
import { isEmptyRecovery, planRecovery, servingContainers } from '../reconcile/recover.ts'
import { holdIdleEnvironment } from '../store/environments.ts'
import { notify } from '../store/notify.ts'
import { replaceRoutes } from '../store/routes.ts'
import { findWorkspace } from '../store/workspaces.ts'
import { identityOf } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { recordObserved } from './record-observed.ts'
import { applyRecovery } from './recover.ts'
import { routeRows } from './routes.ts'
import { liveServices } from './verdicts.ts'
import { environmentWishes, liveFacts } from './wishes.ts'

/**
 * With `repair`, containers are brought back to the live release as well. Does nothing while a release runs: that one answers for the environment.
 * The environment's row is held meanwhile, so that no release starts in between.
 */
export async function recoverEnvironment(kyozo: Kyozo, environmentId: string, { repair }: { readonly repair: boolean }): Promise<void> {
  await kyozo.db.transaction().execute(async (trx) => {
    const environment = await holdIdleEnvironment(trx, environmentId)
    if (environment === undefined) return
    const workspace = (await findWorkspace(trx, environment.workspaceId))!
    const identity = identityOf(kyozo.instance, workspace, environment)
    const live = await liveServices(trx, environment)
    const facts = liveFacts(live, await environmentWishes(trx, environmentId))
    if (repair) {
      const recovery = planRecovery(await kyozo.engine.observe(identity, []), facts)
      if (!isEmptyRecovery(recovery)) await applyRecovery(kyozo.engine, identity, recovery)
    }
    const containers = servingContainers(await kyozo.engine.observe(identity, []), facts)
    await recordObserved(trx, { environmentId, teamId: environment.teamId, live, containers, now: new Date() })
    const services = [...live.values()].map(({ spec }) => spec)
    await replaceRoutes(trx, environmentId, routeRows({ environmentId, identity, services, containers }, kyozo.config))
    await notify(trx, 'routes', environmentId)
  })
}

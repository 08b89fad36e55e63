// What is asked of all environments of a workspace at once. The operation ends when the last of their releases has.
import { KyozoError } from '../../errors.ts'
import { askRelease } from '../../store/asked-releases.ts'
import type { Executor } from '../../store/database.ts'
import { type Environment, listEnvironments } from '../../store/environments.ts'
import { followGroup } from '../../store/group-operations.ts'
import { stoppedEnvironments } from '../../store/intents.ts'
import { notify } from '../../store/notify.ts'
import { finishOperation } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import type { Kyozo } from '../kyozo.ts'
import { startRelease } from '../receive.ts'
import { tipOf } from '../tip.ts'
import { fetchingFor, workspaceOf } from './about.ts'
import type { OperationContext, OperationOutcome, OperationWork } from './operation.ts'

export const deployWorkspace: OperationWork = async (operation, context) => {
  const { kyozo } = context
  const workspace = await workspaceOf(operation, kyozo.db)
  const environments = (await listEnvironments(kyozo.db, workspace.id)).filter(({ kind }) => kind === 'branch')
  const going = environments.filter(({ pausedAt }) => pausedAt === null)
  if (going.length === 0)
    throw new KyozoError(
      'state_conflict',
      environments.length === 0 ? `${workspace.name} has no environment yet` : 'every environment is paused',
      {
        hint: environments.length === 0 ? 'push to it first' : 'resume one first',
      },
    )
  const tips = new Map<string, string>()
  for (const { id, ref } of going) tips.set(id, await tipOf(fetchingFor(workspace, context), kyozo, ref))
  return startAll(context, going, (trx, environment) =>
    startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
      ...{ workspace, environment, sha: tips.get(environment.id)! },
      triggeredBy: operation.requestedBy,
      triggeredById: operation.requestedById,
    }),
  )
}

/** That they are to be stopped stands in their rows already. */
export const stopWorkspace: OperationWork = async (operation, context) => {
  const { kyozo } = context
  const workspace = await workspaceOf(operation, kyozo.db)
  const wanted = new Set(await stoppedEnvironments(kyozo.db, workspace.id))
  const environments = (await listEnvironments(kyozo.db, workspace.id)).filter(
    ({ id, liveReleaseId }) => wanted.has(id) && liveReleaseId !== null,
  )
  return startAll(context, environments, (trx, { id }) => askToObey(trx, kyozo, { operation, environmentId: id }))
}

async function askToObey(
  trx: Executor,
  kyozo: Kyozo,
  { operation, environmentId }: { readonly operation: Operation; readonly environmentId: string },
) {
  const { requestedBy: triggeredBy, requestedById: triggeredById } = operation
  const release = await askRelease(trx, { environmentId, options: {}, triggeredBy, triggeredById })
  await kyozo.queue.enqueueDeploy(trx, environmentId)
  await notify(trx, 'queue', environmentId)
  return release
}

/** All at once: after a crash none or all of them are there. */
async function startAll(
  { kyozo, lease }: OperationContext,
  environments: readonly Environment[],
  start: (trx: Executor, environment: Environment) => Promise<{ readonly id: string }>,
): Promise<OperationOutcome> {
  await kyozo.db.transaction().execute(async (trx) => {
    const releases: string[] = []
    for (const environment of environments) releases.push((await start(trx, environment)).id)
    if (releases.length === 0)
      await finishOperation(trx, lease, { state: 'succeeded', words: 'there is nothing to do', result: { releases } })
    else
      await followGroup(trx, lease, {
        releases,
        words: `${releases.length} ${releases.length === 1 ? 'environment is' : 'environments are'} under way`,
      })
  })
  return { kind: 'follows' }
}

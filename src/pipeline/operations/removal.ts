// Environments and workspaces that go: what runs of them goes with them, and volumes stay, named.
import { KyozoError } from '../../errors.ts'
import type { Executor } from '../../store/database.ts'
import { dropEnvironment, type Environment, findEnvironment, listEnvironments } from '../../store/environments.ts'
import { notify } from '../../store/notify.ts'
import { finishOperation } from '../../store/operation-leases.ts'
import type { Operation } from '../../store/operations.ts'
import { holdPullRequest, type PullRequest, pullRequestOf } from '../../store/pull-requests.ts'
import { requestCancel, runningRelease, waitingReleases } from '../../store/releases.ts'
import { assertRepair, claimRepair, endRepair, type RepairLease, repairGivesWay } from '../../store/repairs.ts'
import { dropWorkspace, findWorkspace, holdWorkspace, type Workspace } from '../../store/workspaces.ts'
import { identityOf } from '../attempt.ts'
import { cancelWaiting } from '../cancel.ts'
import { fencedEngine } from '../fenced-engine.ts'
import type { Kyozo } from '../kyozo.ts'
import { runWhatWasShared } from '../pull-requests/baseline.ts'
import { previewIsGone } from '../pull-requests/gone.ts'
import { guardRepair } from '../repair/guard.ts'
import { reportGone } from '../report-deployment.ts'
import { textIn } from './about.ts'
import type { OperationContext, OperationWork } from './operation.ts'

export const deleteEnvironment: OperationWork = async (operation, context) => {
  const { kyozo, lease } = context
  const [id, name] = [textIn(operation, 'environment_id'), textIn(operation, 'name')]
  const volumes = await removeEnvironment(id, asked(operation), context)
  await kyozo.edge?.refresh()
  const words = `${name} is deleted${sayKept(volumes)}`
  await finishOperation(kyozo.db, lease, { state: 'succeeded', words, result: { kept_volumes: volumes } })
  return { kind: 'ended' }
}

export const deleteWorkspace: OperationWork = async (operation, context) => {
  const { kyozo, lease } = context
  const [id, name] = [textIn(operation, 'workspace_id'), textIn(operation, 'name')]
  const volumes: string[] = []
  // Previews first: what serves them goes after them.
  for (const environment of (await listEnvironments(kyozo.db, id)).sort(previewsFirst))
    volumes.push(...(await removeEnvironment(environment.id, asked(operation), context)))
  await kyozo.db.transaction().execute(async (trx) => {
    await dropWorkspace(trx, id)
    await finishOperation(trx, lease, {
      state: 'succeeded',
      words: `${name} is deleted${sayKept(volumes)}`,
      result: { kept_volumes: volumes },
    })
  })
  await kyozo.mirrors.remove(id)
  await kyozo.edge?.refresh()
  return { kind: 'ended' }
}

function previewsFirst(a: Environment, b: Environment): number {
  return Number(b.kind === 'preview') - Number(a.kind === 'preview')
}

interface Asked {
  readonly by: string
  /** By a person here, and not because of what happened on its host. */
  readonly isAsked: boolean
}

function asked({ requestedBy, requestedById }: Operation): Asked {
  return { by: requestedBy, isAsked: requestedById !== null }
}

function sayKept(volumes: readonly string[]): string {
  return volumes.length === 0
    ? ''
    : `; ${volumes.length === 1 ? 'volume' : 'volumes'} ${volumes.join(', ')} ${volumes.length === 1 ? 'is' : 'are'} kept`
}

/** Its containers and network, then its rows: after a crash in between the next try finds the rest. Returns the volumes that stay. */
async function removeEnvironment(id: string, { by, isAsked }: Asked, { kyozo, signal }: OperationContext): Promise<readonly string[]> {
  const environment = await findEnvironment(kyozo.db, id)
  const workspace = environment === undefined ? undefined : await findWorkspace(kyozo.db, environment.workspaceId)
  if (environment === undefined || workspace === undefined) return []
  await stopReleases(kyozo, { workspace, environment, by, signal })
  // While it is away nothing is begun.
  await kyozo.engine.check()
  const lease = await takeForRemoval(kyozo, id)
  if (lease === undefined) throw busy(environment)
  // It renews the lease. Nobody is given way to: what waits for the environment goes with it.
  const guard = guardRepair(kyozo, lease)
  try {
    const engine = fencedEngine(kyozo.engine, () => assertRepair(kyozo.db, lease))
    const identity = identityOf(kyozo.instance, workspace, environment)
    const { volumes } = await engine.observe(identity, [])
    const gone = new Set(await engine.removeStack(identity))
    await kyozo.db.transaction().execute(async (trx) => {
      await holdWorkspace(trx, workspace.id)
      const pullRequest = await heldPullRequest(trx, id)
      await assertRepair(trx, lease)
      await reportGone(trx, { workspace, environment }, kyozo.config.baseUrl)
      await dropEnvironment(trx, id)
      await runWhatWasShared(kyozo, trx, environment)
      if (pullRequest !== undefined) await previewIsGone(kyozo, trx, { workspace, pullRequest, by, isAsked })
      await notify(trx, 'routes', id)
    })
    return volumes.filter((volume) => !gone.has(volume)).sort()
  } catch (thrown) {
    await endRepair(kyozo.db, lease, { state: 'yielded', outcome: 'it could not be deleted' }).catch(() => undefined)
    throw thrown instanceof KyozoError && thrown.code === 'lease_lost' ? busy(environment) : await counted(kyozo, thrown)
  } finally {
    guard.close()
  }
}

/** Held before its preview goes, and after its workspace: in the order in which everybody holds them. */
async function heldPullRequest(trx: Executor, environmentId: string): Promise<PullRequest | undefined> {
  const known = await pullRequestOf(trx, environmentId)
  return known === undefined ? undefined : holdPullRequest(trx, known.id)
}

/** Under the lease of a repair, since containers may take minutes to stop: undefined when somebody else works on the environment. */
async function takeForRemoval(kyozo: Kyozo, id: string): Promise<RepairLease | undefined> {
  const environment = await findEnvironment(kyozo.db, id)
  if (environment === undefined) return undefined
  const wish = { environmentId: id, owner: kyozo.owner, reason: 'it is being deleted', seenGeneration: environment.generation }
  const claim = await kyozo.db.transaction().execute((trx) => claimRepair(trx, wish))
  return claim.kind === 'held' ? claim.lease : undefined
}

interface Stopping {
  readonly workspace: Workspace
  readonly environment: Environment
  readonly by: string
  readonly signal: AbortSignal
}

const stopMs = 60_000
const lookMs = 250

/** What waits ends, what runs is told to stop, and its end is waited for. */
async function stopReleases(kyozo: Kyozo, { workspace, environment, by, signal }: Stopping): Promise<void> {
  const { db, config } = kyozo
  for (const deadline = performance.now() + stopMs; performance.now() < deadline; ) {
    signal.throwIfAborted()
    await db.transaction().execute(async (trx) => {
      for (const release of await waitingReleases(trx, environment.id))
        await cancelWaiting(trx, { workspace, environment, release, by }, config.baseUrl)
    })
    const running = await runningRelease(db, environment.id)
    if (running === undefined) {
      if (!(await repairGivesWay(db, environment.id))) return
    } else await requestCancel(db, running.id, by)
    await notify(db, 'queue', environment.id)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
  throw busy(environment)
}

/** An engine that is away is waited for; one that answers, and does not do this, ends the deletion after a few tries. */
async function counted({ engine }: Kyozo, thrown: unknown): Promise<unknown> {
  if (!(thrown instanceof KyozoError) || thrown.code !== 'engine_unavailable') return thrown
  const isThere = await engine.check().then(
    () => true,
    () => false,
  )
  const { message, hint, cause } = thrown
  return isThere ? new KyozoError('engine_refused', message, { ...(hint === undefined ? {} : { hint }), retryable: true, cause }) : thrown
}

function busy({ name }: Environment): KyozoError {
  return new KyozoError('state_conflict', `${name} is still worked on`, { hint: 'delete it again when that has ended', retryable: true })
}

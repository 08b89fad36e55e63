// Reconciling: an environment without a release under way is brought back to its live release, whatever happened to it.
//
//   look → claim → act → settle
//
// A look holds nothing. Only where something is to be done is the environment claimed, and only the holder of the lease acts.
import type { Engine } from '../engine/engine.ts'
import { productionName } from '../environment-names.ts'
import { KyozoError } from '../errors.ts'
import { repairReason, sayLost } from '../reconcile/repair.ts'
import { rankOf } from '../release/priority.ts'
import { reached } from '../steps.ts'
import { notify } from '../store/notify.ts'
import { assertRepair, claimRepair, type RepairLease } from '../store/repairs.ts'
import { isSeeded } from '../store/seeded-volumes.ts'
import { fencedEngine } from './fenced-engine.ts'
import type { Kyozo } from './kyozo.ts'
import { actOn, type Done } from './repair/act.ts'
import { askForRelease } from './repair/ground.ts'
import { guardRepair } from './repair/guard.ts'
import { lookAt, type Seen } from './repair/look.ts'
import { recordDifferences, recordLoss } from './repair/record-differences.ts'
import { routeEarly } from './repair/route-early.ts'
import { settle, settleRepair } from './repair/settle.ts'

export interface Reconciled {
  /** When it wants to be looked at again although nothing happens. Default is never. */
  readonly againMs?: number
}

const busyMs = 2_000
/** What happens meanwhile is the release's, and what happens at its end must not be missed. */
const underReleaseMs = 5_000

/** Whose turn it is: looks are many and short, and a repair may take minutes. */
export interface ReconcileTurns {
  readonly inLook: <T>(look: () => Promise<T>) => Promise<T>
  readonly inRepair: RepairPlaces
}

/** Of the places there are, a subject gets its share. The work hears whether it was waited for. */
export type RepairPlaces = <T>(subject: string, work: (hasWaited: boolean) => Promise<T>) => Promise<T>

const atOnce: ReconcileTurns = { inLook: (look) => look(), inRepair: (_, work) => work(false) }

/** Does nothing while another repair works on the environment; a release at work is told to look itself (tend.ts). */
export async function reconcileEnvironment(kyozo: Kyozo, environmentId: string, turns = atOnce): Promise<Reconciled> {
  const find = () => turns.inLook(() => lookAndSettle(kyozo, environmentId))
  const { differing: first, ...found } = await find()
  if (first === undefined) return found
  return turns.inRepair(subjectOf(first), async (hasWaited) => {
    // Meanwhile it may have changed.
    const { differing, ...rest } = hasWaited ? await find() : { differing: first }
    return differing === undefined ? rest : claimAndRepair(kyozo, differing)
  })
}

/** What customers see does not wait behind the team's branches and previews. */
function subjectOf({ environment }: Seen): string {
  return rankOf({ options: {}, environment }, productionName) === 'production' ? `${environment.teamId} production` : environment.teamId
}

/** `differing` is what a repair is to bring back. */
async function lookAndSettle(kyozo: Kyozo, environmentId: string): Promise<Reconciled & { readonly differing?: Seen }> {
  const seen = await lookAt(kyozo, environmentId)
  if (seen === undefined) return {}
  if (seen === 'under_release') {
    await notify(kyozo.db, 'tend', environmentId)
    return { againMs: underReleaseMs }
  }
  return seen.plan.steps.length === 0 ? settle(kyozo, seen) : { differing: seen }
}

async function claimAndRepair(kyozo: Kyozo, seen: Seen): Promise<Reconciled> {
  const { id: environmentId, generation: seenGeneration } = seen.environment
  const claim = await kyozo.db.transaction().execute(async (trx) => {
    const claimed = await claimRepair(trx, { environmentId, owner: kyozo.owner, reason: repairReason(seen.plan), seenGeneration })
    if (claimed.kind === 'held') await recordDifferences(trx, seen, claimed.lease)
    return claimed
  })
  switch (claim.kind) {
    case 'busy':
      return { againMs: busyMs }
    case 'too_soon':
      return { ...(await settle(kyozo, seen)), againMs: claim.afterMs }
    case 'held':
      return repair(kyozo, seen, claim.lease)
  }
}

async function repair(kyozo: Kyozo, seen: Seen, lease: RepairLease): Promise<Reconciled> {
  const guard = guardRepair(kyozo, lease)
  const engine: Engine = fencedEngine(kyozo.engine, () => assertRepair(kyozo.db, lease))
  const done: Done[] = []
  const early = routeEarly(kyozo, lease, done)
  const { environment, stack } = seen
  const losing = async (volume: string) => {
    if (await isSeeded(kyozo.db, environment.id, volume))
      await askForRelease({ kyozo, seen }, `${sayLost(volume)}, and only a release seeds it`)
    await kyozo.db.transaction().execute(async (trx) => {
      await assertRepair(trx, lease)
      await recordLoss(trx, { environment, services: stack?.services ?? [], volume, mender: lease })
    })
  }
  try {
    const failure = await reached('repair.begun', lease.repairId)
      .then(() => actOn(seen, { kyozo, engine, signal: guard.signal, losing, done }))
      .catch((thrown: unknown) => thrown)
    await reached('repair.acted', lease.repairId)
    await early.close()
    const cause = failure !== undefined && guard.signal.aborted ? (guard.signal.reason as unknown) : failure
    return await settleRepair(kyozo, { seen, lease, done, failure: cause })
  } catch (thrown) {
    // Who has it now answers for it. What could not be stored is found by whoever looks for repairs that nobody works on.
    if (thrown instanceof KyozoError && thrown.code === 'lease_lost') return { againMs: busyMs }
    throw thrown
  } finally {
    await early.close()
    guard.close()
  }
}

// Brings an environment back to its live release: before an attempt (a crash may have left something) and after one that failed.
import type { Engine, StackIdentity } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { isEmptyRecovery, planRecovery, type Recovery } from '../reconcile/recover.ts'
import { endHeldOf } from '../store/draining-operations.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { liveFacts } from './wishes.ts'

export interface Recovering {
  /** How long what goes may take to end. Default is its own grace period. */
  readonly graceSeconds?: number
  /** Hears why something of the live release could not be started. Default is that it is thrown. */
  readonly unstarted?: (failure: KyozoError) => void
}

/**
 * Before an attempt: one container that cannot be started holds back no release, which may be what replaces, moves or removes it. What the plan
 * keeps of it, it starts again, and then that counts.
 */
export async function recoverFirst(attempt: Attempt, { kyozo, engine }: { readonly kyozo: Kyozo; readonly engine: Engine }): Promise<void> {
  await recover(attempt, engine, { unstarted: (failure) => attempt.say(`Not started again: ${failure.message}`) })
  const { liveReleaseId } = attempt.environment
  // What the live release was to take away and left is gone now, if it was not before.
  if (liveReleaseId !== null) await endHeldOf(kyozo.db, liveReleaseId)
}

/** True when there was something to mend. */
export async function recover(attempt: Attempt, engine: Engine, how: Recovering = {}): Promise<boolean> {
  const observed = await engine.observe(attempt.identity, [])
  const recovery = planRecovery(observed, liveFacts(attempt.live, attempt.wishes))
  if (isEmptyRecovery(recovery)) return false
  let hasStarted = true
  const start: Engine['start'] = (containers) =>
    engine.start(containers).catch((error: unknown) => {
      if (how.unstarted === undefined || !isOfOneContainer(error)) throw error
      hasStarted = false
      how.unstarted(error)
    })
  await applyRecovery({ ...engine, start, remove: (containers) => engine.remove(containers, how) }, attempt.identity, recovery)
  const mended = [
    counted(recovery.makeWay.length + recovery.remove.length, 'removed'),
    counted(recovery.stop.length, 'stopped'),
    counted(hasStarted ? recovery.start.length : 0, 'started again'),
  ].filter((part) => part !== undefined)
  if (mended.length > 0) attempt.say(`Back to the last live state: ${mended.join(', ')}`)
  return true
}

/** The engine answers, and this attempt may act. */
export function isOfOneContainer(error: unknown): error is KyozoError {
  return error instanceof KyozoError && error.code !== 'lease_lost' && error.code !== 'engine_unavailable'
}

/** What served is started before the rest of what failed is taken away. */
export async function applyRecovery(
  engine: Pick<Engine, 'start' | 'stop' | 'remove' | 'giveAlias'>,
  identity: StackIdentity,
  recovery: Recovery,
): Promise<void> {
  await engine.remove(recovery.makeWay)
  await engine.stop(recovery.stop)
  await engine.start(recovery.start)
  for (const { service, containers } of recovery.rename) await engine.giveAlias(identity, service, containers)
  await engine.remove(recovery.remove)
}

function counted(count: number, words: string): string | undefined {
  return count === 0 ? undefined : `${count} container${count === 1 ? '' : 's'} ${words}`
}

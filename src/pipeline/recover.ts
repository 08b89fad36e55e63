// Brings an environment back to its live release: before an attempt (a crash may have left something) and after one that failed.
import type { Engine, StackIdentity } from '../engine/engine.ts'
import { isEmptyRecovery, planRecovery, type Recovery } from '../reconcile/recover.ts'
import type { Attempt } from './attempt.ts'
import { liveFacts } from './wishes.ts'

/** True when there was something to mend. */
export async function recover(attempt: Attempt, engine: Engine): Promise<boolean> {
  const observed = await engine.observe(attempt.identity, [])
  const recovery = planRecovery(observed, liveFacts(attempt.live, attempt.wishes))
  if (isEmptyRecovery(recovery)) return false
  await applyRecovery(engine, attempt.identity, recovery)
  const mended = [
    counted(recovery.makeWay.length + recovery.remove.length, 'removed'),
    counted(recovery.stop.length, 'stopped'),
    counted(recovery.start.length, 'started again'),
  ].filter((part) => part !== undefined)
  if (mended.length > 0) attempt.say(`Back to the last live state: ${mended.join(', ')}`)
  return true
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

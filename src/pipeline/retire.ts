// What a release has replaced goes without cutting anybody off: requests end, names are taken, and only then are containers stopped. Whoever made
// them superfluous does it after the switch, and the next release where that begins first.
import type { Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { isUp, planRecovery } from '../reconcile/recover.ts'
import type { StackSpec } from '../stack/stack.ts'
import { begunSince } from '../store/leases.ts'
import { liveAge } from '../store/service-guards.ts'
import { unlessAborted } from '../unless-aborted.ts'
import type { Applied } from './apply.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { isOfOneContainer } from './recover.ts'
import { liveFacts } from './wishes.ts'

/** For requests under way to a container that is going. */
const drainMs = 10_000
/** Where another process has the edge: it has taken over the routes by now, and its requests get a moment to end. */
const remoteDrainMs = 2_000
/** A sibling that resolved the old address a moment ago is still about to connect to it. */
const siblingGraceMs = 1_000
/** Longer than it takes to fetch and analyze most commits. */
const newerMs = 10_000
const newerLookMs = 250

type Retiring = Pick<Applied, 'retire' | 'stop'>

export function leavingContainers({ retire, stop }: Retiring): readonly string[] {
  return [...retire.flatMap(({ containers }) => containers), ...stop]
}

/** False when another release is at work: it takes away what is left, and may want again what would be stopped here. */
export async function retire(
  attempt: Attempt,
  kyozo: Kyozo,
  { stack, applied }: { readonly stack: StackSpec; readonly applied: Retiring },
): Promise<boolean> {
  const leaving = leavingContainers(applied)
  if (leaving.length === 0) return true
  try {
    await drain(kyozo, leaving, kyozo.edge === undefined ? remoteDrainMs : drainMs)
    const kept = new Set(stack.services.map((service) => service.name))
    for (const { service, containers } of applied.retire)
      if (kept.has(service)) await unlessNewer(attempt, kyozo, (engine) => engine.takeAlias(attempt.identity, service, containers))
    await pause(siblingGraceMs)
    await unlessNewer(attempt, kyozo, (engine) => engine.stop(applied.stop))
    await unlessNewer(attempt, kyozo, (engine) => engine.remove(applied.retire.flatMap(({ containers }) => containers)))
    return true
  } catch (error) {
    if (error instanceof KyozoError && error.code === 'lease_lost') return false
    throw error
  }
}

/**
 * The lease has ended with the release: what it still does ends when another has made its plan. One that has begun may come to nothing before that, as
 * when its branch has moved on, and is waited for a little.
 */
async function unlessNewer({ lease }: Attempt, { db, engine }: Kyozo, act: (engine: Engine) => Promise<void>): Promise<void> {
  const deadline = performance.now() + newerMs
  let begun = await begunSince(db, lease)
  while (begun === 'at_work' && performance.now() < deadline) {
    await pause(newerLookMs)
    begun = await begunSince(db, lease)
  }
  if (begun !== 'nobody') throw new KyozoError('lease_lost', 'another release has begun')
  await act(engine)
}

/**
 * Waits, before an attempt takes it away, for what the live release has replaced and had no time to retire: as long as that would have. What must
 * make way for a container that is started is not waited for. Throws the signal's reason when the attempt is not to go on.
 */
export async function letReplacedDrain(attempt: Attempt, { kyozo, engine }: { readonly kyozo: Kyozo; readonly engine: Engine }) {
  const { environment, identity, live, wishes, signal } = attempt
  if (environment.liveReleaseId === null) return
  const { containers } = await engine.observe(identity, [])
  const { remove, stop } = planRecovery({ containers }, liveFacts(live, wishes))
  const going = containers.filter((one) => isUp(one) && (remove.includes(one.id) || stop.includes(one.id)))
  if (going.length === 0) return
  const { ageMs } = await liveAge(kyozo.db, environment.liveReleaseId)
  const leftMs = Math.min(drainMs, drainMs - ageMs)
  if (leftMs > 0)
    await unlessAborted(signal, () =>
      drain(
        kyozo,
        going.map(({ id }) => id),
        leftMs,
      ),
    )
  // A name that nobody else answers to stays until the end.
  const named = going.filter(({ id, service, hasAlias }) => hasAlias && remove.includes(id) && live.has(service))
  for (const { id, service } of named) await engine.takeAlias(identity, service, [id]).catch(unlessOfOneContainer)
  if (named.length > 0) await pause(siblingGraceMs)
}

/** It goes either way. */
function unlessOfOneContainer(error: unknown): void {
  if (!isOfOneContainer(error)) throw error
}

async function drain({ edge }: Kyozo, containers: readonly string[], withinMs: number): Promise<void> {
  await (edge === undefined ? pause(withinMs) : edge.drain(containers, withinMs))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

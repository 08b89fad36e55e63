// Whose services are started at once. A machine that starts everything together starts nothing in time: services of previews take turns, from each until it
// is healthy, so that ten pull requests opened at once become ten previews and not ten failures. Production waits for nobody.
import { availableParallelism } from 'node:os'
import type { Attempt } from './attempt.ts'
import { slots } from './slots.ts'

/** Starting is mostly waiting; more than these make each other late. */
const atOnce = 4 * availableParallelism()
const ofPreviews = slots(atOnce)

export function inTurnToStart<T>({ environment, workspace, signal }: Attempt, start: () => Promise<T>): Promise<T> {
  return environment.trust === 'trusted' ? start() : ofPreviews(start, { team: workspace.teamId, signal })
}

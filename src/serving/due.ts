// Wakes a worker at the moment at which something that waits becomes due: a release's next try, an operation's, or what waited for the engine.
import type { Kyozo } from '../pipeline/kyozo.ts'
import { lookAtWaitingOperations, waitingOperations } from '../store/operation-leases.ts'
import { claimableEnvironments, hastenReleases, lookAtWaiting } from '../store/waiting-releases.ts'

/** A notification may get lost. */
const longestMs = 10_000
/** What is due and not taken is held by somebody for a moment, or waits for a worker to be free. */
const heldMs = 2_000
/** Whoever puts something off says so; a burst is looked at once. */
const settleMs = 500
/** While something waits for the engine, it is asked so often whether it is back. */
const askEngineMs = 1_000
const soonestMs = 50
const wokenAtOnce = 500

export function startDue(kyozo: Kyozo): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let looksAt = Number.POSITIVE_INFINITY
  let looking: Promise<void> | undefined
  let isStopped = false
  const lookIn = (ms: number) => {
    const at = performance.now() + Math.max(soonestMs, ms)
    // One that is under way sets the time of the next one itself.
    if (isStopped || at >= looksAt) return
    clearTimeout(timer)
    looksAt = at
    timer = setTimeout(look, at - performance.now())
  }
  const look = () => {
    if (looking !== undefined) return
    looksAt = Number.POSITIVE_INFINITY
    looking = wakeDue(kyozo)
      .catch((error: unknown) => {
        kyozo.log.warn({ error }, 'what is due could not be looked for, and is looked for again')
        return askEngineMs
      })
      .then((ms) => {
        looking = undefined
        // What was asked for meanwhile may have found this one under way.
        looksAt = Number.POSITIVE_INFINITY
        lookIn(ms)
      })
  }
  const off = kyozo.notifications.on('queue', () => lookIn(settleMs))
  lookIn(settleMs)
  return {
    async stop() {
      isStopped = true
      off()
      clearTimeout(timer)
      await looking
    },
  }
}

/** Resolves with the milliseconds until there is something to do again. */
async function wakeDue({ db, queue, engine }: Kyozo): Promise<number> {
  const { waitsFor } = await lookAtWaiting(db)
  const waitsForEngine = waitsFor.includes('engine') && !(await isThere(engine.check()))
  if (waitsFor.includes('engine') && !waitsForEngine) await hastenReleases(db, 'engine')
  const environments = await claimableEnvironments(db)
  for (const id of environments) await queue.enqueueDeploy(db, id)
  for (const id of await waitingOperations(db, wokenAtOnce)) await queue.enqueueOperation(db, id)
  const releaseInMs = (await lookAtWaiting(db)).nextInMs ?? longestMs
  const operationInMs = (await lookAtWaitingOperations(db)) ?? longestMs
  const otherwise = waitsForEngine ? askEngineMs : environments.length > 0 ? heldMs : longestMs
  return Math.min(releaseInMs, operationInMs, otherwise)
}

function isThere(check: Promise<unknown>): Promise<boolean> {
  return check.then(
    () => true,
    () => false,
  )
}

// Where repairs find room. One may take minutes, for a container that does not become healthy or does not end: however many of those a team has, a
// look waits for none of them, and another team's repair finds a place.
import type { RepairPlaces } from '../pipeline/repair.ts'
import { createPlaces } from '../shares.ts'

interface Waiter {
  readonly subject: string
  readonly begin: () => void
}

/** A subject that has taken its share waits until somebody leaves; of those that wait, whoever has the fewest goes first, then who came first. */
export function createRepairPlaces(atOnce: number, signal: AbortSignal): RepairPlaces {
  const places = createPlaces(atOnce)
  let waiting: readonly Waiter[] = []
  const letIn = () => {
    for (const waiter of waiting.toSorted((a, b) => places.heldBy(a.subject) - places.heldBy(b.subject))) {
      if (!places.enter(waiter.subject)) continue
      waiting = waiting.filter((other) => other !== waiter)
      waiter.begin()
    }
  }
  const turnOf = (subject: string) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const begin = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const waiter = { subject, begin }
      const giveUp = () => {
        waiting = waiting.filter((other) => other !== waiter)
        reject(signal.reason as Error)
      }
      waiting = [...waiting, waiter]
      signal.addEventListener('abort', giveUp, { once: true })
    })
  return async (subject, work) => {
    const hasWaited = !places.enter(subject)
    if (hasWaited) await turnOf(subject)
    try {
      return await work(hasWaited)
    } finally {
      places.leave(subject)
      letIn()
    }
  }
}

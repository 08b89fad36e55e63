export interface Turn {
  /** The lower goes first. Default is 0. */
  readonly rank?: number
  /** Of one rank, whoever has the fewest slots goes first. Default is that all are one. */
  readonly team?: string
  /** Gives up waiting. */
  readonly signal?: AbortSignal
}

interface Waiter {
  readonly rank: number
  readonly team: string
  readonly begin: () => void
}

/** At most `count` works at once; the others wait: by rank, then fairly between teams, then in the order in which they came. */
export function slots(count: number): <T>(work: () => Promise<T>, turn?: Turn) => Promise<T> {
  let free = count
  let waiting: readonly Waiter[] = []
  const held = new Map<string, number>()
  const heldBy = (team: string) => held.get(team) ?? 0
  const next = () =>
    waiting.reduce<Waiter | undefined>(
      (first, one) =>
        first === undefined || one.rank < first.rank || (one.rank === first.rank && heldBy(one.team) < heldBy(first.team)) ? one : first,
      undefined,
    )
  return async (work, { rank = 0, team = '', signal } = {}) => {
    if (free > 0) free--
    else
      await turnOf(signal, (begin) => {
        const waiter = { rank, team, begin }
        waiting = [...waiting, waiter]
        return () => {
          waiting = waiting.filter((other) => other !== waiter)
        }
      })
    held.set(team, heldBy(team) + 1)
    try {
      return await work()
    } finally {
      held.set(team, heldBy(team) - 1)
      if (heldBy(team) === 0) held.delete(team)
      const first = next()
      if (first === undefined) free++
      else {
        waiting = waiting.filter((other) => other !== first)
        first.begin()
      }
    }
  }
}

/** Resolves when it is begun; rejects, and waits no more, when the signal aborts first. */
function turnOf(signal: AbortSignal | undefined, wait: (begin: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const abort = () => {
      leave()
      reject(signal?.reason as Error)
    }
    const leave = wait(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

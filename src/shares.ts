// How many places each subject may take of a bounded number, so that one of them leaves room for the others.

export interface Shares {
  /** Resolves to whether there was a place within the time, and before the signal; whoever got one gives it back with `leave`. */
  enter(subject: string, signal?: AbortSignal): Promise<boolean>
  leave(subject: string): void
}

export interface ShareOptions {
  readonly atOnce: number
  /** So long somebody waits for a place. */
  readonly withinMs: number
}

interface Share {
  running: number
  readonly waiting: Set<() => void>
}

export function createShares({ atOnce, withinMs }: ShareOptions): Shares {
  const shares = new Map<string, Share>()
  return {
    enter(subject, signal) {
      const share = shares.get(subject) ?? { running: 0, waiting: new Set() }
      shares.set(subject, share)
      if (share.running >= atOnce) return turnOf(share, { withinMs, signal })
      share.running++
      return Promise.resolve(true)
    },
    leave(subject) {
      const share = shares.get(subject)
      if (share === undefined) return
      const [next] = share.waiting
      // Whoever waits takes the place over.
      if (next !== undefined) return next()
      share.running--
      if (share.running === 0) shares.delete(subject)
    },
  }
}

function turnOf(
  { waiting }: Share,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (hasPlace: boolean) => {
      waiting.delete(begin)
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      resolve(hasPlace)
    }
    const begin = () => end(true)
    const giveUp = () => end(false)
    const timer = setTimeout(giveUp, withinMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    waiting.add(begin)
  })
}

/** Places that somebody gets at once or not at all. */
export interface Places {
  /** Whether there was one; whoever got it gives it back with `leave`. */
  enter(subject: string): boolean
  leave(subject: string): void
  heldBy(subject: string): number
}

/** A subject gets one more only while it has fewer than are free: one alone gets half of them, and however long a few hold theirs, another finds one. */
export function createPlaces(atOnce: number): Places {
  const held = new Map<string, number>()
  let taken = 0
  const heldBy = (subject: string) => held.get(subject) ?? 0
  return {
    enter(subject) {
      if (heldBy(subject) >= atOnce - taken) return false
      held.set(subject, heldBy(subject) + 1)
      taken++
      return true
    },
    leave(subject) {
      const left = heldBy(subject) - 1
      if (left > 0) held.set(subject, left)
      else held.delete(subject)
      taken--
    },
    heldBy,
  }
}

// Holds a look to its promise from outside: whatever hangs in it, nobody waits for it much longer than its limit, nor after the signal.
import type { ProbeResult } from './probe.ts'

interface Bounds {
  readonly limitMs: number
  /** What is found when the look has not ended by then. */
  readonly otherwise: ProbeResult
  readonly signal?: AbortSignal | undefined
}

/** A look that ends by itself, in its own words, has this long to do so. */
const graceMs = 2_000

export function inTime(look: Promise<ProbeResult>, { limitMs, otherwise, signal }: Bounds): Promise<ProbeResult> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    }
    const giveUp = () => {
      leave()
      resolve(otherwise)
    }
    const timer = setTimeout(giveUp, limitMs + graceMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
    look.then(resolve, reject).finally(leave)
  })
}

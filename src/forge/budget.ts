// How often kyozo may speak to one host. Windows that slide, not a bucket that refills: a full bucket lets twice its size through in one minute.

export interface Budget {
  /** The earliest time (epoch milliseconds) at which one more may be sent; not after `nowMs` when it may be sent at once. */
  nextMs(nowMs: number): number
  spend(nowMs: number): void
  /** What it remembers, oldest first. */
  times(): readonly number[]
}

export interface Window {
  readonly lengthMs: number
  readonly limit: number
}

/** GitHub allows 80 and 500 made things; the rest is left to the people and programs that share the credential. */
export const contentWindows: readonly Window[] = [
  { lengthMs: 60_000, limit: 60 },
  { lengthMs: 3_600_000, limit: 400 },
]

/** `spent` are the times of what was sent before, oldest first. */
export function createBudget(windows: readonly Window[], spent: readonly number[] = []): Budget {
  const longestMs = Math.max(...windows.map(({ lengthMs }) => lengthMs))
  let times = [...spent]
  return {
    nextMs(nowMs) {
      // With `limit` sends in the window, the one that many places from the end has to leave it first.
      const openings = windows.map(({ lengthMs, limit }) => (times.at(-limit) ?? Number.NEGATIVE_INFINITY) + lengthMs)
      return Math.max(nowMs, ...openings)
    },
    spend(nowMs) {
      times = [...times.filter((at) => at > nowMs - longestMs), nowMs]
    },
    times: () => times,
  }
}

// A Git host that does not answer is left alone for a while, longer each time, so that one in trouble takes no time from the others.

export interface HostPauses {
  mayAsk(connection: string): boolean
  failed(connection: string): void
  answered(connection: string): void
}

/** So many failures in a row are the host's, and not one repository's. */
const failuresUntilPause = 3
const firstPauseMs = 60_000
const longestPauseMs = 30 * 60_000

export function createHostPauses(now: () => number): HostPauses {
  const hosts = new Map<string, { readonly failures: number; readonly untilMs: number }>()
  return {
    mayAsk: (connection) => now() >= (hosts.get(connection)?.untilMs ?? 0),
    failed(connection) {
      const failures = (hosts.get(connection)?.failures ?? 0) + 1
      const pauses = failures - failuresUntilPause
      const untilMs = pauses < 0 ? 0 : now() + Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(pauses, 10))
      hosts.set(connection, { failures, untilMs })
    },
    answered: (connection) => void hosts.delete(connection),
  }
}

// How often each host was asked, and how often it failed: counted here because every request comes by, kept until somebody takes it.
import type { ServerResponse } from 'node:http'

export interface TrafficOfHost {
  readonly requests: number
  /** Answers of 500 and above, and those that broke off. */
  readonly errors: number
}

export interface Traffic {
  /** Counts the request once its answer has ended. */
  count(host: string, outgoing: ServerResponse): void
  take(): ReadonlyMap<string, TrafficOfHost>
}

export function createTraffic(): Traffic {
  let counted = new Map<string, TrafficOfHost>()
  return {
    count(host, outgoing) {
      outgoing.once('close', () => {
        const { requests, errors } = counted.get(host) ?? { requests: 0, errors: 0 }
        const hasFailed = outgoing.statusCode >= 500 || !outgoing.headersSent
        counted.set(host, { requests: requests + 1, errors: errors + (hasFailed ? 1 : 0) })
      })
    },
    take() {
      const taken = counted
      counted = new Map()
      return taken
    },
  }
}

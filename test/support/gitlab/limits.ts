// GitLab's rate limits: so many requests a minute for a token, and fewer of some kinds for a user.

export interface Limits {
  /** Requests a minute for one credential. Default is 2,000, as at gitlab.com. */
  readonly perMinute: number
  /** Comments a minute. Default is 60. */
  readonly notesPerMinute: number
  /** Webhook events sent again, and tests of webhooks, a minute. Default is 5. */
  readonly resendsPerMinute: number
}

export const gitlabLimits: Limits = { perMinute: 2_000, notesPerMinute: 60, resendsPerMinute: 5 }

export interface LimitAnswer {
  /** The headers every answer carries. */
  readonly headers: Readonly<Record<string, string>>
  /** Whether the request is one too many: then its answer is a text. */
  readonly isOver: boolean
}

const minuteMs = 60_000

export function createLimiter(limits: Limits) {
  const used = new Map<string, { startMs: number; count: number }>()
  const count = (key: string, nowMs: number) => {
    const known = used.get(key)
    const window = known !== undefined && nowMs < known.startMs + minuteMs ? known : { startMs: nowMs, count: 0 }
    used.set(key, window)
    window.count++
    return window
  }
  return {
    /** Of every request. */
    request(credential: string, nowMs: number): LimitAnswer {
      const window = count(credential, nowMs)
      const resetSeconds = Math.ceil((window.startMs + minuteMs) / 1_000)
      const isOver = window.count > limits.perMinute
      const headers = {
        'ratelimit-limit': String(limits.perMinute),
        'ratelimit-observed': String(window.count),
        'ratelimit-remaining': String(Math.max(0, limits.perMinute - window.count)),
        'ratelimit-reset': String(resetSeconds),
        ...(isOver ? { 'retry-after': String(Math.max(1, Math.ceil(resetSeconds - nowMs / 1_000))) } : {}),
      }
      return { headers, isOver }
    },
    /** Whether one more of this kind is one too many. */
    isOver(kind: 'notesPerMinute' | 'resendsPerMinute', of: string, nowMs: number): boolean {
      return count(`${kind} ${of}`, nowMs).count > limits[kind]
    },
  }
}

export type Limiter = ReturnType<typeof createLimiter>

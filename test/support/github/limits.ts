// GitHub's rate limits: so many requests an hour for a token, and so much made content a minute and an hour.

export interface Limits {
  /** Requests an hour for one credential. Default is 5,000. */
  readonly primaryPerHour: number
  /** Statuses, comments and the like a minute. Default is 80. */
  readonly contentPerMinute: number
  /** The same an hour. Default is 500. */
  readonly contentPerHour: number
}

export const githubLimits: Limits = { primaryPerHour: 5_000, contentPerMinute: 80, contentPerHour: 500 }

export interface LimitAnswer {
  /** The headers every answer carries. */
  readonly headers: Readonly<Record<string, string>>
  /** What to answer in place of doing the work; `undefined` when the request is within its limits. */
  readonly refusal: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly message: string } | undefined
}

const minuteMs = 60_000
const hourMs = 3_600_000

export function createLimiter(limits: Limits) {
  const windows = new Map<string, { startMs: number; used: number }>()
  const content = new Map<string, number[]>()

  return function count(credential: string, nowMs: number, isContent: boolean): LimitAnswer {
    const window = windowOf(windows, credential, nowMs)
    window.used++
    const headers = {
      'x-ratelimit-limit': String(limits.primaryPerHour),
      'x-ratelimit-remaining': String(Math.max(0, limits.primaryPerHour - window.used)),
      'x-ratelimit-used': String(window.used),
      'x-ratelimit-reset': String(Math.ceil((window.startMs + hourMs) / 1000)),
      'x-ratelimit-resource': 'core',
    }
    if (window.used > limits.primaryPerHour)
      return { headers, refusal: { status: 403, headers: {}, message: 'API rate limit exceeded for installation.' } }
    if (!isContent) return { headers, refusal: undefined }
    const recent = (content.get(credential) ?? []).filter((at) => at > nowMs - hourMs)
    const isOver = recent.length >= limits.contentPerHour || recent.filter((at) => at > nowMs - minuteMs).length >= limits.contentPerMinute
    // A refused request counts as well: whoever goes on asking stays refused.
    content.set(credential, [...recent, nowMs])
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return { headers, refusal: isOver ? { status: 403, headers: { 'retry-after': '60' }, message } : undefined }
  }
}

function windowOf(windows: Map<string, { startMs: number; used: number }>, credential: string, nowMs: number) {
  const known = windows.get(credential)
  if (known !== undefined && nowMs < known.startMs + hourMs) return known
  const fresh = { startMs: nowMs, used: 0 }
  windows.set(credential, fresh)
  return fresh
}

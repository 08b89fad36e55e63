// In which order releases are worked on, and when one is tried again.

/** From the first to the last. Of one rank the teams take turns. */
export const ranks = ['rollback', 'asked', 'production', 'branch', 'preview'] as const

export type Rank = (typeof ranks)[number]

export interface Ranked {
  /** What a person asked for beyond the commit. */
  /** What a person asked for beyond the commit, and `late`: found later than it was pushed. */
  readonly options: { readonly rollbackTo?: string; readonly late?: true }
  readonly environment: { readonly name: string; readonly kind: 'branch' | 'preview' }
}

/** Going back comes first: something is broken. Then what a person waits for, then what customers see. */
export function rankOf({ options, environment }: Ranked, productionName: string): Rank {
  if (options.rollbackTo !== undefined) return 'rollback'
  if (Object.keys(options).some((option) => option !== 'late')) return 'asked'
  if (environment.kind === 'preview') return 'preview'
  return environment.name === productionName ? 'production' : 'branch'
}

const firstRetrySeconds = 5
const longestRetrySeconds = 5 * 60
const soonestRetrySeconds = 0.5
/** No release is put off for longer, whatever a host asks for. */
export const longestWaitSeconds = 3_600

/** Seconds until the next try after so many. `chance` in [0, 1) spreads those that failed together over the whole time (full jitter). */
export function retryAfterSeconds(attempt: number, chance: number): number {
  const longest = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (Math.max(1, attempt) - 1))
  return Math.max(soonestRetrySeconds, longest * chance)
}

// The life of a release, as one table. Store, API and pages read it; nothing else decides what may follow what.

export type ReleaseState = 'queued' | 'running' | 'live' | 'unchanged' | 'failed' | 'superseded' | 'replaced' | 'skipped'

/** What may follow each state. A rescued release goes back to `queued`. */
export const releaseTransitions = {
  queued: ['running', 'superseded', 'failed', 'skipped'],
  running: ['queued', 'live', 'unchanged', 'failed', 'superseded'],
  live: ['replaced'],
  unchanged: [],
  failed: [],
  superseded: [],
  replaced: [],
  /** Arrived while its environment was paused. */
  skipped: [],
} as const satisfies Record<ReleaseState, readonly ReleaseState[]>

export function mayFollow(from: ReleaseState, to: ReleaseState): boolean {
  const allowed: readonly ReleaseState[] = releaseTransitions[from]
  return allowed.includes(to)
}

/** The state as the end of a sentence about a commit: `c0bc241 failed`, `c0bc241 is live`. */
export function stateWords(state: ReleaseState): string {
  if (state === 'failed') return 'failed'
  return state === 'superseded' || state === 'replaced' || state === 'skipped' ? `was ${state}` : `is ${state}`
}

/** Whether the release has ended, so that every service of it has its verdict. */
export function hasEnded(state: ReleaseState): boolean {
  return state !== 'queued' && state !== 'running'
}

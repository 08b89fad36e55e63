// Whether an environment can go back to a release, in words. Pure.
import type { ReleaseState } from './states.ts'

export interface RollbackTarget {
  readonly state: ReleaseState
  /** Whether what it needs is kept. */
  readonly isKept: boolean
  /** What a person asked for beyond the commit. */
  readonly options: { readonly ofLive?: true; readonly analyze?: true }
}

/** Why it cannot be gone back to; undefined when it can, or runs. */
export function reasonAgainst({ state, isKept, options }: RollbackTarget): string | undefined {
  if (state === 'queued' || state === 'running') return `it is ${state}, and only what has proved itself can run again`
  if (state !== 'live' && state !== 'replaced' && state !== 'unchanged') return `it is ${state}: it was never live`
  if (isKept) return undefined
  if (options.ofLive === true && options.analyze !== true) return 'it only ran again what was live: go back to the release before it'
  return 'its images and variables are not kept any more: newer releases took its place'
}

export function rollbackWords(target: RollbackTarget & { readonly hasValues: boolean }): string {
  const reason = reasonAgainst(target)
  if (reason !== undefined) return `no: ${reason}`
  if (target.state === 'live') return 'no: it is what runs now'
  return target.hasValues
    ? 'yes: with its images, its compose file and the values that its variables had'
    : 'yes: with its images and its compose file, and the values of today, since those of then were not kept'
}

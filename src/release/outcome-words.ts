// What came of a release, in words for whoever asks what became of a push.
import type { ReleaseState } from './states.ts'
import { short } from './verdict.ts'

export interface ReleaseEnd {
  readonly sha: string
  readonly environment: string
  readonly state: ReleaseState
  readonly reason: string | null
  readonly supersededBy: string | null
  /** Why the Git host does not show it; null where it does. */
  readonly untold?: string | null
}

/** `1a2b3c4 is live in production`. */
export function outcomeWords(end: ReleaseEnd): string {
  return end.untold ? `${endWords(end)}. ${end.untold}` : endWords(end)
}

function endWords({ sha, environment, state, reason, supersededBy }: ReleaseEnd): string {
  const commit = short(sha)
  const because = reason === null ? '' : `: ${reason.split('\n')[0]}`
  switch (state) {
    case 'queued':
      return `${commit} waits for ${environment}${because}`
    case 'running':
      return `${commit} is being deployed to ${environment}`
    case 'live':
      return `${commit} is live in ${environment}`
    case 'replaced':
      return `${commit} was live in ${environment} until another took its place`
    case 'unchanged':
      return `${commit} changed nothing in ${environment}`
    case 'superseded':
      return `${commit} was superseded in ${environment}${supersededBy === null ? '' : ` by ${short(supersededBy)}`}`
    case 'skipped':
      return `${commit} was skipped in ${environment}${because}`
    case 'failed':
      return `${commit} failed in ${environment}${because}`
  }
}

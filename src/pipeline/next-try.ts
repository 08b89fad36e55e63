// Whether a release or an operation that failed is tried again, when, and whether that counts. Pure.
import type { KyozoError } from '../errors.ts'
import { longestWaitSeconds, retryAfterSeconds } from '../release/priority.ts'
import { attemptLimit } from '../store/leases.ts'

export interface NextTry {
  /** Said while it waits. */
  readonly because: KyozoError
  /** What it waits for, however long that takes; undefined when its tries are counted. */
  readonly awaits: Awaited | undefined
}

export type Awaited = 'engine' | 'repository' | 'registry'

/**
 * Undefined when it ends. What is outside gets a few tries. What kyozo itself needs is waited for, and so is what was refused before it was tried: no
 * commit is at fault.
 */
export function nextTry(failures: readonly KyozoError[], { attempt }: { readonly attempt: number }): NextTry | undefined {
  // While the engine is away nothing can be mended, so nothing can end.
  const engine = failures.find((failure) => awaited(failure) === 'engine')
  if (engine !== undefined) return { because: engine, awaits: 'engine' }
  if (failures.some((failure) => !failure.retryable)) return undefined
  const tried = failures.find((failure) => awaited(failure) === undefined)
  if (tried !== undefined) return attempt < attemptLimit ? { because: tried, awaits: undefined } : undefined
  const [refused] = failures
  return refused && { because: refused, awaits: awaited(refused) }
}

/** Whoever is back hastens those that wait: this is for one that came back unseen. */
export const awaitedSeconds = 15

/** `chance` in [0, 1) spreads those that wait for the same. */
export function secondsBefore({ because, awaits }: NextTry, attempt: number, chance: number): number {
  if (awaits === undefined) return retryAfterSeconds(attempt, chance)
  return Math.min(longestWaitSeconds, (because.retryAfterSeconds ?? awaitedSeconds) * (1 + chance / 2))
}

function awaited({ code, retryAfterSeconds }: KyozoError): Awaited | undefined {
  if (code === 'engine_unavailable') return 'engine'
  if (code === 'repository_away') return 'repository'
  // Refused before it was tried: the other side is known to be away or slow, and says when it is asked again.
  if (retryAfterSeconds === undefined) return undefined
  if (code === 'repository_unreachable' || code === 'forge_unavailable') return 'repository'
  return code === 'pull_failed' ? 'registry' : undefined
}

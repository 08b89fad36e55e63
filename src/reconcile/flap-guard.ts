// Whether a service that dies again and again is held back, and for how long. Ends are counted by looking: a restart policy hides them from events,
// but not from the container's own count. The memory is kept between looks; the time comes as an argument.
import type { ObservedContainer } from './plan.ts'

export interface GuardMemory {
  /** Container → how often it was started again, and when it ended last, as they were counted. */
  readonly seen: Readonly<Record<string, readonly [restarts: number, finishedAt: string | null]>>
  /** When ends were noticed, in milliseconds. */
  readonly ends: readonly number[]
  /** How often it was held back in a row. */
  readonly level: number
  readonly heldUntilMs: number | null
}

export const newMemory: GuardMemory = { seen: {}, ends: [], level: 0, heldUntilMs: null }

export interface GuardVerdict {
  readonly memory: GuardMemory
  readonly isHeld: boolean
  /** It was not held before this look. */
  readonly isNew: boolean
  /** It was held once, and has stayed up since. */
  readonly isFreed: boolean
  /** How many ends in how long led to it. */
  readonly ends: number
  readonly spanMs: number
}

/** So many ends within the window are no accident. */
const endLimit = 5
const windowMs = 10 * 60_000
const firstPauseMs = 30_000
const longestPauseMs = 30 * 60_000
/** One that was held back has to stay up this long to be trusted again. */
const steadyMs = 2 * 60_000

export function lookForFlapping(known: GuardMemory, containers: readonly ObservedContainer[], nowMs: number): GuardVerdict {
  const memory = asOf(known, nowMs)
  const wasHeld = memory.heldUntilMs !== null && memory.heldUntilMs > nowMs
  const fresh = wasHeld ? 0 : containers.reduce((sum, container) => sum + newEnds(container, memory.seen[container.id]), 0)
  const ends = [...memory.ends, ...Array.from({ length: fresh }, () => nowMs)].filter((at) => nowMs - at < windowMs).slice(-50)
  const seen = Object.fromEntries(containers.map((container) => [container.id, marksOf(container)]))
  const verdict = (change: Partial<GuardMemory>, said: Partial<GuardVerdict> = {}): GuardVerdict => ({
    memory: { ...memory, seen, ends, ...change },
    ...{ isHeld: false, isNew: false, isFreed: false, ends: ends.length, spanMs: ends.length === 0 ? 0 : nowMs - ends[0]! },
    ...said,
  })
  if (wasHeld) return verdict({}, { isHeld: true })
  const isOnProbation = memory.level > 0
  if (ends.length >= endLimit || (isOnProbation && fresh > 0)) {
    const level = memory.level + 1
    // What it is held back for is behind it: after the pause one more end is enough.
    return verdict({ level, ends: [], heldUntilMs: nowMs + pauseMs(level) }, { isHeld: true, isNew: true })
  }
  const isSteady = isOnProbation && memory.heldUntilMs !== null && nowMs - memory.heldUntilMs >= steadyMs
  return isSteady ? verdict({ level: 0, ends: [], heldUntilMs: null }, { isFreed: true }) : verdict({})
}

/** Of a clock that was ahead, and is not any more: no pause is longer than it was meant to be, and nothing has ended in the future. */
function asOf(memory: GuardMemory, nowMs: number): GuardMemory {
  const { heldUntilMs, level, ends } = memory
  return {
    ...memory,
    ends: ends.filter((at) => at <= nowMs),
    heldUntilMs: heldUntilMs === null ? null : Math.min(heldUntilMs, nowMs + pauseMs(level)),
  }
}

/** When it should be looked at again although nothing happens; undefined when there is no need. */
export function nextLookMs({ heldUntilMs, level }: GuardMemory, nowMs: number): number | undefined {
  if (heldUntilMs === null || level === 0) return undefined
  return heldUntilMs > nowMs ? heldUntilMs - nowMs : Math.max(1_000, heldUntilMs + steadyMs - nowMs)
}

function pauseMs(level: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (level - 1))
}

function marksOf({ restartCount, made }: ObservedContainer): readonly [number, string | null] {
  return [restartCount, made?.finishedAt ?? null]
}

/** A restart is an end. One that is new had none before; a count that fell was started by hand. */
function newEnds(container: ObservedContainer, seen: readonly [number, string | null] | undefined): number {
  const [restarts, finishedAt] = marksOf(container)
  const [before, endedBefore] = seen ?? [0, null]
  if (restarts > before) return restarts - before
  return finishedAt !== null && finishedAt !== endedBefore ? 1 : 0
}

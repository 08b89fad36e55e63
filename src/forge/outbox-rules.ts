// What follows from how a host answered. Pure: time and chance come in.
import type { SendOutcome } from './messages.ts'

export interface Attempt {
  /** How many times this message has been tried, this time included. */
  readonly attempts: number
  /** How long ago it was written. */
  readonly ageMs: number
  /** In [0, 1): spreads the next tries of messages that failed together. */
  readonly chance: number
}

export type Settlement =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly inMs: number; readonly reason: string; readonly countsAsAttempt: boolean }
  | { readonly kind: 'undeliverable'; readonly cause: 'access' | 'message' | 'time'; readonly reason: string }

/** A verdict that nobody could be told for a day is history. */
export const giveUpAfterMs = 24 * 3_600_000

const firstDelayMs = 1_000
const longestDelayMs = 5 * 60_000
const commitTries = 3

export function settle(outcome: SendOutcome, attempt: Attempt): Settlement {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent' }
    case 'refused':
      return { kind: 'undeliverable', cause: outcome.of, reason: outcome.reason }
    case 'commit_unknown':
      if (attempt.attempts > commitTries) return { kind: 'undeliverable', cause: 'message', reason: outcome.reason }
      // Without chance: the host needs this time to copy the commit.
      return { kind: 'retry', inMs: backoffMs(attempt.attempts), reason: outcome.reason, countsAsAttempt: true }
    case 'unheard':
      return { kind: 'retry', inMs: 0, reason: outcome.reason, countsAsAttempt: true }
    case 'unavailable':
      return orGiveUp(attempt, { inMs: attempt.chance * backoffMs(attempt.attempts), reason: outcome.reason, countsAsAttempt: true })
    case 'rate_limited':
      return orGiveUp(attempt, { inMs: 0, reason: outcome.reason, countsAsAttempt: false })
  }
}

function orGiveUp(attempt: Attempt, retry: Omit<Settlement & { readonly kind: 'retry' }, 'kind'>): Settlement {
  if (attempt.ageMs < giveUpAfterMs) return { kind: 'retry', ...retry }
  return { kind: 'undeliverable', cause: 'time', reason: `given up after 24 hours: ${retry.reason}` }
}

/** 2, 4, 8 … seconds after the first, second, third failure, five minutes at most. */
function backoffMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 20))
}

/** How a host has been doing, which decides whether it is spoken to at all. */
export interface HostState {
  /** Failures in a row since it was last left alone. */
  readonly failures: number
  /** How often it has been left alone without a success in between. */
  readonly pauses: number
  readonly pausedUntilMs: number
}

export const freshHost: HostState = { failures: 0, pauses: 0, pausedUntilMs: 0 }

/** One message may fail for reasons of its own; this many in a row are the host's. */
const failuresUntilPause = 3
const unnamedLimitMs = 60_000
const longestLimitMs = 3_600_000

const longestPauseMs = longestLimitMs + unnamedLimitMs

/** A time that is over, or hours away, comes from clocks that differ: hosts count their limits by the hour. */
function believableUntil(untilMs: number | undefined, nowMs: number): number | undefined {
  if (untilMs === undefined || untilMs <= nowMs) return undefined
  return Math.min(untilMs, nowMs + longestPauseMs)
}

/** A pause that goes on for longer than any is of a time before the clock was put back: it is over. */
export function asOf<Host extends HostState>(host: Host, nowMs: number): Host {
  return host.pausedUntilMs > nowMs + longestPauseMs ? { ...host, pausedUntilMs: 0 } : host
}

/** Nobody begins during a pause, so this one came about while the message was under way: its answer is older than the pause, and may only lengthen it. */
function pausedMeanwhile(host: HostState, outcome: SendOutcome, nowMs: number): HostState {
  const untilMs = outcome.kind === 'rate_limited' ? believableUntil(outcome.untilMs, nowMs) : undefined
  return { ...host, pausedUntilMs: Math.max(host.pausedUntilMs, untilMs ?? 0) }
}

/**
 * A host that fails is left alone for a while that doubles, and one that asks for it as long as it asks: going on would get kyozo banned.
 * (cockatiel's breaker reads the machine's clock itself and knows no "until then", so the rule stands here.)
 */
export function afterOutcome(
  host: HostState,
  outcome: SendOutcome,
  { nowMs, begunMs, chance }: { readonly nowMs: number; readonly begunMs: number; readonly chance: number },
): HostState {
  if (host.pausedUntilMs > begunMs) return pausedMeanwhile(host, outcome, nowMs)
  switch (outcome.kind) {
    case 'sent':
    case 'refused':
    case 'commit_unknown':
      return freshHost
    case 'unheard':
      return host
    case 'rate_limited': {
      const pauses = host.pauses + 1
      const unnamedMs = Math.min(longestLimitMs, unnamedLimitMs * 2 ** Math.min(host.pauses, 20))
      return { failures: 0, pauses, pausedUntilMs: believableUntil(outcome.untilMs, nowMs) ?? nowMs + unnamedMs }
    }
    case 'unavailable': {
      if (host.failures + 1 < failuresUntilPause) return { ...host, failures: host.failures + 1 }
      const pauses = host.pauses + 1
      // Between half and all of the delay, so that a host that comes back is not met by everybody at once.
      return { failures: 0, pauses, pausedUntilMs: nowMs + (0.5 + chance / 2) * backoffMs(pauses + 1) }
    }
  }
}

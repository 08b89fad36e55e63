// A service's health check as its row shows it and as whoever checks reads it: what is asked, and at which pace, defaults included.
import { defaultHealthDeadlineMs } from '../stack/defaults.ts'
import { defaultPace, paceOf } from '../stack/health-pace.ts'
import type { StackService } from '../stack/stack.ts'
import { durationMs } from '../topology/declaration/values.ts'
import type { HealthPace, HealthSpec } from '../topology/topology.ts'

export type HealthConfig = Readonly<Record<string, unknown>>

const paceKeys = ['interval', 'timeout', 'retries'] as const

export function healthConfig({ health, healthDeadlineMs }: Pick<StackService, 'health' | 'healthDeadlineMs'>): HealthConfig {
  const { intervalMs: _interval, timeoutMs: _timeout, retries: _retries, ...question }: HealthSpec & HealthPace = health
  if (health.kind === 'none') return { ...question, deadlineMs: healthDeadlineMs }
  const { intervalMs, timeoutMs, retries } = { ...defaultPace, ...paceOf(health) }
  return { ...question, interval: seconds(intervalMs), timeout: seconds(timeoutMs), retries, deadlineMs: healthDeadlineMs }
}

/** What was proved goes on being asked, at the pace that is wanted now: a check that nobody proved counts once its service starts with it. */
export function provenConfig(before: HealthConfig, now: HealthConfig): HealthConfig {
  if (before.kind === undefined || before.kind === 'none' || now.kind === 'none') return before.kind === undefined ? now : before
  return { ...before, ...Object.fromEntries(paceKeys.map((key) => [key, now[key]])) }
}

export interface RunningCheck {
  readonly spec: HealthSpec
  readonly pace: Required<HealthPace>
  /** So long it may take to start. */
  readonly deadlineMs: number
  /** Whether somebody set how often it is asked, or how long it may take. */
  readonly hasOwnPace: boolean
}

/** Undefined when nothing is asked. Rows of an earlier version have no pace and no deadline. */
export function runningCheck(config: HealthConfig): RunningCheck | undefined {
  const { kind, interval, timeout, retries, deadlineMs: deadline, ...rest } = config
  if (kind === undefined || kind === 'none') return undefined
  const pace = {
    intervalMs: durationOf(interval) ?? defaultPace.intervalMs,
    timeoutMs: durationOf(timeout) ?? defaultPace.timeoutMs,
    retries: typeof retries === 'number' ? retries : defaultPace.retries,
  }
  const deadlineMs = typeof deadline === 'number' ? deadline : defaultHealthDeadlineMs
  const hasOwnPace = pace.intervalMs !== defaultPace.intervalMs || pace.timeoutMs !== defaultPace.timeoutMs
  return { spec: { ...rest, kind, timeoutMs: pace.timeoutMs } as HealthSpec, pace, deadlineMs, hasOwnPace }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)}s`
}

function durationOf(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d+[smhd]$/.test(text) ? durationMs(text) : undefined
}

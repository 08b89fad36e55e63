// How often and how patiently a running service is asked. It belongs to kyozo and not to the container: a check is the same check at another pace.
import type { HealthPace, HealthSpec } from '../topology/topology.ts'

export const defaultPace: Required<HealthPace> = { intervalMs: 30_000, timeoutMs: 5_000, retries: 3 }

export function paceOf(health: (HealthSpec & HealthPace) | undefined): HealthPace {
  const { intervalMs, timeoutMs, retries }: HealthPace = health ?? {}
  return {
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retries === undefined ? {} : { retries }),
  }
}

/** What is asked, whatever the pace. */
export function questionOf(health: HealthSpec): HealthSpec {
  const { intervalMs: _interval, timeoutMs: _timeout, retries: _retries, ...question }: HealthSpec & HealthPace = health
  return question
}

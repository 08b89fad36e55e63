// Whether a rule finds something, and what it says then. Pure: what is observed comes in as data, with the time for which it has been so.

export type AlertCondition = 'service_unhealthy' | 'service_stopped' | 'release_failed' | 'host_not_told' | 'metric_above' | 'metric_below'

export interface AlertRule {
  readonly condition: AlertCondition
  readonly metricType: string | null
  readonly threshold: number | null
  readonly forSeconds: number
}

/** One thing that a rule looks at. */
export interface Observation {
  /** `api of shop production`. */
  readonly about: string
  /** Whether what the rule looks for is so now. */
  readonly holds: boolean
  /** For how long it has been so without a break. */
  readonly heldSeconds: number
  /** What was measured: the value nearest to being right. Null when nothing is measured. */
  readonly value: number | null
  readonly unit: string | null
  /** What the service or release itself says of it. */
  readonly reason: string | null
  /** Whether enough is known: without measurements nothing is claimed, and nothing is taken back. */
  readonly isKnown: boolean
}

export type AlertDecision =
  | { readonly kind: 'open'; readonly words: string; readonly value: number | null }
  | { readonly kind: 'resolve' }
  | { readonly kind: 'keep' }

export function decideAlert(rule: AlertRule, observed: Observation, isOpen: boolean): AlertDecision {
  if (!observed.isKnown) return { kind: 'keep' }
  if (!observed.holds) return isOpen ? { kind: 'resolve' } : { kind: 'keep' }
  if (isOpen || observed.heldSeconds < rule.forSeconds) return { kind: 'keep' }
  return { kind: 'open', words: alertWords(rule, observed), value: observed.value }
}

function alertWords(rule: AlertRule, { about, value, unit, reason, heldSeconds }: Observation): string {
  const because = reason === null || reason === '' ? '' : `: ${reason}`
  switch (rule.condition) {
    case 'service_unhealthy':
      return `${about} is unhealthy${since(heldSeconds)}${because}. Look at its log and its health checks`
    case 'service_stopped':
      return `${about} does not run${since(heldSeconds)}${because}. Start it, or look at its newest deployment event`
    case 'release_failed':
      return `The newest release of ${about} failed${because}`
    case 'host_not_told':
      return `The Git host could not be told of the newest release of ${about}${since(heldSeconds)}${because}`
    case 'metric_above':
      return `${sayMetric(rule.metricType, about)} is ${amount(value, unit)}, above ${amount(rule.threshold, unit)}${since(rule.forSeconds)}. Scale it, raise its limits, or find out why`
    case 'metric_below':
      return `${sayMetric(rule.metricType, about)} is ${amount(value, unit)}, below ${amount(rule.threshold, unit)}${since(rule.forSeconds)}. Find out why`
  }
}

function sayMetric(metric: string | null, about: string): string {
  return `${metric ?? 'a metric'} of ${about}`
}

function since(seconds: number): string {
  if (seconds < 1) return ''
  if (seconds < 120) return ` for ${Math.round(seconds)} s`
  return seconds < 7_200 ? ` for ${Math.round(seconds / 60)} min` : ` for ${Math.round(seconds / 3_600)} h`
}

function amount(value: number | null, unit: string | null): string {
  if (value === null) return 'unknown'
  if (unit === 'bytes' || unit === 'bytes_per_second') return `${bytes(value)}${unit === 'bytes' ? '' : '/s'}`
  const rounded = Math.round(value * 100) / 100
  return unit === 'percent' ? `${rounded} %` : unit === 'per_second' ? `${rounded}/s` : String(rounded)
}

function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)))
  return `${Math.round((value / 1024 ** at) * 10) / 10} ${units[at]}`
}

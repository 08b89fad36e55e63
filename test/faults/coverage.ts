// How often each kind of act, each fault and each step was part of a campaign. Pure.
import { type Step, steps } from '../../src/steps.ts'
import type { Outcome } from './run-history.ts'

export interface Coverage {
  readonly acts: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
  /** Strikes that hit. A step that is missing was never hit. */
  readonly steps: ReadonlyMap<Step, number>
}

const struckAt = /^(?:kill|throw|delay|freeze) at (\S+)$/

export function coverageOf(outcomes: readonly Pick<Outcome, 'history' | 'facts'>[]): Coverage {
  const acts = new Map<string, number>()
  const faults = new Map<string, number>()
  const hits = new Map<Step, number>()
  const count = <K>(in_: Map<K, number>, key: K) => void in_.set(key, (in_.get(key) ?? 0) + 1)
  for (const { history, facts } of outcomes) {
    for (const act of history.acts) count(acts, act.kind === 'push' ? `push: ${act.content}` : act.kind)
    for (const fault of facts?.done.faults ?? []) {
      const step = struckAt.exec(fault)?.[1]
      if (step === undefined) count(faults, fault)
      else count(hits, step as Step)
    }
  }
  return { acts, faults, steps: hits }
}

export function coverageTable({ acts, faults, steps: hits }: Coverage): string {
  const rows = (title: string, counts: ReadonlyMap<string, number>) => [
    `${title}:`,
    ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`),
  ]
  const missing = steps.filter((step) => !hits.has(step))
  return [
    ...rows('acts', acts),
    ...rows('faults', faults),
    ...rows('strikes at steps', hits),
    `steps that nothing struck at: ${missing.length === 0 ? 'none' : missing.join(', ')}`,
  ].join('\n')
}

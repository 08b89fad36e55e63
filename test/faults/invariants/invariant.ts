// One sentence that must hold after every history, and what is found against it.
import type { Facts, ReleaseSeen } from '../facts.ts'

export interface Invariant {
  /** The number of the list in the test strategy, and a word: `I1 ledger`. */
  readonly name: string
  readonly says: string
  readonly mayHeal: boolean
  find(facts: Facts): readonly string[]
}

export function short(sha: string): string {
  return sha.slice(0, 7)
}

/** A release that brought its worker down this often is given up. */
export const attemptLimit = 5

export const openStates: readonly string[] = ['queued', 'running']

/** What it runs was proved to be good, whatever took its place since. */
export function hasSucceeded({ state }: Pick<ReleaseSeen, 'state'>): boolean {
  return state === 'live' || state === 'replaced' || state === 'unchanged'
}

/** An engine that ends takes its containers along, and starts them again. */
export function hasEngineEnded({ faults }: Facts['done']): boolean {
  return faults.some((name) => /^engine (stopped|killed|restarted)/.test(name))
}

// Holds the facts of a history against every invariant. Pure.
import type { Facts } from './facts.ts'
import { blamelessInvariants } from './invariants/blameless.ts'
import { contentInvariants } from './invariants/contents.ts'
import { deliveryInvariants } from './invariants/deliveries.ts'
import { engineInvariants } from './invariants/engine.ts'
import type { Invariant } from './invariants/invariant.ts'
import { leftBehindInvariants } from './invariants/left-behind.ts'
import { processInvariants } from './invariants/process.ts'
import { promiseInvariants } from './invariants/promises.ts'
import { releaseInvariants } from './invariants/releases.ts'
import { serviceInvariants } from './invariants/services.ts'
import { statusInvariants } from './invariants/statuses.ts'
import { verdictInvariants } from './invariants/verdicts.ts'

export const invariants: readonly Invariant[] = [
  ...deliveryInvariants,
  ...releaseInvariants,
  ...verdictInvariants,
  ...blamelessInvariants,
  ...contentInvariants,
  ...serviceInvariants,
  ...promiseInvariants,
  ...engineInvariants,
  ...leftBehindInvariants,
  ...statusInvariants,
  ...processInvariants,
]

export interface Violation {
  readonly invariant: string
  readonly says: string
  /** Whether time may mend it; what happened once stays so. */
  readonly mayHeal: boolean
  readonly found: readonly string[]
}

export function check(facts: Facts): readonly Violation[] {
  return invariants.flatMap(({ name, says, mayHeal, find }) => {
    const found = find(facts)
    return found.length === 0 ? [] : [{ invariant: name, says, mayHeal, found }]
  })
}

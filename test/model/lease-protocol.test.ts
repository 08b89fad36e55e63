// The protocol by which workers take releases, act for them and lose them, visited state by state; and ways to build it wrong, each of which is found.
import { expect, it } from 'vitest'
import { explore } from './explore.ts'
import { type Bounds, leaseProtocol, type Planted } from './lease-protocol.ts'

const none = { workers: 2, configs: [1, 2], crashes: 0, cancels: 0, failures: 0, givenBack: 0, repairs: 0 }
const small: Bounds = { ...none, crashes: 1, repairs: 1 }
const givenBack: Bounds = { ...none, givenBack: 1 }

it.each<readonly [what: string, bounds: Bounds]>([
  ['two workers, a crash and a repair', small],
  ['a cancel and a failure', { ...none, cancels: 1, failures: 1 }],
  ['two releases that are given back', { ...none, givenBack: 2 }],
  ['a third commit that goes back to what the first had', { ...none, configs: [1, 2, 1] }],
])(
  'nothing goes wrong with %s',
  (_, bounds) => {
    const { mistake, states } = explore(leaseProtocol(bounds))
    expect(mistake).toBeUndefined()
    expect(states).toBeGreaterThan(30_000)
  },
  120_000,
)

it.each<readonly [planted: Planted, words: RegExp, bounds: Bounds]>([
  ['no check of the lease before an effect', /^generation 1 acts after generation 2 began$/, small],
  ['a check that the lease holds now, and not for as long as the effect takes', /^generation 1 acts after generation 2 began$/, small],
  ['a rescue before the worker has stopped by itself', /^generation 1 acts after generation 2 began$/, small],
  ['a claim that looks and takes without a lock', /^release 0 goes from superseded to running$/, small],
  ['a commit without a check of the lease', /^release 0 goes from queued to live$/, small],
  ['a rescue that goes back to an overtaken release', /^commit 0 is released after commit 1$/, small],
  ['a worker that gives an overtaken release back', /^commit 0 is released after commit 1$/, givenBack],
  ['a worker that looks for a newer release some time before it gives its own back', /^commit 0 is released after commit 1$/, givenBack],
  ['a release that is forgotten when its worker dies', /^it can never come to rest again$/, small],
  ['a repair that does not look for a release', /^generation 1 acts after generation 2 began$/, small],
])(
  'finds %s',
  (planted, words, bounds) => {
    const { mistake } = explore(leaseProtocol(bounds, planted))
    expect(mistake?.what).toMatch(words)
    expect(mistake?.way.length).toBeGreaterThan(2)
  },
  60_000,
)

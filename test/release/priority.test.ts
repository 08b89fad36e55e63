import { expect, it } from 'vitest'
import { rankOf, retryAfterSeconds } from '../../src/release/priority.ts'

it('going back comes before what a person asked for, production before other branches, and previews come last', () => {
  const [production, staging, preview] = [
    { name: 'production', kind: 'branch' as const },
    { name: 'staging', kind: 'branch' as const },
    { name: 'pr-7', kind: 'preview' as const },
  ]
  const rank = (environment: typeof production | typeof staging | typeof preview, options: object = {}) =>
    rankOf({ options, environment }, 'production')
  expect([
    rank(preview, { rollbackTo: 'x' }),
    rank(preview, { ofLive: true, restart: ['api'] }),
    rank(production),
    rank(staging),
    rank(preview),
  ]).toEqual(['rollback', 'asked', 'production', 'branch', 'preview'])
})

it('waits longer after each try, never beyond five minutes, and spreads those that failed together over the whole time', () => {
  expect([1, 2, 3, 4, 5, 20].map((attempt) => retryAfterSeconds(attempt, 1))).toEqual([5, 10, 20, 40, 80, 300])
  expect(retryAfterSeconds(3, 0.25)).toBe(5)
  expect(retryAfterSeconds(3, 0)).toBe(0.5)
})

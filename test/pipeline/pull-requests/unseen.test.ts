import { expect, it } from 'vitest'
import { type Looking, type Seen, unseen } from '../../../src/pipeline/pull-requests/unseen.ts'

const nowMs = Date.UTC(2026, 0, 2, 12)
const ago = (seconds: number) => new Date(nowMs - seconds * 1_000)
const [main, partner] = ['refs/heads/main', 'refs/heads/partner']
const old: Seen = { headSince: ago(3_600), retargetedAt: null, baseRef: main }
const why = (seen: Partial<Seen>, looking: Partial<Looking>) =>
  unseen({ ...old, ...seen }, { via: 'comment', askedAtMs: nowMs, ...looking }) ?? 'seen'

it('a label approves no head that was there for less than a minute when it was put on, however late that is looked at', () => {
  expect(why({ headSince: ago(61) }, { via: 'label' })).toBe('seen')
  expect(why({ headSince: ago(59) }, { via: 'label' })).toMatch(/^its head was there for less than a minute/)
  expect(why({ headSince: ago(300) }, { via: 'label', askedAtMs: nowMs - 290_000 })).toMatch(/^its head was there for less than a minute/)
})

it('a comment names the head that it approves, and needs not wait for it', () => {
  expect(why({ headSince: ago(1) }, {})).toBe('seen')
})

it.each(['label', 'comment', 'request'] as const)('a %s approves nothing in the minute after the base branch was changed', (via) => {
  expect(why({ retargetedAt: ago(61) }, { via })).toBe('seen')
  expect(why({ retargetedAt: ago(59) }, { via })).toMatch(/^it was pointed at another base branch less than a minute before/)
  // Written before, and heard of later.
  expect(why({ retargetedAt: ago(300) }, { via, askedAtMs: nowMs - 310_000 })).toMatch(/^it was pointed at another base branch/)
})

it('who names the base branch that they looked at approves for that one alone, and need not wait', () => {
  expect(why({ retargetedAt: ago(1), baseRef: partner }, { via: 'request', baseRef: partner })).toBe('seen')
  expect(why({ retargetedAt: ago(3_600), baseRef: partner }, { via: 'request', baseRef: main })).toMatch(
    /^it is to be merged into another branch/,
  )
})

it('a label that was put on for another base branch approves nothing, and one of a moment ago is no base that somebody named', () => {
  expect(why({ retargetedAt: ago(3_600), baseRef: partner }, { via: 'label', baseRef: main })).toMatch(
    /^it is to be merged into another branch/,
  )
  expect(why({ retargetedAt: ago(1), baseRef: partner }, { via: 'label', baseRef: partner })).toMatch(
    /^it was pointed at another base branch/,
  )
})

import { describe, expect, it } from 'vitest'
import { type Approval, type AskedAgain, isApproved, runsAgain } from '../../src/release/fork-approval.ts'

const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
const nowMs = Date.UTC(2026, 0, 2, 12)
const hours = (count: number) => count * 3_600_000

describe('an approval', () => {
  const main = 'refs/heads/main'
  const given: Approval = { approvedSha: a, approvedBase: main, approvedAt: new Date(nowMs - hours(2)), baseRef: main }

  it('is for one commit and one base branch', () => {
    const now = { nowMs, lifeMs: null }
    expect(isApproved(given, { sha: a, ...now })).toBe(true)
    expect(isApproved(given, { sha: b, ...now })).toBe(false)
    expect(isApproved({ ...given, baseRef: 'refs/heads/partner' }, { sha: a, ...now })).toBe(false)
    expect(isApproved({ ...given, approvedSha: null, approvedBase: null, approvedAt: null }, { sha: a, ...now })).toBe(false)
  })

  it('lasts a day, or as long as previews stay where that is shorter', () => {
    for (const lifeMs of [null, hours(72)]) {
      expect(isApproved({ ...given, approvedAt: new Date(nowMs - hours(24) + 1) }, { sha: a, nowMs, lifeMs })).toBe(true)
      expect(isApproved({ ...given, approvedAt: new Date(nowMs - hours(24)) }, { sha: a, nowMs, lifeMs })).toBe(false)
    }
    expect(isApproved(given, { sha: a, nowMs, lifeMs: hours(2) + 1 })).toBe(true)
    expect(isApproved(given, { sha: a, nowMs, lifeMs: hours(2) })).toBe(false)
  })
})

describe('without an approval of now', () => {
  const restart: AskedAgain = { sha: a, options: { ofLive: true }, liveSha: a, goesBackTo: null }

  it('what is live runs again, and nothing while nothing is live', () => {
    expect(runsAgain(restart)).toBe(true)
    expect(runsAgain({ ...restart, liveSha: null })).toBe(false)
    expect(runsAgain({ ...restart, sha: b })).toBe(false)
    expect(runsAgain({ ...restart, options: {} })).toBe(false)
  })

  it('what is live is not analyzed anew, since another base branch may give it more by now', () => {
    expect(runsAgain({ ...restart, options: { ofLive: true, analyze: true } })).toBe(false)
  })

  it.each([
    ['live', true],
    ['replaced', true],
    ['unchanged', true],
    ['failed', false],
    ['superseded', false],
    [null, false],
  ] as const)('going back to a release that is %s: %s', (goesBackTo, may) => {
    expect(runsAgain({ sha: b, options: { rollbackTo: 'r1' }, liveSha: a, goesBackTo })).toBe(may)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentWindows, createBudget } from '../../src/forge/budget.ts'
import { afterOutcome, asOf, freshHost, giveUpAfterMs, type HostState, settle } from '../../src/forge/outbox-rules.ts'

const unavailable = { kind: 'unavailable', reason: 'GitHub answered 502' } as const
const limited = { kind: 'rate_limited', reason: 'slow down' } as const
const unknownCommit = { kind: 'commit_unknown', reason: 'No commit found' } as const

describe('a message', () => {
  it('whose host failed is tried again after up to 2, 4, 8 … seconds, five minutes at most', () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1_000].map((attempts) => {
      const settlement = settle(unavailable, { attempts, ageMs: 0, chance: 1 })
      return settlement.kind === 'retry' ? settlement.inMs / 1000 : settlement.kind
    })
    expect(delays).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    expect(settle(unavailable, { attempts: 5, ageMs: 0, chance: 0.25 })).toEqual({
      kind: 'retry',
      inMs: 8_000,
      reason: 'GitHub answered 502',
      countsAsAttempt: true,
    })
  })

  it('is given up after a day with the last reason', () => {
    expect(settle(unavailable, { attempts: 300, ageMs: giveUpAfterMs - 1, chance: 0 }).kind).toBe('retry')
    const givenUp = { kind: 'undeliverable', cause: 'time', reason: 'given up after 24 hours: GitHub answered 502' }
    expect(settle(unavailable, { attempts: 300, ageMs: giveUpAfterMs, chance: 0 })).toEqual(givenUp)
    expect(settle(limited, { attempts: 1, ageMs: giveUpAfterMs, chance: 0 }).kind).toBe('undeliverable')
  })

  it('that kyozo did not wait for when it stopped is sent again at once, and its host is as well as before', () => {
    const unheard = { kind: 'unheard', reason: 'kyozo stopped' } as const
    const settlement = settle(unheard, { attempts: 9, ageMs: giveUpAfterMs, chance: 1 })
    expect(settlement).toEqual({ kind: 'retry', inMs: 0, reason: 'kyozo stopped', countsAsAttempt: true })
    const failing = { failures: 2, pauses: 1, pausedUntilMs: 0 }
    expect(afterOutcome(failing, unheard, { nowMs: 0, begunMs: 0, chance: 0 })).toEqual(failing)
  })

  it('about a commit the host does not know yet is tried three times more', () => {
    const kinds = [1, 2, 3, 4].map((attempts) => settle(unknownCommit, { attempts, ageMs: 0, chance: 0 }))
    expect(kinds.map((settlement) => (settlement.kind === 'retry' ? settlement.inMs : settlement.kind))).toEqual([
      2_000,
      4_000,
      8_000,
      'undeliverable',
    ])
  })

  it('that met a limit has not been tried', () => {
    expect(settle(limited, { attempts: 1, ageMs: 0, chance: 0 })).toMatchObject({ kind: 'retry', countsAsAttempt: false })
  })
})

describe('a host', () => {
  const failed = (host: HostState, nowMs: number, chance = 1) => afterOutcome(host, unavailable, { nowMs, begunMs: nowMs, chance })

  it('is left alone after three failures in a row, each time for longer, five minutes at most', () => {
    let host = freshHost
    const pauses: number[] = []
    for (let round = 0; round < 10; round++) {
      const nowMs = host.pausedUntilMs
      host = failed(failed(host, nowMs), nowMs)
      expect(host.pausedUntilMs).toBe(nowMs)
      host = failed(host, nowMs)
      pauses.push((host.pausedUntilMs - nowMs) / 1000)
    }
    expect(pauses).toEqual([4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  })

  it('is as good as new after anything it answers, a refusal included', () => {
    const failing = failed(failed(freshHost, 0), 0)
    expect(afterOutcome(failing, { kind: 'sent' }, { nowMs: 0, begunMs: 0, chance: 0 })).toEqual(freshHost)
    expect(afterOutcome(failing, { kind: 'refused', of: 'access', reason: 'no' }, { nowMs: 0, begunMs: 0, chance: 0 })).toEqual(freshHost)
  })

  it('that names a time is left alone until then, and one that names none for a minute, then two, then four, an hour at most', () => {
    expect(afterOutcome(freshHost, { ...limited, untilMs: 5_000 }, { nowMs: 0, begunMs: 0, chance: 0 }).pausedUntilMs).toBe(5_000)
    let host = freshHost
    const minutes = Array.from({ length: 8 }, () => {
      const nowMs = host.pausedUntilMs
      host = afterOutcome(host, limited, { nowMs, begunMs: nowMs, chance: 0 })
      return (host.pausedUntilMs - nowMs) / 60_000
    })
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  it('that asked somebody to be left alone is left alone until then, whatever it answers to what was under way', () => {
    const at = { nowMs: 2_000, begunMs: 500, chance: 1 }
    const paused = afterOutcome(freshHost, { ...limited, untilMs: 600_000 }, { nowMs: 1_000, begunMs: 0, chance: 0 })
    const refused = { kind: 'refused', of: 'message', reason: 'no' } as const
    for (const outcome of [{ kind: 'sent' } as const, refused, unknownCommit, unavailable, limited, { ...limited, untilMs: 60_000 }])
      expect(afterOutcome(paused, outcome, at)).toEqual(paused)
    expect(afterOutcome(paused, { ...limited, untilMs: 900_000 }, at).pausedUntilMs).toBe(900_000)
    expect(afterOutcome(paused, { kind: 'sent' }, { ...at, begunMs: 600_000, nowMs: 600_500 })).toEqual(freshHost)
  })

  it('that was to be left alone when the clock was put back is not left alone for as long as the clock went back', () => {
    const asked = afterOutcome(freshHost, { ...limited, untilMs: 24 * 3_600_000 }, { nowMs: 0, begunMs: 0, chance: 0 })
    expect(asOf(asked, 0)).toEqual(asked)
    expect(asOf(asked, -24 * 3_600_000)).toEqual({ ...asked, pausedUntilMs: 0 })
  })
})

describe('a budget', () => {
  it('never lets more through in any minute or hour than its windows say, and no less than it could', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 900 })
    fc.assert(
      fc.property(gaps, (steps) => {
        const budget = createBudget(contentWindows)
        const times: number[] = []
        let nowMs = 0
        for (const step of steps) {
          nowMs = budget.nextMs(nowMs + step)
          budget.spend(nowMs)
          times.push(nowMs)
        }
        for (const { lengthMs, limit } of contentWindows)
          for (let index = limit; index < times.length; index++)
            expect(times[index]! - times[index - limit]!).toBeGreaterThanOrEqual(lengthMs)
      }),
      { numRuns: 50 },
    )
  })

  it('opens exactly when the oldest message leaves the window', () => {
    const budget = createBudget([{ lengthMs: 60_000, limit: 2 }])
    budget.spend(0)
    expect(budget.nextMs(10)).toBe(10)
    budget.spend(10)
    expect(budget.nextMs(20)).toBe(60_000)
    expect(budget.nextMs(60_005)).toBe(60_005)
  })

  it('remembers what was sent before it was made', () => {
    expect(createBudget([{ lengthMs: 60_000, limit: 2 }], [1_000, 2_000]).nextMs(3_000)).toBe(61_000)
  })
})

import { afterEach, expect, it } from 'vitest'
import { startSchedule } from '../../src/queue/schedule.ts'
import { until } from '../support/until.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const RealDate = Date

afterEach(() => {
  globalThis.Date = RealDate
})

/** Puts the clock of this process forward or back. */
function jump(ms: number): void {
  globalThis.Date = class extends RealDate {
    constructor(...given: [] | [number]) {
      super(given.length === 0 ? RealDate.now() + ms : given[0])
    }
    static override now() {
      return RealDate.now() + ms
    }
  } as DateConstructor
}

it.each([
  ['an hour back', -3_600_000],
  ['an hour forward', 3_600_000],
  ['a day forward', 86_400_000],
])('goes on when the clock jumps %s', async (_, ms) => {
  let runs = 0
  const schedule = startSchedule([{ name: 'count', expression: '* * * * * *', run: async () => void runs++ }], silent)
  try {
    await until('the first run', () => runs > 0)
    jump(ms)
    const before = runs
    await until('more runs after the jump', () => runs >= before + 3, { deadlineMs: 10_000 })
  } finally {
    await schedule.stop()
  }
})

it('does not start a work that still runs, whatever the clock says', async () => {
  let under = 0
  let most = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  const run = async () => {
    most = Math.max(most, ++under)
    await promise
    under--
  }
  const schedule = startSchedule([{ name: 'slow', expression: '* * * * * *', run }], silent)
  try {
    await until('the first run', () => under === 1)
    jump(-3_600_000)
    let looks = 0
    await until('a few seconds of the new clock', () => ++looks > 60)
    expect(most).toBe(1)
  } finally {
    resolve()
    await schedule.stop()
  }
})

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { firstAppointment, inTurns, nextAppointment, soonAppointment } from '../../src/health/agenda.ts'
import { isKept, nothingKept } from '../../src/health/kept-checks.ts'

test('a thousand containers are spread over their interval, each at a place of its own', () => {
  const ids = Array.from({ length: 1_000 }, () => randomBytes(32).toString('hex'))
  const due = ids.map((id) => firstAppointment(id, 30_000, 5_000).dueMs)
  const perSecond = Array.from({ length: 30 }, (_, second) => due.filter((ms) => Math.floor((ms - 5_000) / 1_000) === second).length)
  expect(perSecond.reduce((sum, count) => sum + count)).toBe(1_000)
  expect(Math.max(...perSecond)).toBeLessThan(80)
  expect(firstAppointment(ids[0]!, 30_000, 5_000)).toEqual(firstAppointment(ids[0]!, 30_000, 5_000))
})

test('whoever is late skips what was missed, and keeps its place', () => {
  const appointment = { intervalMs: 1_000, dueMs: 10_250 }
  expect(nextAppointment(appointment, 10_300).dueMs).toBe(11_250)
  expect(nextAppointment(appointment, 75_100).dueMs).toBe(75_250)
  // A monotonic clock does not go back; if one did, nothing would come sooner.
  expect(nextAppointment(appointment, 0).dueMs).toBe(11_250)
})

test('what was started again is looked at soon, less and less so, and an answer is held against the next one soon', () => {
  const pauses = (intervalMs: number, hasAnswered = false) =>
    [1, 2, 3, 4, 5].map((looks) => soonAppointment(intervalMs, { looks, hasAnswered, nowMs: 500 }).dueMs - 500)
  expect(pauses(30_000)).toEqual([250, 500, 1_000, 2_000, 2_000])
  expect(pauses(1_000)).toEqual([250, 500, 1_000, 1_000, 1_000])
  expect(pauses(30_000, true)).toEqual([250, 250, 250, 250, 250])
})

test('of what is due each team comes in turn, those with the fewest looks under way first', () => {
  const due = (team: string, dueMs: number) => ({ team, appointment: { intervalMs: 1_000, dueMs } })
  const late = [due('a', 1), due('a', 2), due('a', 3), due('b', 9), due('b', 8), due('c', 10)]
  const order = inTurns(late, (team) => (team === 'c' ? 1 : 0)).map(({ team, appointment }) => `${team}${appointment.dueMs}`)
  expect(order).toEqual(['a1', 'b8', 'a2', 'b9', 'c10', 'a3'])
})

test('of the looks one answer a minute is kept, every failure until it is known, and one in ten seconds after that', () => {
  const look = { hasPassed: true, wasSick: false, isServiceSick: () => false, nowMs: 100_000 }
  expect(isKept(nothingKept, look)).toBe(true)
  expect(isKept({ ...nothingKept, answerMs: 40_001 }, look)).toBe(false)
  expect(isKept({ ...nothingKept, answerMs: 40_000 }, look)).toBe(true)
  expect(isKept(nothingKept, { ...look, isServiceSick: () => true })).toBe(false)
  const failure = { ...look, hasPassed: false }
  expect(isKept({ ...nothingKept, failureMs: 99_999 }, failure)).toBe(true)
  expect(isKept({ ...nothingKept, failureMs: 95_000 }, { ...failure, wasSick: true })).toBe(false)
  expect(isKept({ ...nothingKept, failureMs: 90_000 }, { ...failure, wasSick: true })).toBe(true)
})

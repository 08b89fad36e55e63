import { expect, it } from 'vitest'
import { type GuardMemory, lookForFlapping, newMemory, nextLookMs } from '../../src/reconcile/flap-guard.ts'
import type { ContainerMake, ObservedContainer } from '../../src/reconcile/plan.ts'

const minute = 60_000

/** A container that was started again so often, and that ended last at this minute. */
function container(restartCount: number, endedAt: number | null, id = 'a1'): ObservedContainer {
  const made = { finishedAt: endedAt === null ? null : new Date(endedAt).toISOString() } as ContainerMake
  return { id, restartCount, made } as ObservedContainer
}

/** Looks once for each pair of restart count and time. */
function looked(looks: readonly (readonly [restarts: number, at: number])[], from: GuardMemory = newMemory) {
  let verdict = lookForFlapping(from, [], 0)
  for (const [restarts, at] of looks) verdict = lookForFlapping(verdict.memory, [container(restarts, at)], at)
  return verdict
}

it('holds back a service that ended five times in ten minutes, and says how often in how long', () => {
  const before = looked([1, 2, 3, 4].map((count) => [0, count * 1_000] as const))
  expect(before).toMatchObject({ isHeld: false, ends: 4 })
  const after = lookForFlapping(before.memory, [container(0, 5_000)], 5_000)
  expect(after).toMatchObject({ isHeld: true, isNew: true, ends: 5, spanMs: 4_000 })
  expect(after.memory).toMatchObject({ level: 1, heldUntilMs: 5_000 + 30_000 })
})

it('sees ends that a restart policy hides, by the container’s own count', () => {
  expect(looked([[6, 1_000]])).toMatchObject({ isHeld: true, isNew: true, ends: 6 })
})

it('does not hold back what ends now and then', () => {
  expect(looked([1, 2, 3, 4, 5, 6, 7, 8].map((count) => [0, count * 4 * minute] as const))).toMatchObject({ isHeld: false, ends: 3 })
})

it('lets it try again after the pause, and holds it back twice as long when it dies once more', () => {
  const held = looked([[6, 1_000]])
  const trying = lookForFlapping(held.memory, [container(0, 2_000)], 40_000)
  expect(trying).toMatchObject({ isHeld: true, isNew: true })
  expect(trying.memory).toMatchObject({ level: 2, heldUntilMs: 40_000 + 60_000 })
})

it('does not count ends while it is held back: kyozo stopped it itself', () => {
  const held = looked([[6, 1_000]])
  const stopped = lookForFlapping(held.memory, [container(6, 2_000)], 2_000)
  expect(stopped).toMatchObject({ isHeld: true, isNew: false })
  expect(lookForFlapping(stopped.memory, [container(0, 2_000)], 40_000)).toMatchObject({ isHeld: false, ends: 0 })
})

it('pauses for half an hour at most', () => {
  let { memory } = looked([[6, 1_000]])
  let pauses: number[] = []
  for (let count = 0; count < 10; count++) {
    const now = memory.heldUntilMs! + 1_000
    memory = lookForFlapping(memory, [container(0, now)], now).memory
    pauses = [...pauses, (memory.heldUntilMs! - now) / minute]
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30])
})

it('trusts it again when it has stayed up for two minutes', () => {
  const held = lookForFlapping(looked([[6, 1_000]]).memory, [container(6, 2_000)], 2_000)
  const up = held.memory.heldUntilMs!
  expect(nextLookMs(held.memory, up - 5_000)).toBe(5_000)
  expect(lookForFlapping(held.memory, [container(0, 2_000)], up + minute)).toMatchObject({ isHeld: false, isFreed: false })
  expect(nextLookMs(held.memory, up)).toBe(2 * minute)
  const freed = lookForFlapping(held.memory, [container(0, 2_000)], up + 2 * minute)
  expect(freed).toMatchObject({ isHeld: false, isFreed: true, memory: { level: 0, ends: [], heldUntilMs: null } })
  expect(nextLookMs(freed.memory, up + 2 * minute)).toBeUndefined()
})

it('holds nothing back for longer than it meant to when the clock was an hour ahead, and counts no end of then', () => {
  const hour = 60 * minute
  const held = lookForFlapping(newMemory, [container(6, hour)], hour + 1_000)
  const back = lookForFlapping(held.memory, [container(6, hour)], 2_000)
  expect(back).toMatchObject({ isHeld: true, isNew: false, memory: { level: 1, heldUntilMs: 2_000 + 30_000 } })
  expect(lookForFlapping(back.memory, [container(6, hour)], 33_000)).toMatchObject({ isHeld: false })
  const ended = lookForFlapping(newMemory, [container(4, hour)], hour)
  expect(lookForFlapping(ended.memory, [container(5, 2_000)], 2_000)).toMatchObject({ isHeld: false, ends: 1 })
})

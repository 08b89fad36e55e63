import { afterEach, expect, it, vi } from 'vitest'
import { newId } from '../src/ids.ts'

afterEach(() => {
  vi.useRealTimers()
})

it('sort in the order they were made in, within one millisecond and when the clock is put back', () => {
  vi.useFakeTimers({ now: Date.parse('2100-01-01T00:00:00Z') })
  const made = Array.from({ length: 1000 }, () => newId())
  vi.setSystemTime(Date.parse('2099-01-01T00:00:00Z'))
  made.push(newId())
  vi.setSystemTime(Date.parse('2100-01-02T00:00:00Z'))
  made.push(newId())
  expect([...made].sort()).toEqual(made)
  expect(new Set(made).size).toBe(made.length)
  expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

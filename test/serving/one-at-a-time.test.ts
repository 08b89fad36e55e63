import { expect, it } from 'vitest'
import { oneAtATime } from '../../src/serving/one-at-a-time.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

it('works of one key run one after the other, and whoever asks meanwhile neither waits nor is forgotten', async () => {
  const oneEach = oneAtATime()
  const ends: (() => void)[] = []
  let running = 0
  const work = async () => {
    running++
    await new Promise<void>((resolve) => ends.push(resolve))
    running--
  }
  const first = oneEach('shop', work)
  // They come back at once, so that the workers they ran on are free for others.
  for (let asked = 0; asked < 8; asked++) await oneEach('shop', work)
  expect([running, ends.length]).toEqual([1, 1])
  const other = oneEach('other', work)
  expect(running).toBe(2)
  ends[0]!()
  await settle()
  // Asked eight times, run once more: a work takes whatever there is.
  expect(ends).toHaveLength(3)
  for (const end of ends) end()
  await Promise.all([first, other])
  expect(running).toBe(0)
})

it('a work that fails tells whoever began it, and the key is free again', async () => {
  const oneEach = oneAtATime()
  await expect(oneEach('shop', () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  let ran = false
  await oneEach('shop', async () => {
    ran = true
  })
  expect(ran).toBe(true)
})

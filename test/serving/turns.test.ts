import { expect, it } from 'vitest'
import { createTurns } from '../../src/serving/turns.ts'

/** Sides that are served until somebody ends their turn. */
function served(atOnce: number) {
  const order: string[] = []
  const ends = new Map<string, (restMs: number) => void>()
  const turns = createTurns<string>({
    atOnce,
    serve: (side) => {
      order.push(side)
      return new Promise((resolve) => ends.set(side, resolve))
    },
  })
  const offer = (...sides: string[]) => {
    for (const side of sides) turns.offer(side, side)
  }
  const end = async (side: string, restMs = 0) => {
    ends.get(side)!(restMs)
    await new Promise(setImmediate)
  }
  return { turns, order, offer, end }
}

it('one side that does not end holds up no other', async () => {
  const { order, offer, end } = served(2)
  offer('slow', 'a', 'b', 'c')
  await end('a')
  await end('b')
  await end('c')
  expect(order).toEqual(['slow', 'a', 'b', 'c'])
})

it('who has had a turn comes after those that wait, and nobody has two at once', async () => {
  const { order, offer, end } = served(1)
  offer('loud', 'quiet')
  offer('loud', 'loud', 'quiet')
  await end('loud')
  expect(order).toEqual(['loud', 'quiet'])
  await end('quiet')
  expect(order).toEqual(['loud', 'quiet', 'loud'])
  await end('loud')
  expect(order).toHaveLength(3)
})

it('who is to be left alone has no turn until then, whoever asks for one', async () => {
  const { order, offer, end } = served(2)
  offer('a')
  offer('a')
  await end('a', 60_000)
  offer('a', 'b')
  expect(order).toEqual(['a', 'b'])
  await end('b', 1)
  const orderWhenAsked = () => {
    offer('b')
    return order
  }
  await expect.poll(orderWhenAsked, { timeout: 10_000 }).toEqual(['a', 'b', 'b'])
})

it('stops when those whose turn it is have ended, and begins no other', async () => {
  const { turns, order, offer, end } = served(1)
  offer('a', 'b')
  let isStopped = false
  const stopping = turns.stop().then(() => {
    isStopped = true
  })
  await new Promise(setImmediate)
  expect(isStopped).toBe(false)
  await end('a')
  await stopping
  expect(order).toEqual(['a'])
})

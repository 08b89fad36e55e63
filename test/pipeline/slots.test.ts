import { expect, it } from 'vitest'
import { slots, type Turn } from '../../src/pipeline/slots.ts'

/** Works that end when they are told to, and a record of what happened. */
function scene(count: number) {
  const inSlot = slots(count)
  const events: string[] = []
  const ends = new Map<string, { end(): void; fail(): void }>()
  const start = (name: string, turn?: Turn) =>
    inSlot(async () => {
      events.push(`${name} begins`)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      ends.set(name, { end: resolve, fail: () => reject(new Error(`${name} failed`)) })
      await promise.finally(() => events.push(`${name} ends`))
      return name
    }, turn)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { events, ends, start, settle }
}

it('so many works run at once, and the others follow in the order in which they came', async () => {
  const { events, ends, start, settle } = scene(2)
  const works = ['a', 'b', 'c', 'd'].map((name) => start(name))
  await settle()
  expect(events).toEqual(['a begins', 'b begins'])
  ends.get('b')!.end()
  await settle()
  ends.get('a')!.end()
  await settle()
  expect(events).toEqual(['a begins', 'b begins', 'b ends', 'c begins', 'a ends', 'd begins'])
  for (const name of ['c', 'd']) ends.get(name)!.end()
  expect(await Promise.all(works)).toEqual(['a', 'b', 'c', 'd'])
})

it('a work that fails gives its place to the next and its error to whoever asked', async () => {
  const { events, ends, start, settle } = scene(1)
  const [failing, next] = [start('a'), start('b')]
  await settle()
  ends.get('a')!.fail()
  await expect(failing).rejects.toThrow('a failed')
  await settle()
  ends.get('b')!.end()
  expect(await next).toBe('b')
  expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends'])
})

it('the lower rank goes first, and of one rank the team that has the fewest', async () => {
  const { events, ends, start, settle } = scene(2)
  const turns: [string, Turn][] = [
    ['a1', { rank: 3, team: 'a' }],
    ['a2', { rank: 3, team: 'a' }],
    ['a3', { rank: 3, team: 'a' }],
    ['a4', { rank: 3, team: 'a' }],
    ['b1', { rank: 3, team: 'b' }],
    ['back', { rank: 0, team: 'a' }],
  ]
  const works = turns.map(([name, turn]) => start(name, turn))
  await settle()
  for (const name of ['a1', 'a2', 'back', 'b1', 'a3', 'a4']) {
    ends.get(name)!.end()
    await settle()
  }
  await Promise.all(works)
  expect(events.filter((event) => event.endsWith('begins'))).toEqual(['a1', 'a2', 'back', 'b1', 'a3', 'a4'].map((name) => `${name} begins`))
})

it('a work whose release was cancelled waits no more, and takes no slot', async () => {
  const { events, ends, start, settle } = scene(1)
  const stop = new AbortController()
  const works = [start('a'), start('b', { signal: stop.signal }), start('c')]
  await settle()
  stop.abort(new Error('cancelled'))
  await expect(works[1]).rejects.toThrow('cancelled')
  ends.get('a')!.end()
  await settle()
  ends.get('c')!.end()
  await Promise.all([works[0], works[2]])
  expect(events).toEqual(['a begins', 'a ends', 'c begins', 'c ends'])
})

import { expect, it } from 'vitest'
import { slots } from '../../src/pipeline/slots.ts'

/** Works that end when they are told to, and a record of what happened. */
function scene(count: number) {
  const inSlot = slots(count)
  const events: string[] = []
  const ends = new Map<string, { end(): void; fail(): void }>()
  const start = (name: string) =>
    inSlot(async () => {
      events.push(`${name} begins`)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      ends.set(name, { end: resolve, fail: () => reject(new Error(`${name} failed`)) })
      await promise.finally(() => events.push(`${name} ends`))
      return name
    })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return { events, ends, start, settle }
}

it('so many works run at once, and the others follow in the order in which they came', async () => {
  const { events, ends, start, settle } = scene(2)
  const works = ['a', 'b', 'c', 'd'].map(start)
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

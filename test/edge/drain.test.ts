import { once } from 'node:events'
import { expect, test } from 'vitest'
import { eventually } from '../support/stacks.ts'
import { ask, echo, edge, openWebSocket, route, service } from './front.ts'

test('draining waits for what is under way, while new requests go to the new container', async () => {
  let finish: (() => void) | undefined
  const old = await service((_, outgoing) => {
    finish = () => outgoing.end('old')
  }, 'old')
  const fresh = await service((_, outgoing) => outgoing.end('new'), 'new')
  route(old)
  const underWay = ask()
  await eventually(() => finish)
  route({ ...old, state: 'draining' }, fresh)
  let isDrained = false
  const drained = edge.drain(['old'], 10_000).then((cut) => {
    isDrained = true
    return cut
  })
  for (let count = 0; count < 5; count++) expect((await ask()).body).toBe('new')
  expect(isDrained).toBe(false)
  finish?.()
  expect((await underWay).body).toBe('old')
  expect(await drained).toBe(0)
})

test('what is still under way at a drain’s deadline is ended', async () => {
  const old = await echo('old')
  route(old)
  const { socket } = await openWebSocket()
  const closed = once(socket, 'close')
  expect(await edge.drain(['old'], 100)).toBe(1)
  await closed
  expect(await edge.drain(['old'], 100)).toBe(0)
})

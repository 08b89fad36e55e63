import { once } from 'node:events'
import { expect, test } from 'vitest'
import { echo, edge, openWebSocket, refusing, route, service } from './front.ts'

test('a WebSocket goes through, in both directions, past a copy that cannot be reached', async () => {
  route(await refusing('dead'), await echo())
  for (let count = 0; count < 3; count++) {
    const { socket, head } = await openWebSocket()
    expect(head).toBe('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc\r\n\r\n')
    for (const words of ['hello', 'again']) {
      socket.write(words)
      expect(String((await once(socket, 'data'))[0])).toBe(words)
    }
    socket.end()
    await once(socket, 'close')
  }
  expect(await edge.drain(['c1'], 1_000)).toBe(0)
})

test('a WebSocket that the service refuses gets the service’s own answer', async () => {
  route(await echo())
  const { socket, head } = await openWebSocket('/refused')
  let text = head
  socket.on('data', (chunk) => {
    text += String(chunk)
  })
  await once(socket, 'close')
  expect(text).toBe('HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\nX-Why: token\r\nConnection: close\r\n\r\nlogin')
})

test('a WebSocket to nowhere is answered in words', async () => {
  route()
  expect((await openWebSocket()).head).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 2\r\n/s)
  expect((await openWebSocket('/', 'web.shop.localhost')).head).toMatch(/^HTTP\/1\.1 404 /)
})

test('an upgrade to HTTP/2 is answered as an ordinary request', async () => {
  route(await service((_, outgoing) => outgoing.end('plain')))
  const { head } = await openWebSocket('/', 'api.shop.localhost', 'h2c')
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
})

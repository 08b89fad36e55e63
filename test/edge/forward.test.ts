import type { IncomingMessage } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../support/stacks.ts'
import { ask, edge, listen, openWebSocket, refusing, route, type Sent, service, textOf } from './front.ts'

test('a request reaches the service with its path, body and headers, and the answer comes back as it was', async () => {
  const seen: IncomingMessage[] = []
  route(
    await service(async (incoming, outgoing) => {
      seen.push(incoming)
      outgoing.writeHead(201, 'Made', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Answer', 'yes'])
      outgoing.end(`${incoming.method} ${incoming.url} ${await textOf(incoming)}`)
    }),
  )
  const { status, body, answer } = await ask({
    method: 'POST',
    path: '/a%20b?c=d',
    body: 'hello',
    headers: { 'x-forwarded-for': '1.2.3.4' },
  })
  expect([status, answer.statusMessage, body]).toEqual([201, 'Made', 'POST /a%20b?c=d hello'])
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
  expect(seen[0]?.headers).toMatchObject({
    host: 'api.shop.localhost',
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'api.shop.localhost',
  })
})

test('bodies with and without a length arrive as they were sent, whatever the method', async () => {
  route(
    await service(async (incoming, outgoing) => {
      const { 'content-length': length, 'transfer-encoding': coding } = incoming.headers
      outgoing.end(JSON.stringify([incoming.method, length ?? null, coding ?? null, await textOf(incoming)]))
    }),
  )
  const answerTo = async (sent: Sent) => JSON.parse((await ask(sent)).body) as unknown
  expect(await answerTo({ method: 'POST', body: 'x', headers: { 'content-length': '1' } })).toEqual(['POST', '1', null, 'x'])
  expect(await answerTo({ method: 'DELETE', body: 'x', headers: { 'transfer-encoding': 'chunked' } })).toEqual([
    'DELETE',
    null,
    'chunked',
    'x',
  ])
  expect(await answerTo({ method: 'POST', headers: { 'content-length': '0' } })).toEqual(['POST', '0', null, ''])
  expect(await answerTo({ method: 'GET' })).toEqual(['GET', null, null, ''])
  expect((await ask({ method: 'HEAD' })).body).toBe('')
})

test('other hosts are left to kyozo itself, and an unknown service is told without naming others', async () => {
  route(await service((_, outgoing) => outgoing.end('api')))
  expect((await ask({ host: 'localhost' })).body).toBe('kyozo itself')
  const unknown = await ask({ host: 'web.shop.localhost' })
  expect([unknown.status, unknown.body]).toEqual([404, 'No service answers at this name.\n'])
})

test('a service without a container that serves is told to be away for a moment', async () => {
  route({ ...(await service((_, outgoing) => outgoing.end('old'))), state: 'draining' })
  const { status, body, answer } = await ask()
  expect([status, body, answer.headers['retry-after']]).toEqual([503, 'api is not running at the moment.\n', '2'])
})

test('several copies take turns, and the busy one is spared', async () => {
  const held: (() => void)[] = []
  const copy = (name: string) =>
    service((incoming, outgoing) => {
      if (incoming.url === '/slow') held.push(() => outgoing.end(name))
      else outgoing.end(name)
    }, name)
  route(await copy('one'), await copy('two'), await copy('three'))
  const names = await Promise.all(Array.from({ length: 9 }, () => ask().then(({ body }) => body)))
  expect(names.sort()).toEqual(['one', 'one', 'one', 'three', 'three', 'three', 'two', 'two', 'two'])
  const slow = ask({ path: '/slow' })
  await eventually(() => (held.length === 1 ? true : undefined))
  const quick: string[] = []
  for (let count = 0; count < 8; count++) quick.push((await ask()).body)
  for (const finish of held) finish()
  expect(quick).not.toContain((await slow).body)
})

test('a copy that cannot be reached is passed over, whatever the request', async () => {
  route(await refusing('dead'), await service(async (incoming, outgoing) => outgoing.end(`alive ${await textOf(incoming)}`), 'alive'))
  for (let count = 0; count < 6; count++) expect((await ask({ method: 'POST', body: 'x' })).body).toBe('alive x')
  route(await refusing('dead'))
  const { status, body } = await ask()
  expect([status, body]).toEqual([503, 'api could not be reached.\n'])
})

test('an answer whose lines end like no HTTP is told as one', async () => {
  route(await service((incoming) => incoming.socket.end('HTTP/1.1 200 OK\n\nhello')))
  const { status, body } = await ask()
  expect([status, body]).toEqual([502, 'api gave an answer that is not HTTP.\n'])
})

test('whatever a service says instead of an answer, who asks is answered, and kyozo goes on', async () => {
  for (const said of unanswers) {
    route(await service((incoming) => void incoming.socket.write(Buffer.from(`HTTP/1.1 ${said}\r\n\r\n`, 'latin1'))))
    for (const method of ['GET', 'POST']) expect([said, (await ask({ method })).status]).toEqual([said, 502])
    expect((await openWebSocket()).head).toMatch(
      said.startsWith('101') && said.includes('Upgrade:') ? /^HTTP\/1\.1 101 / : /^HTTP\/1\.1 502 /,
    )
    expect(await edge.drain(['c1'], 1)).toBe(said.includes('Upgrade:') ? 1 : 0)
  }
  route(await service((incoming) => void incoming.socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 199 More\r\n\r\n')))
  expect((await ask()).status).toBe(504)
  expect((await openWebSocket()).head).toMatch(/^HTTP\/1\.1 504 /)
  expect(await edge.drain(['c1'], 1)).toBe(0)
})

/** Status lines and headers that begin no answer. */
const unanswers = [
  '101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x',
  '101 Switching Protocols',
  '000 Nothing\r\nContent-Length: 0',
  '099 Less\r\nContent-Length: 0',
  '200 \x01\r\nContent-Length: 0',
  '200 OK\r\nA: \x01\r\nContent-Length: 0',
]

test('a request that changes something is never sent twice', async () => {
  const received: string[] = []
  const breaking = (name: string) =>
    service((incoming) => {
      received.push(`${name} ${incoming.method}`)
      incoming.socket.destroy()
    }, name)
  route(await breaking('one'), await breaking('two'))
  const post = await ask({ method: 'POST', body: 'x' })
  expect([post.status, post.body]).toEqual([502, 'api broke off before it answered.\n'])
  expect(received).toHaveLength(1)
  received.length = 0
  expect((await ask()).status).toBe(502)
  expect(received.sort()).toEqual(['one GET', 'two GET'])
})

test('a kept connection that the service closes at that very moment fails no request', async () => {
  let answered = 0
  // A server that keeps a connection open and then resets it when the second request comes in on it.
  const server = createTcpServer((socket) => {
    let count = 0
    socket.on('error', () => undefined)
    socket.on('data', () => {
      if (++count > 1) return socket.resetAndDestroy()
      answered++
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  route({ container: 'c1', host: '127.0.0.1', port: await listen(server), state: 'serving' })
  for (let count = 0; count < 10; count++) expect((await ask({ method: count % 2 === 0 ? 'GET' : 'POST' })).body).toBe('ok')
  expect(answered).toBe(10)
})

test('a service that does not answer in time is told so', async () => {
  route(await service(() => undefined))
  const { status, body } = await ask()
  expect([status, body]).toEqual([504, 'api did not answer within 2 s.\n'])
})

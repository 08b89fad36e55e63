import { once } from 'node:events'
import { type Agent, createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEdge, type Edge } from '../../src/edge/edge.ts'
import type { RouteTarget } from '../../src/edge/routes.ts'
import { eventually } from '../support/stacks.ts'

const closers: (() => void)[] = []
const warnings: string[] = []
let edge: Edge
let front: Server
let port: number

beforeEach(async () => {
  warnings.length = 0
  edge = createEdge({
    baseDomain: 'localhost',
    log: { warn: (_, message) => warnings.push(message) },
    limits: { connectLimitMs: 500, answerLimitMs: 500 },
  })
  front = createServer({ shouldUpgradeCallback: edge.shouldUpgrade }, (incoming, outgoing) => {
    if (!edge.handle(incoming, outgoing)) outgoing.end('kyozo itself')
  })
  front.on('upgrade', (incoming, socket, head) => {
    if (!edge.upgrade(incoming, socket, head)) socket.destroy()
  })
  port = await listen(front)
})
afterEach(() => {
  edge.close()
  for (const close of closers.splice(0)) close()
  expect(warnings).toEqual([])
})

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function service(listener: RequestListener, container = 'c1'): Promise<RouteTarget & { readonly server: Server }> {
  const server = createServer(listener)
  return { container, host: '127.0.0.1', port: await listen(server), state: 'serving', server }
}

/** A port that nobody listens on. */
async function refusing(container: string): Promise<RouteTarget> {
  const target = await service(() => undefined, container)
  target.server.close()
  await once(target.server, 'close')
  return target
}

function route(...targets: readonly RouteTarget[]): void {
  edge.setRoutes([{ host: 'api.shop.localhost', service: 'api', environment: 'production', targets }])
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly host?: string
  readonly agent?: Agent
}

async function ask(sent: Sent = {}): Promise<{ status: number; body: string; answer: IncomingMessage }> {
  const { method = 'GET', path = '/', headers = {}, body, host = 'api.shop.localhost', agent } = sent
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: { ...headers, host }, ...(agent ? { agent } : {}) })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await textOf(answer), answer }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

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
  const sockets = new Set<Socket>()
  let answered = 0
  // A server that keeps a connection open and then resets it when the second request comes in on it.
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    let count = 0
    socket.on('error', () => undefined)
    socket.on('data', () => {
      if (++count > 1) return socket.resetAndDestroy()
      answered++
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  }).listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await once(server, 'listening')
  route({ container: 'c1', host: '127.0.0.1', port: (server.address() as AddressInfo).port, state: 'serving' })
  for (let count = 0; count < 10; count++) expect((await ask({ method: count % 2 === 0 ? 'GET' : 'POST' })).body).toBe('ok')
  expect(answered).toBe(10)
})

test('a service that does not answer in time is told so', async () => {
  route(await service(() => undefined))
  const { status, body } = await ask()
  expect([status, body]).toEqual([504, 'api did not answer within 0.5 s.\n'])
})

test('an answer streams: its headers and every piece arrive before it ends', async () => {
  let write: ((piece: string) => void) | undefined
  let finish: (() => void) | undefined
  route(
    await service((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' })
      outgoing.flushHeaders()
      write = (piece) => outgoing.write(piece)
      finish = () => outgoing.end()
    }),
  )
  const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'api.shop.localhost' } }).end()
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  for (const piece of ['data: 1\n\n', 'data: 2\n\n']) {
    write?.(piece)
    expect(String((await once(answer, 'data'))[0])).toBe(piece)
  }
  // Longer than the limit for the beginning of an answer.
  await new Promise((resolve) => setTimeout(resolve, 700))
  write?.('data: 3\n\n')
  expect(String((await once(answer, 'data'))[0])).toBe('data: 3\n\n')
  finish?.()
  await once(answer, 'end')
})

test('a request streams: the service sees the first piece before the last is sent', async () => {
  let first: string | undefined
  route(
    await service(async (incoming, outgoing) => {
      incoming.once('data', (chunk: Buffer) => {
        first = String(chunk)
      })
      outgoing.end(`${(await textOf(incoming)).length}`)
    }),
  )
  const outgoing = request({ host: '127.0.0.1', port, method: 'PUT', headers: { host: 'api.shop.localhost' } })
  outgoing.write('first')
  await eventually(() => first)
  outgoing.end('second')
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  expect([first, await textOf(answer)]).toEqual(['first', '11'])
})

test('a slow reader slows the service down instead of filling the memory', async () => {
  let sent = 0
  route(
    await service((_, outgoing) => {
      const more = () => {
        while (sent < 256 * 1024 ** 2 && !outgoing.destroyed) {
          sent += 64 * 1024
          if (!outgoing.write(Buffer.alloc(64 * 1024))) return
        }
      }
      outgoing.on('drain', more)
      more()
    }),
  )
  const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'api.shop.localhost' } }).end()
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  let before = -1
  await eventually(async () => {
    const isSteady = sent === before
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 200))
    return isSteady ? true : undefined
  })
  expect(sent).toBeLessThan(64 * 1024 ** 2)
  answer.destroy()
})

test('a client that leaves ends the request at the service', async () => {
  let left = false
  route(
    await service((_, outgoing) => {
      outgoing.write('x')
      outgoing.on('close', () => {
        left = true
      })
    }),
  )
  const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'api.shop.localhost' } }).end()
  await once(outgoing, 'response')
  outgoing.destroy()
  await eventually(() => (left ? true : undefined))
  expect(await edge.drain(['c1'], 1_000)).toBe(0)
})

test('a refusal in the middle of an upload reaches the client', async () => {
  route(
    await service((incoming, outgoing) => {
      incoming.once('data', () => outgoing.writeHead(413, { connection: 'close' }).end('too large'))
    }),
  )
  const outgoing = request({ host: '127.0.0.1', port, method: 'POST', headers: { host: 'api.shop.localhost' } })
  outgoing.on('error', () => undefined)
  outgoing.write(Buffer.alloc(64 * 1024))
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  expect([answer.statusCode, await textOf(answer)]).toEqual([413, 'too large'])
  outgoing.destroy()
})

async function openWebSocket(path = '/', host = 'api.shop.localhost', upgrade = 'websocket'): Promise<{ socket: Socket; head: string }> {
  const socket = connect(port, '127.0.0.1')
  closers.push(() => socket.destroy())
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', `Upgrade: ${upgrade}`, 'Sec-WebSocket-Key: abc']
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return { socket, head: String((await once(socket, 'data'))[0]) }
}

async function echo(container = 'c1'): Promise<RouteTarget> {
  const target = await service((_, outgoing) => outgoing.writeHead(403).end('no'), container)
  target.server.on('upgrade', (incoming, socket) => {
    if (incoming.url === '/refused') return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\nX-Why: token\r\n\r\nlogin')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${incoming.headers['sec-websocket-key']}\r\n\r\n`,
    )
    socket.pipe(socket)
    socket.on('error', () => undefined)
  })
  return target
}

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

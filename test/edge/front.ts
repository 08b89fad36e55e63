// The edge in front of a server of a test's own, and services of a few lines behind it. Each test gets a new one.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http'
import { type AddressInfo, connect, type Server as NetServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect } from 'vitest'
import { createEdge, type Edge } from '../../src/edge/edge.ts'
import type { RouteTarget } from '../../src/edge/routes.ts'

export let edge: Edge
/** Where the edge listens. */
export let port: number

const closers: (() => void)[] = []
const warnings: string[] = []

beforeEach(async () => {
  edge = createEdge({
    baseDomain: 'localhost',
    log: { warn: (_, message) => warnings.push(message) },
    limits: { connectLimitMs: 2_000, answerLimitMs: 2_000 },
  })
  const server = createServer({ shouldUpgradeCallback: edge.shouldUpgrade }, (incoming, outgoing) => {
    if (!edge.handle(incoming, outgoing)) outgoing.end('kyozo itself')
  })
  server.on('upgrade', (incoming, socket, head) => {
    if (!edge.upgrade(incoming, socket, head)) socket.destroy()
  })
  port = await listen(server)
})
afterEach(() => {
  edge.close()
  for (const close of closers.splice(0)) close()
  expect(warnings.splice(0)).toEqual([])
})

export async function listen(server: Server | NetServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

export async function service(listener: RequestListener, container = 'c1'): Promise<RouteTarget & { readonly server: Server }> {
  const server = createServer(listener)
  return { container, host: '127.0.0.1', port: await listen(server), state: 'serving', server }
}

/** A port that nobody listens on. */
export async function refusing(container: string): Promise<RouteTarget> {
  const target = await service(() => undefined, container)
  target.server.close()
  await once(target.server, 'close')
  return target
}

/** Leads `api.shop.localhost` to these and nowhere else. */
export function route(...targets: readonly RouteTarget[]): void {
  edge.setRoutes([{ host: 'api.shop.localhost', service: 'api', environment: 'production', targets }])
}

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly host?: string
}

export async function ask(sent: Sent = {}): Promise<{ status: number; body: string; answer: IncomingMessage }> {
  const { method = 'GET', path = '/', headers = {}, body, host = 'api.shop.localhost' } = sent
  const outgoing = request({ host: '127.0.0.1', port, method, path, headers: { ...headers, host } })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, body: await textOf(answer), answer }
}

export async function textOf(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return text
}

/** Asks for an upgrade, and gives what was answered first. */
export async function openWebSocket(
  path = '/',
  host = 'api.shop.localhost',
  upgrade = 'websocket',
): Promise<{ socket: Socket; head: string }> {
  const socket = connect(port, '127.0.0.1')
  closers.push(() => socket.destroy())
  const lines = [`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: Upgrade', `Upgrade: ${upgrade}`, 'Sec-WebSocket-Key: abc']
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return { socket, head: String((await once(socket, 'data'))[0]) }
}

/** A service that says back whatever comes through its WebSocket, and refuses one at `/refused`. */
export async function echo(container = 'c1'): Promise<RouteTarget> {
  const target = await service((_, outgoing) => outgoing.writeHead(403).end('no'), container)
  target.server.on('upgrade', (incoming, socket) => {
    socket.on('error', () => undefined)
    if (incoming.url === '/refused') return socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\nX-Why: token\r\n\r\nlogin')
    const accept = `Sec-WebSocket-Accept: ${incoming.headers['sec-websocket-key']}`
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${accept}\r\n\r\n`)
    socket.pipe(socket)
  })
  return target
}

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { expect, test } from 'vitest'
import { eventually } from '../support/stacks.ts'
import { ask, edge, port, route, service, textOf } from './front.ts'

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
  await new Promise((resolve) => setTimeout(resolve, 2_500))
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

test('clients that leave at any moment harm neither the edge nor those who stay', async () => {
  route(await service((_, outgoing) => void setTimeout(() => outgoing.end('here'), 2)))
  await Promise.all(
    Array.from({ length: 300 }, async (_, count) => {
      const outgoing = request({ host: '127.0.0.1', port, headers: { host: 'api.shop.localhost' } }).end()
      outgoing.on('error', () => undefined)
      setTimeout(() => outgoing.destroy(), count / 30)
      await new Promise((resolve) => outgoing.once('close', resolve))
    }),
  )
  expect((await ask()).body).toBe('here')
  expect(await edge.drain(['c1'], 5_000)).toBe(0)
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type ChaosProxy, startChaosProxy } from './chaos-proxy.ts'
import { until } from './until.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

test('passes everything on, cuts what is open, refuses what is new, and heals', async () => {
  const { proxy, open } = await echoed()
  const first = await open()
  expect(await first.ask('a')).toBe('a')
  proxy.cut()
  await until('the first to be cut', () => first.isClosed())
  const second = await open()
  expect(await second.ask('b')).toBe('b')
  proxy.refuse()
  await until('the second to be cut', () => second.isClosed())
  const refused = await open()
  await until('a new one to be refused', () => refused.isClosed())
  expect(proxy.harmed).toBe(3)
  proxy.heal()
  const third = await open()
  expect(await third.ask('c')).toBe('c')
})

test('a stall holds everything back, and healing lets it through', async () => {
  const { proxy, open } = await echoed()
  const before = await open()
  expect(await before.ask('a')).toBe('a')
  proxy.stall()
  const during = await open()
  before.socket.write('b')
  during.socket.write('c')
  await expect(until('an answer', () => before.said() !== 'a' || during.said() !== '', { deadlineMs: 300 })).rejects.toThrow('waited')
  proxy.heal()
  await until('both answers', () => before.said() === 'ab' && during.said() === 'c')
  expect(before.isClosed() || during.isClosed()).toBe(false)
  expect(proxy.harmed).toBe(2)
})

test('an answer can be lost although what was asked happened', async () => {
  const { proxy, open, heard } = await echoed()
  const asking = await open()
  proxy.loseAnswer((answer) => answer.includes('commit'))
  expect(await asking.ask('begin')).toBe('begin')
  asking.socket.write('commit')
  await until('the connection to be reset', () => asking.isClosed())
  expect(asking.said()).toBe('begin')
  expect(heard()).toBe('begincommit')
})

async function echoed() {
  let heard = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      heard += chunk
      socket.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => server.close())
  const proxy: ChaosProxy = await startChaosProxy({ target: (server.address() as AddressInfo).port })
  stops.push(() => proxy.close())
  const open = async () => {
    const socket: Socket = connect(proxy.port, '127.0.0.1')
    let said = ''
    let isClosed = false
    socket.on('data', (chunk) => (said += chunk))
    socket.on('error', () => undefined).on('close', () => (isClosed = true))
    await until('the connection to open, or to be refused', () => !socket.connecting || isClosed)
    const ask = async (what: string) => {
      const before = said.length
      socket.write(what)
      return until(`an answer to ${what}`, () => said.length > before && said.slice(before))
    }
    return { socket, ask, said: () => said, isClosed: () => isClosed }
  }
  return { proxy, open, heard: () => heard }
}

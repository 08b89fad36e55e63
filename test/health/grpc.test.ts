import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import { healthRequest, probeGrpc, servingStatus } from '../../src/health/probes/grpc.ts'
import type { ProbeTarget } from '../../src/health/probes/probe.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

type Check = (call: ServerUnaryCall<{ readonly service: string }, Buffer>, answer: sendUnaryData<Buffer>) => void

/** Its messages are made by hand on this side too: what the other side reads is the format, not a library's idea of it. */
async function serverWith(check: Check): Promise<ProbeTarget> {
  const server = new Server()
  const read = (bytes: Buffer) => ({ service: bytes.subarray(2).toString('utf8') })
  const definition = {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: read,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  } as const
  server.addService({ Check: definition }, { Check: check as never })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  )
  closers.push(() => server.forceShutdown())
  return { container: 'c', host: '127.0.0.1', port }
}

test('a server that says SERVING is well, and every other answer is told by its name', async () => {
  const target = await serverWith((call, answer) =>
    answer(null, Buffer.from([0x08, { ok: 1, down: 2, strange: 3 }[call.request.service] ?? 0])),
  )
  expect(await probeGrpc(target, { service: 'ok' })).toEqual({ hasPassed: true, words: 'Health/Check of ok answered SERVING' })
  expect(await probeGrpc(target, { service: 'down' })).toEqual({ hasPassed: false, words: 'Health/Check of down answered NOT_SERVING' })
  expect(await probeGrpc(target, { service: 'strange' })).toEqual({
    hasPassed: false,
    words: 'Health/Check of strange answered SERVICE_UNKNOWN',
  })
  expect(await probeGrpc(target)).toEqual({ hasPassed: false, words: 'Health/Check answered UNKNOWN' })
})

test('a server without a health service, and one that does not know the name, are told apart', async () => {
  const unknown = await serverWith((_, answer) => answer({ code: status.NOT_FOUND, details: 'no' }))
  expect(await probeGrpc(unknown, { service: 'a.B' })).toEqual({
    hasPassed: false,
    words: "Health/Check of a.B answered NOT_FOUND: the server's health service does not know a.B",
  })
  const bare = new Server()
  closers.push(() => bare.forceShutdown())
  const port = await new Promise<number>((resolve) =>
    bare.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, bound) => resolve(bound)),
  )
  expect(await probeGrpc({ container: 'c', host: '127.0.0.1', port })).toEqual({
    hasPassed: false,
    words: 'Health/Check is not implemented: the server has no grpc.health.v1.Health',
  })
})

test('a server that does not answer, one that is none, and nothing at all end in words', async () => {
  const silent = await serverWith(() => undefined)
  expect(await probeGrpc(silent, { limitMs: 300 })).toEqual({ hasPassed: false, words: 'Health/Check got no answer in 0.3 s' })
  const web = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  closers.push(() => web.close())
  await once(web, 'listening')
  const http = await probeGrpc({ container: 'c', host: '127.0.0.1', port: (web.address() as AddressInfo).port })
  expect(http).toMatchObject({
    hasPassed: false,
    words: expect.stringMatching(/^Health\/Check (found no gRPC server|got no answer|failed)/),
  })
  const nothing = await probeGrpc({ container: 'c', host: '127.0.0.1', port: 9 })
  expect(nothing).toMatchObject({ hasPassed: false, words: expect.stringMatching(/^Health\/Check found no gRPC server \(.*ECONNREFUSED/) })
})

test('an answer of any size and shape is read or refused, and nothing else', async () => {
  expect(healthRequest('')).toEqual(Buffer.alloc(0))
  expect(healthRequest('a'.repeat(200)).subarray(0, 4)).toEqual(Buffer.from([0x0a, 0xc8, 0x01, 0x61]))
  expect(servingStatus(Buffer.alloc(0))).toBe(0)
  // A text that nobody asked for before, and an unknown number behind.
  expect(servingStatus(Buffer.from([0x12, 0x02, 0x08, 0x02, 0x08, 0x01, 0x18, 0x05]))).toBe(1)
  for (const bytes of [[0x08], [0x80, 0x80, 0x80], [0x12, 0xff, 0xff, 0xff, 0xff, 0x7f], [0x0a, 0x80]])
    expect(servingStatus(Buffer.from(bytes))).toBe(0)
  expect(() => servingStatus(Buffer.from([0x0b, 0x00]))).toThrow('not a HealthCheckResponse')
  const large = await serverWith((_, answer) => answer(null, Buffer.alloc(1024 * 1024, 0x08)))
  expect(await probeGrpc(large)).toEqual({ hasPassed: false, words: 'Health/Check got an answer above 64 KiB' })
})

import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { isPortFree } from '../../src/pipeline/free-port.ts'

it('a port is free until a program listens on it, for its protocol alone', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port: host } = server.address() as { port: number }
  const at = { address: '127.0.0.1', host }
  expect(await isPortFree({ ...at, protocol: 'tcp' })).toBe(false)
  expect(await isPortFree({ ...at, protocol: 'udp' })).toBe(true)
  server.close()
  await once(server, 'close')
  expect(await isPortFree({ ...at, protocol: 'tcp' })).toBe(true)
  expect(await isPortFree({ ...at, address: '203.0.113.1', protocol: 'tcp' })).toBe(true)
})

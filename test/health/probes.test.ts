import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { probeHttp } from '../../src/health/probes/http.ts'
import type { ProbeTarget } from '../../src/health/probes/probe.ts'
import { probeTcp } from '../../src/health/probes/tcp.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serverWith(listener: RequestListener): Promise<ProbeTarget> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return { container: 'c', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

test('any 2xx or 3xx is well, and a redirect is not followed', async () => {
  const asked: string[] = []
  const target = await serverWith((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(Number(request.url?.slice(1)), { location: 'http://127.0.0.1:1/elsewhere' }).end()
  })
  for (const status of [200, 204, 301, 399])
    expect(await probeHttp(target, `/${status}`)).toEqual({ hasPassed: true, words: `GET /${status} answered ${status}` })
  for (const status of [400, 404, 500, 503])
    expect(await probeHttp(target, `/${status}`)).toEqual({ hasPassed: false, words: `GET /${status} answered ${status}` })
  expect(asked).toHaveLength(8)
})

test('a page without end is read no further than needed', async () => {
  let sent = 0
  const target = await serverWith((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16 * 1024))) sent += 16 * 1024
    }
    response.on('drain', more)
    more()
  })
  expect(await probeHttp(target, '/')).toEqual({ hasPassed: true, words: 'GET / answered 200' })
  expect(sent).toBeLessThan(32 * 1024 ** 2)
})

test('a service that accepts but does not answer is given two seconds', async () => {
  const target = await serverWith(() => undefined)
  expect(await probeHttp(target, '/')).toEqual({ hasPassed: false, words: 'GET / got no answer in 2 s' })
})

test('nothing listening is said so by both probes', async () => {
  const target = { container: 'c', host: '127.0.0.1', port: 9 }
  expect(await probeHttp(target, '/')).toEqual({ hasPassed: false, words: 'GET / found nothing listening on 0.0.0.0' })
  expect(await probeTcp(target, 5432)).toEqual({ hasPassed: false, words: 'a connection to port 5432 found nothing listening on 0.0.0.0' })
})

test('something that does not speak HTTP is said so', async () => {
  const { createServer: createTcpServer } = await import('node:net')
  const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9\r\n')).listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await once(server, 'listening')
  const target = { container: 'c', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  expect(await probeHttp(target, '/')).toEqual({ hasPassed: false, words: 'GET / got an answer that is not HTTP' })
  expect(await probeTcp(target, 22)).toEqual({ hasPassed: true, words: 'a connection to port 22 was answered' })
})

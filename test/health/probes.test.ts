import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { probeHttp } from '../../src/health/probes/http.ts'
import { probeFor } from '../../src/health/probes/index.ts'
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

test('any 2xx is well, a redirect is not followed, and only that of the first page is well', async () => {
  const asked: string[] = []
  let status = 0
  const target = await serverWith((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status, { location: '/login?from=here' }).end()
  })
  const look = async (answer: number, path: string) => {
    status = answer
    return probeHttp(target, path)
  }
  for (const well of [200, 204]) expect(await look(well, '/up')).toEqual({ hasPassed: true, words: `GET /up answered ${well}` })
  for (const redirect of [301, 302]) {
    const words = `answered ${redirect}, which leads to /login and is not followed`
    expect(await look(redirect, '/up')).toEqual({ hasPassed: false, words: `GET /up ${words}` })
    expect(await look(redirect, '/')).toEqual({ hasPassed: true, words: `GET / ${words}` })
  }
  for (const sick of [400, 404, 500, 503]) expect(await look(sick, '/')).toEqual({ hasPassed: false, words: `GET / answered ${sick}` })
  expect(asked).toEqual(['/up', '/up', '/up', '/', '/up', '/', '/', '/', '/', '/'])
})

test('a body that drips in, and one that breaks off, are no whole answer', async () => {
  const target = await serverWith((request, response) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('x')
    if (request.url === '/cut') setTimeout(() => response.destroy(), 20)
    const timer = setInterval(() => response.write('x'), 50)
    response.once('close', () => clearInterval(timer))
  })
  expect(await probeHttp(target, '/drip', 2_000)).toEqual({
    hasPassed: false,
    words: 'GET /drip answered 200, but its body did not end in 2 s',
  })
  expect(await probeHttp(target, '/cut', 2_000)).toEqual({ hasPassed: false, words: 'GET /cut answered 200, but its body broke off' })
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
  const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9\r\n')).listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await once(server, 'listening')
  const target = { container: 'c', host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  expect(await probeHttp(target, '/')).toEqual({ hasPassed: false, words: 'GET / got an answer that is not HTTP' })
  expect(await probeTcp(target, 22)).toEqual({ hasPassed: true, words: 'a connection to port 22 was answered' })
})

test('the whole look ends in its time, however slowly bytes drip in', async () => {
  const drip = createTcpServer((socket) => {
    socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n')
    const timer = setInterval(() => socket.write('x: y\r\n'), 20)
    socket.once('close', () => clearInterval(timer))
  }).listen(0, '127.0.0.1')
  closers.push(() => drip.close())
  await once(drip, 'listening')
  const target = { container: 'c', host: '127.0.0.1', port: (drip.address() as AddressInfo).port }
  expect(await probeHttp(target, '/', 1_000)).toEqual({ hasPassed: false, words: 'GET / got no answer in 1 s' })
})

test('headers without end and an answer by TLS are said so', async () => {
  const answer = (bytes: Buffer) => {
    const server = createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.write(bytes))).listen(
      0,
      '127.0.0.1',
    )
    closers.push(() => server.close())
    return once(server, 'listening').then(() => ({ container: 'c', host: '127.0.0.1', port: (server.address() as AddressInfo).port }))
  }
  const endless = await answer(Buffer.from(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`))
  expect(await probeHttp(endless, '/')).toEqual({ hasPassed: false, words: 'GET / got an answer with headers above 16 KiB' })
  // An alert: unexpected message.
  const tls = await answer(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a]))
  expect(await probeHttp(tls, '/')).toEqual({ hasPassed: false, words: 'GET / got an answer by TLS, and is asked without' })
})

test('whatever is said instead of an answer, a look ends in its time', async () => {
  const looksAt = async (text: string) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined).once('data', () => (text === '' ? socket.end() : socket.write(text)))
    }).listen(0, '127.0.0.1')
    closers.push(() => server.close())
    await once(server, 'listening')
    const { hasPassed, words } = await probeHttp(
      { container: 'c', host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      '/',
      1_000,
    )
    return hasPassed ? `passed: ${words}` : words
  }
  const upgrade = 'Connection: Upgrade\r\nUpgrade: x\r\n'
  expect(await looksAt(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`)).toBe('GET / answered 101, which leaves HTTP')
  expect(await looksAt('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toBe('GET / answered 101')
  expect(await looksAt(`HTTP/1.1 200 OK\r\n${upgrade}Content-Length: 2\r\n\r\nok`)).toBe('passed: GET / answered 200')
  for (const informational of ['100 Continue', '102 Processing', '103 Early Hints', '199 More'])
    expect(await looksAt(`HTTP/1.1 ${informational}\r\n\r\n`)).toBe('GET / got no answer in 1 s')
  expect(await looksAt('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n')).toBe('passed: GET / answered 204')
  expect(await looksAt('HTTP/1.1 200 OK\r\nx: y\r\n')).toBe('GET / got no answer in 1 s')
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n'
  expect(await looksAt(`${chunked}x: y\r\n`)).toBe('GET / answered 200, but its body did not end in 1 s')
  expect(await looksAt(`${chunked}x: y\r\n\r\n`)).toBe('passed: GET / answered 200')
  expect(await looksAt('HTTP/1.1 000 Nothing\r\n\r\n')).toBe('GET / answered 0')
  expect(await looksAt('')).toBe('GET / found nothing listening on 0.0.0.0')
})

test('nobody waits for a look that hangs, nor for one after the signal', async () => {
  const engine = { exec: () => new Promise<never>(() => undefined) }
  const probe = probeFor({ kind: 'exec', command: ['check'], timeoutMs: 100 }, { engine })!
  const target = { container: 'c', host: '', port: 0 }
  const given = { hasPassed: false, words: 'the look at it did not end in 0.1 s', isUnknown: true }
  expect(await probe.look(target)).toEqual(given)
  const begun = performance.now()
  expect(await probe.look(target, AbortSignal.timeout(50))).toEqual(given)
  expect(await probe.look(target, AbortSignal.abort())).toEqual(given)
  expect(performance.now() - begun).toBeLessThan(1_500)
})

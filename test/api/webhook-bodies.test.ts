import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Acceptance, VerifiedDelivery, WebhookOptions } from '../../src/api/webhooks.ts'
import { acceptInto, converse, deliver, push, sign, startReceiver, useReceivers } from './receiver.ts'

useReceivers()

describe('a body', () => {
  it('of 25 MiB and one byte is refused by its declared length before it is read, and the connection is closed', async () => {
    const { port, url, stored } = await startReceiver()
    const head = [`POST /webhooks/github HTTP/1.1`, 'host: x', 'content-type: application/json', `x-hub-signature-256: ${sign('')}`]
    for (const length of [25 * 1024 ** 2 + 1, 99_999_999_999]) {
      const answer = await converse(port, [`${[...head, `content-length: ${length}`].join('\r\n')}\r\n\r\n{`])
      expect(answer).toMatch(/^HTTP\/1\.1 413 /)
      expect(answer).toMatch(/\r\nconnection: close\r\n/i)
      expect(answer).toContain('"the body is larger than 25 MiB"')
    }
    expect((await deliver(url, Buffer.alloc(25 * 1024 ** 2 + 1, 0x20))).status).toBe(413)
    expect(stored).toEqual([])
  })

  it('that is exactly as large as allowed is read', async () => {
    const { url } = await startReceiver({ bodyLimitBytes: push.length })
    expect((await deliver(url, push)).status).toBe(202)
    expect((await deliver(url, `${push} `)).status).toBe(413)
  })

  it('that comes in chunks without a length is refused when it passes the limit, and the connection is closed', async () => {
    const { port, stored } = await startReceiver({ bodyLimitBytes: 100_000 })
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hub-signature-256: ${sign('')}\r\ntransfer-encoding: chunked\r\n\r\n`
    const chunk = `${(65_536).toString(16)}\r\n${' '.repeat(65_536)}\r\n`
    expect(await converse(port, [head, ...Array<string>(20).fill(chunk)])).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i)
    expect(stored).toEqual([])
  })

  it('that is compressed is refused without being unpacked', async () => {
    const { url } = await startReceiver()
    const bomb = gzipSync(Buffer.alloc(10 * 1024 ** 2))
    expect(await deliver(url, bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      body: { error: 'media_type_unsupported' },
    })
  })

  it.each(['text/plain', 'application/xml', 'multipart/form-data', undefined])('of type %s is refused', async (type) => {
    const { url } = await startReceiver()
    expect((await deliver(url, Buffer.from(push), { 'content-type': type })).status).toBe(415)
  })

  it.each([
    ['cut off', Buffer.from(push.slice(0, -10)), 'it is not complete, valid JSON'],
    ['empty', Buffer.from(''), 'it is not complete, valid JSON'],
    ['not UTF-8', Buffer.concat([Buffer.from('{"ref":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), 'it is not UTF-8'],
    ['with a NUL byte', Buffer.from('{"ref":"a\0b"}'), 'it contains a NUL byte'],
    ['with a byte order mark', Buffer.from(`\ufeff${push}`), 'it starts with a byte order mark'],
    ['nested 100,000 levels deep', Buffer.from('['.repeat(100_000)), 'it nests deeper than 100 levels'],
    ['nested deeply and closed', Buffer.from(`${'{"a":'.repeat(101)}1${'}'.repeat(101)}`), 'it nests deeper than 100 levels'],
  ])('that is signed but %s is 400 and says why', async (_, body, why) => {
    const { url, stored } = await startReceiver()
    const answer = await deliver(url, body)
    expect(answer).toMatchObject({ status: 400, body: { error: 'payload_invalid' } })
    expect(answer.body.message).toBe(`the body of this delivery cannot be read: ${why}`)
    expect(stored).toEqual([])
  })

  it.each([
    ['a form without payload', 'a=b'],
    ['a form with two payloads', 'payload={}&payload={}'],
    ['a form with a broken escape', 'payload=%zz'],
    ['a form with an escape that is not UTF-8', 'payload=%ff'],
  ])('that is %s is 400', async (_, body) => {
    const { url } = await startReceiver()
    expect((await deliver(url, body, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(400)
  })

  it('that has brackets in its texts is not deep', async () => {
    const { url } = await startReceiver()
    const texts = JSON.stringify({ ...JSON.parse(push), commits: ['['.repeat(500), '\\"[{'.repeat(500)] })
    expect((await deliver(url, texts)).status).toBe(202)
  })

  it('whose sender goes away is dropped, and the next delivery is taken', async () => {
    const { port, url, refusals } = await startReceiver()
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hub-signature-256: ${sign('')}\r\ncontent-length: 100\r\n\r\n{`
    const socket = connect(port, '127.0.0.1', () => socket.write(head, () => setTimeout(() => socket.destroy(), 50)))
    await expect.poll(() => refusals).toEqual(['bad_request'])
    expect((await deliver(url, push)).status).toBe(202)
  })

  it('that does not arrive in time is refused', async () => {
    const { port } = await startReceiver({ bodyDeadlineMs: 50 })
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hub-signature-256: ${sign('')}\r\ncontent-length: 100\r\n\r\n{`
    expect(await converse(port, [head])).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('that finds the memory for bodies used up is told when to come back, and taken once there is room', async () => {
    const stalled = Promise.withResolvers<Acceptance>()
    let isFirst = true
    const stored: VerifiedDelivery[] = []
    const ledger: WebhookOptions['ledger'] = {
      accept: async (delivery) => {
        if (!isFirst) return acceptInto(stored, delivery)
        isFirst = false
        return stalled.promise
      },
    }
    const { url } = await startReceiver({ ledger, smallBodiesBytes: push.length + 10, storeDeadlineMs: 10_000 })
    const first = deliver(url, push)
    await expect.poll(() => isFirst).toBe(false)
    const refused = await deliver(url, push)
    expect(refused).toMatchObject({ status: 429, body: { error: 'overloaded' } })
    expect(refused.headers.get('retry-after')).toBe('10')
    stalled.resolve({ decision: 'accepted', reason: 'a release is queued', deliveryId: 'x', url: 'y' })
    expect((await first).status).toBe(202)
    expect((await deliver(url, push)).status).toBe(202)
  })

  it('that is large waits for its turn, and all are taken', async () => {
    const { url, stored } = await startReceiver({ largeBodiesBytes: 5 * 1024 ** 2 })
    const large = JSON.stringify({ ...JSON.parse(push), commits: 'x'.repeat(2 * 1024 ** 2) })
    const answers = await Promise.all(Array.from({ length: 10 }, () => deliver(url, large)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(202))
    expect(stored.every(({ body }) => body.toString() === large)).toBe(true)
  })

  it('that is large and finds no room in time is told when to come back, while small ones pass', async () => {
    const stalled = Promise.withResolvers<Acceptance>()
    const stored: VerifiedDelivery[] = []
    const accept = async (delivery: VerifiedDelivery) => {
      const answer = acceptInto(stored, delivery)
      return delivery.body.length > 1_000_000 && stored.length === 1 ? stalled.promise : answer
    }
    const { url } = await startReceiver({
      ledger: { accept },
      largeBodiesBytes: 2 * 1024 ** 2,
      bodyDeadlineMs: 200,
      storeDeadlineMs: 10_000,
    })
    const large = JSON.stringify({ ...JSON.parse(push), commits: 'x'.repeat(1_500_000) })
    const first = deliver(url, large)
    await expect.poll(() => stored.length).toBe(1)
    expect((await deliver(url, large)).status).toBe(429)
    expect((await deliver(url, push)).status).toBe(202)
    stalled.resolve({ decision: 'accepted', reason: 'a release is queued', deliveryId: 'x', url: 'y' })
    expect((await first).status).toBe(202)
    expect((await deliver(url, large)).status).toBe(202)
  })

  it('that GitHub signed but kyozo cannot read is 400 with the field that is wrong', async () => {
    const { url } = await startReceiver()
    const answer = await deliver(url, JSON.stringify({ ref: 'refs/heads/main' }))
    expect(answer).toMatchObject({ status: 400, body: { error: 'payload_invalid' } })
    expect(answer.body.message).toMatch(/^this push payload cannot be read: before: /)
  })
})

describe('a request', () => {
  it.each([
    ['without an event', { 'x-github-event': undefined }, 'the header X-GitHub-Event is missing'],
    ['without an id', { 'x-github-delivery': undefined }, 'the header X-GitHub-Delivery is missing'],
    [
      'with an id that is no UUID',
      { 'x-github-delivery': '1; drop table' },
      'the header X-GitHub-Delivery is not of the form GitHub sends',
    ],
    ['with an id of 10 kB', { 'x-github-delivery': 'a'.repeat(10_000) }, 'the header X-GitHub-Delivery is not of the form GitHub sends'],
    ['with an event that is no name', { 'x-github-event': '../push' }, 'the header X-GitHub-Event is not of the form GitHub sends'],
  ])('%s is 400', async (_, changes, message) => {
    const { url, stored } = await startReceiver()
    expect(await deliver(url, push, changes)).toMatchObject({ status: 400, body: { error: 'bad_request', message } })
    expect(stored).toEqual([])
  })

  it('with a line break inside its id never gets further than the HTTP parser', async () => {
    const { port, stored } = await startReceiver()
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-github-delivery: a\nb\r\ncontent-length: 0\r\n\r\n`
    expect(await converse(port, [head])).toMatch(/^HTTP\/1\.1 400 /)
    expect(stored).toEqual([])
  })

  it('with two lengths never gets further than the HTTP parser', async () => {
    const { port } = await startReceiver()
    const head = `POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`
    expect(await converse(port, [head])).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('with 64 kB of headers is 431', async () => {
    const { port } = await startReceiver()
    expect(await converse(port, [`POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(65_536)}\r\n\r\n`])).toMatch(
      /^HTTP\/1\.1 431 /,
    )
  })

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('that is a %s is 405 and names what is allowed', async (method) => {
    const { url } = await startReceiver()
    const response = await fetch(url, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('to a host that kyozo does not know is left to the rest of the server', async () => {
    const { url } = await startReceiver()
    expect((await fetch(url.replace('github', 'sourcehut'), { method: 'POST' })).status).toBe(404)
    expect((await fetch(url.replace('github', 'constructor'), { method: 'POST' })).status).toBe(404)
  })
})

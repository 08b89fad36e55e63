import { createHmac, randomUUID } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { type Acceptance, type VerifiedDelivery, type WebhookOptions, webhookRouter } from '../../src/api/webhooks.ts'
import { KyozoError } from '../../src/errors.ts'
import { reasonToIgnore } from '../../src/forge/forge.ts'
import { allExamples, exampleOf, githubCom } from '../forge/github/examples.ts'

const secret = githubCom.webhookSecret
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Receiver {
  readonly url: string
  readonly port: number
  /** What the ledger was given, duplicates left out. */
  readonly stored: VerifiedDelivery[]
  readonly refusals: string[]
  readonly lines: string[]
}

/** A real server whose ledger keeps deliveries in memory by the rules of the port: one id, one row. */
async function startReceiver(options: Partial<WebhookOptions> = {}): Promise<Receiver> {
  const stored: VerifiedDelivery[] = []
  const refusals: string[] = []
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const app = express()
  app.use(
    '/webhooks',
    webhookRouter({
      connections: {
        find: async ({ name }) =>
          name === undefined || name === 'main' ? githubCom : name === 'empty' ? { ...githubCom, name, webhookSecret: '' } : undefined,
      },
      ledger: { accept: async (delivery) => acceptInto(stored, delivery) },
      log: { info: write, warn: write, error: write },
      onRefused: (code) => refusals.push(code),
      ...options,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/webhooks/github`, port, stored, refusals, lines }
}

function acceptInto(stored: VerifiedDelivery[], delivery: VerifiedDelivery): Acceptance {
  const { deliveryId } = delivery
  const url = `http://kyozo.test/deliveries/${deliveryId}`
  if (stored.some((known) => known.deliveryId === deliveryId)) return { decision: 'duplicate', reason: 'received before', deliveryId, url }
  stored.push(delivery)
  const ignored = reasonToIgnore(delivery.forgeEvent)
  return { decision: ignored === undefined ? 'accepted' : 'ignored', reason: ignored ?? 'a release is queued', deliveryId, url }
}

function sign(body: string | Uint8Array, withSecret = secret): string {
  return `sha256=${createHmac('sha256', withSecret).update(body).digest('hex')}`
}

function signedHeaders(body: string | Uint8Array, changes: Record<string, string | undefined> = {}): Record<string, string> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': sign(body),
    ...changes,
  }
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

async function deliver(url: string, body: string | Uint8Array, changes: Record<string, string | undefined> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers: signedHeaders(body, changes),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

/** Writes bytes on a socket and reads until the server closes it. */
function converse(port: number, pieces: readonly (string | Uint8Array)[], end = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
    })
    socket.on('close', () => resolve(answer))
    // The server may close while the rest of a refused body is still being written; what it answered is what counts.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
    for (const piece of pieces) socket.write(piece)
    if (end) socket.end()
  })
}

const push = JSON.stringify({ ...exampleOf('push'), ref: 'refs/heads/master', after: 'a'.repeat(40) })

describe('a delivery', () => {
  it('that is signed is stored byte by byte and answered with 202, its id, its reason and where to look', async () => {
    const { url, stored } = await startReceiver()
    const deliveryId = '72d3162e-cc78-11e3-81ab-4c9367dc0958'
    const answer = await deliver(url, push, { 'x-github-delivery': deliveryId, 'x-github-hook-id': '7', cookie: 'secret=1' })
    expect(answer).toMatchObject({
      status: 202,
      body: { decision: 'accepted', reason: 'a release is queued', deliveryId, url: `http://kyozo.test/deliveries/${deliveryId}` },
    })
    expect(stored).toHaveLength(1)
    const [delivery] = stored
    expect(delivery).toMatchObject({ forge: 'github', connection: 'main', event: 'push', deliveryId, forgeEvent: { kind: 'push' } })
    expect(delivery?.body.equals(Buffer.from(push))).toBe(true)
    expect(delivery?.headers).toMatchObject({ 'x-github-hook-id': '7', 'x-github-event': 'push' })
    expect(Object.keys(delivery?.headers ?? {})).not.toContain('cookie')
  })

  it('sent to the address of its connection is accepted as well', async () => {
    const { url } = await startReceiver()
    expect((await deliver(`${url}/main`, push)).status).toBe(202)
  })

  it('that comes again, in whatever case its id is spelled and whatever it holds, changes nothing', async () => {
    const { url, stored } = await startReceiver()
    const deliveryId = randomUUID()
    const other = JSON.stringify({ ...exampleOf('push'), ref: 'refs/heads/other', after: 'b'.repeat(40) })
    expect((await deliver(url, push, { 'x-github-delivery': deliveryId })).status).toBe(202)
    const again = await deliver(url, push, { 'x-github-delivery': deliveryId.toUpperCase() })
    expect(again).toMatchObject({ status: 200, body: { decision: 'duplicate', deliveryId } })
    expect((await deliver(url, other, { 'x-github-delivery': deliveryId })).body).toMatchObject({ decision: 'duplicate' })
    expect(stored).toHaveLength(1)
  })

  it('sent as a form is verified over the form and read from its field', async () => {
    const { url, stored } = await startReceiver()
    const form = new URLSearchParams({ payload: push }).toString()
    expect((await deliver(url, form, { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(202)
    expect(stored[0]?.forgeEvent).toMatchObject({ kind: 'push', ref: 'refs/heads/master' })
    expect(stored[0]?.body.toString()).toBe(form)
  })

  it('may name its character set', async () => {
    const { url } = await startReceiver()
    expect((await deliver(url, push, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(202)
  })

  it('with a key twice is read once, the last value counting', async () => {
    const { url, stored } = await startReceiver()
    const twice = push.replace('{', '{"ref":"refs/heads/first",')
    expect((await deliver(url, twice)).status).toBe(202)
    expect(stored[0]?.forgeEvent).toMatchObject({ ref: 'refs/heads/master' })
  })

  it('of every recorded kind is answered with a decision and a reason in words', async () => {
    const { url, stored } = await startReceiver()
    for (const { event, payload } of allExamples) {
      const { status, body } = await deliver(url, JSON.stringify(payload), { 'x-github-event': event })
      expect([status, body.decision]).toEqual(body.decision === 'accepted' ? [202, 'accepted'] : [200, 'ignored'])
      expect(body.reason).toMatch(/^\S.{10,}$/)
    }
    expect(stored).toHaveLength(allExamples.length)
  })

  it('that is a ping is answered with pong', async () => {
    const { url } = await startReceiver()
    const ping = await deliver(url, JSON.stringify(exampleOf('ping')), { 'x-github-event': 'ping' })
    expect(ping).toMatchObject({
      status: 200,
      body: { decision: 'ignored', reason: 'pong: the webhook is set up and its secret is right' },
    })
  })

  it('of several megabytes is accepted', async () => {
    const { url, stored } = await startReceiver()
    const large = JSON.stringify({ ...JSON.parse(push), commits: 'x'.repeat(20 * 1024 ** 2) })
    expect((await deliver(url, large)).status).toBe(202)
    expect(stored[0]?.body.length).toBe(large.length)
  })
})

describe('a signature', () => {
  const digest = sign(push).slice('sha256='.length)

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['empty after its prefix', 'sha256='],
    ['not hexadecimal', 'sha256=zz'],
    ['63 digits long', `sha256=${digest.slice(1)}`],
    ['65 digits long', `sha256=${digest}0`],
    ['10,000 digits long', `sha256=${'a'.repeat(10_000)}`],
    ['SHA-1', `sha1=${createHmac('sha1', secret).update(push).digest('hex')}`],
    ['made with the secret of another repository', sign(push, 'another secret')],
    ['made with an empty secret', sign(push, '')],
    ['of another body', sign(`${push} `)],
    ['there twice', `${sign(push)}, ${sign(push)}`],
  ])('that is %s is refused with 401 and nothing is stored', async (_, signature) => {
    const { url, stored, refusals } = await startReceiver()
    const answer = await deliver(url, push, { 'x-hub-signature-256': signature })
    expect(answer).toMatchObject({ status: 401, body: { error: 'signature_invalid' } })
    expect(stored).toEqual([])
    expect(refusals).toEqual(['signature_invalid'])
  })

  it('is asked for before the body is looked at, so a broken body without one is 401 too', async () => {
    const { url } = await startReceiver()
    expect((await deliver(url, '{', { 'x-hub-signature-256': sign('other') })).status).toBe(401)
  })

  it('that could not be one is refused while the body is still on its way', async () => {
    const { port } = await startReceiver()
    const head = 'POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 20000000\r\n\r\n{'
    expect(await converse(port, [head])).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close/i)
  })

  it('for a connection that does not exist, or has no secret, is answered exactly as a wrong one', async () => {
    const { url } = await startReceiver()
    const wrong = await deliver(url, push, { 'x-hub-signature-256': sign(push, 'wrong') })
    for (const name of ['nobody', 'empty', 'a'.repeat(500)]) {
      const answer = await deliver(`${url}/${name}`, push)
      expect(answer.status).toBe(401)
      expect(answer.body).toEqual(wrong.body)
    }
    expect((await deliver(`${url}/empty`, push, { 'x-hub-signature-256': sign(push, '') })).status).toBe(401)
  })

  it("of another host, which imitates GitHub's headers, is refused", async () => {
    const { url } = await startReceiver()
    const gitea = { 'x-gitea-event': 'push', 'x-gitea-delivery': randomUUID(), 'x-hub-signature-256': sign(push, 'gitea secret') }
    expect((await deliver(url, push, gitea)).status).toBe(401)
  })
})

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

describe('the store', () => {
  it('that is down makes the host come back in half a minute', async () => {
    const ledger = { accept: () => Promise.reject(new KyozoError('store_unavailable', 'the database refused the connection')) }
    const { url } = await startReceiver({ ledger })
    const answer = await deliver(url, push)
    expect(answer).toMatchObject({ status: 503, body: { error: 'store_unavailable', message: 'the database refused the connection' } })
    expect(answer.headers.get('retry-after')).toBe('30')
  })

  it('that does not answer is given up, whether it is asked for the connection or for the delivery', async () => {
    const never = () => new Promise<never>(() => undefined)
    const stuckLedger = await startReceiver({ ledger: { accept: never }, storeDeadlineMs: 50 })
    expect((await deliver(stuckLedger.url, push)).status).toBe(503)
    const stuckFinder = await startReceiver({ connections: { find: never }, storeDeadlineMs: 50 })
    expect((await deliver(stuckFinder.url, push)).status).toBe(503)
  })

  it('that fails after it was given up harms nothing', async () => {
    const failure = Promise.withResolvers<Acceptance>()
    const { url } = await startReceiver({ ledger: { accept: () => failure.promise }, storeDeadlineMs: 50 })
    expect((await deliver(url, push)).status).toBe(503)
    failure.reject(new Error('too late'))
    expect((await deliver(url, push)).status).not.toBe(202)
  })

  it('that fails in a way nobody foresaw is 500, its words in the log and not in the answer', async () => {
    const { url, lines } = await startReceiver({
      ledger: { accept: () => Promise.reject(new Error('relation "deliveries" does not exist')) },
    })
    const answer = await deliver(url, push)
    expect(answer).toMatchObject({ status: 500, body: { error: 'internal' } })
    expect(JSON.stringify(answer.body)).not.toContain('relation')
    expect(lines.join('\n')).toContain('relation')
  })
})

it('a thousand deliveries at once are all accepted, each once', async () => {
  const { url, stored } = await startReceiver()
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => deliver(url, push)))
  expect(answers.filter(({ status }) => status !== 202)).toEqual([])
  expect(new Set(stored.map(({ deliveryId }) => deliveryId)).size).toBe(1_000)
})

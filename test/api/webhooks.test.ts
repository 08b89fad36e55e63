import { createHmac, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Acceptance } from '../../src/api/webhooks.ts'
import { KyozoError } from '../../src/errors.ts'
import { allExamples, exampleOf } from '../forge/github/examples.ts'
import { converse, deliver, push, secret, sign, startReceiver, useReceivers } from './receiver.ts'

useReceivers()

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

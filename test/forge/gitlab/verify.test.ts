import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSigned, verify, verifyAt } from '../../../src/forge/gitlab/verify.ts'

const body = Buffer.from('{"object_kind":"push"}')
const secret = 'a long random text'

describe('a secret token', () => {
  const withToken = (token: string | string[]) => ({ headers: { 'x-gitlab-token': token }, body })

  it('is right when it is the secret, and wrong when it is anything else', () => {
    expect(verify(withToken(secret), secret)).toBe(true)
    for (const token of ['another', secret.slice(1), `${secret} `, secret.toUpperCase(), `${secret}, ${secret}`, 'x'.repeat(100_000)])
      expect(verify(withToken(token), secret)).toBe(false)
  })

  it('is refused before the body is read when there is none', () => {
    expect(isSigned({})).toBe(false)
    expect(isSigned({ 'x-gitlab-token': '' })).toBe(false)
    expect(isSigned({ 'x-gitlab-token': 'x'.repeat(1_001) })).toBe(false)
    expect(isSigned({ 'x-gitlab-token': [secret] })).toBe(false)
    expect(isSigned({ 'x-gitlab-token': 'anything' })).toBe(true)
  })

  it('is never right for an empty secret', () => {
    expect(verify(withToken(''), '')).toBe(false)
    expect(verify({ headers: {}, body }, '')).toBe(false)
  })
})

describe('a signature', () => {
  const key = Buffer.alloc(32, 7)
  const signingToken = `whsec_${key.toString('base64')}`
  const nowMs = Date.parse('2026-06-01T10:00:00Z')
  const id = '3a427872-00df-429c-9bc9-a9475de2efe4'

  function signed({ by = key as Buffer | string, at = nowMs, bytes = body, more = {} }) {
    const timestamp = String(at / 1_000)
    const digest = createHmac('sha256', by).update(`${id}.${timestamp}.`).update(bytes).digest('base64')
    return { headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}`, ...more }, body: bytes }
  }

  it('is the one that the description of standard webhooks gives as its example', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    const example = { headers, body: Buffer.from('{"test": 2432232314}') }
    expect(isSigned(headers)).toBe(true)
    expect(verifyAt(example, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1_614_265_330_000)).toBe(true)
    expect(verifyAt(example, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1_614_265_330_000)).toBe(false)
  })

  it('is right over the id, the time and exactly these bytes', () => {
    expect(verifyAt(signed({}), signingToken, nowMs)).toBe(true)
    expect(verifyAt({ ...signed({}), body: Buffer.from('{"object_kind":"Push"}') }, signingToken, nowMs)).toBe(false)
    expect(verifyAt(signed({ more: { 'webhook-id': `${id}x` } }), signingToken, nowMs)).toBe(false)
    expect(verifyAt(signed({ by: Buffer.alloc(32, 8) }), signingToken, nowMs)).toBe(false)
    const broken = Buffer.from([0xff, 0xfe, 0x00])
    expect(verifyAt(signed({ bytes: broken }), signingToken, nowMs)).toBe(true)
  })

  it('is made with the secret itself where that is no signing token', () => {
    expect(verifyAt(signed({ by: secret }), secret, nowMs)).toBe(true)
  })

  it.each([-10, -5.02, 5.02, 10])('of a time %d minutes away is refused, since it may have been recorded', (minutes) => {
    const at = Math.round((nowMs + minutes * 60_000) / 1_000) * 1_000
    expect(verifyAt(signed({ at }), signingToken, nowMs)).toBe(false)
  })

  it.each([-5, 0, 5])('of a time %d minutes away is taken', (minutes) => {
    expect(verifyAt(signed({ at: nowMs + minutes * 60_000 }), signingToken, nowMs)).toBe(true)
  })

  it('may be one of several', () => {
    const { headers } = signed({})
    const several = `v1,${Buffer.alloc(32).toString('base64')} v1a,abc ${headers['webhook-signature']}`
    expect(verifyAt(signed({ more: { 'webhook-signature': several } }), signingToken, nowMs)).toBe(true)
  })

  it('that is wrong is not saved by a token that is right', () => {
    const more = { 'x-gitlab-token': secret, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` }
    expect(verifyAt(signed({ by: secret, more }), secret, nowMs)).toBe(false)
    for (const signature of ['', 'v1,', 'v2,abc', 'nonsense', 'v1,'.padEnd(100_000, 'a')]) {
      const request = signed({ by: secret, more: { 'x-gitlab-token': secret, 'webhook-signature': signature } })
      expect(isSigned(request.headers)).toBe(false)
      expect(verifyAt(request, secret, nowMs)).toBe(false)
    }
  })

  it.each(['webhook-id', 'webhook-timestamp'])('without the header %s is none', (name) => {
    const request = signed({ more: { [name]: undefined } })
    expect(isSigned(request.headers)).toBe(false)
    expect(verifyAt(request, signingToken, nowMs)).toBe(false)
  })

  it('is checked against the machine’s own clock', () => {
    const at = Math.floor(Date.now() / 1_000) * 1_000
    expect(verify(signed({ at }), signingToken)).toBe(true)
    expect(verify(signed({ at: at - 600_000 }), signingToken)).toBe(false)
  })
})

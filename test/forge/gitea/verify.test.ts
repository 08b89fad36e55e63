import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSigned, verify } from '../../../src/forge/gitea/verify.ts'

const secret = "It's a Secret to Everybody"
const body = Buffer.from('Hello, World!')
const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
const signedWith = (signature: string) => ({ headers: { 'x-gitea-signature': signature }, body })

describe('a Gitea signature', () => {
  it('is the digest in hexadecimal digits, in whatever case, without a prefix', () => {
    expect(verify(signedWith(digest), secret)).toBe(true)
    expect(verify(signedWith(digest.toUpperCase()), secret)).toBe(true)
  })

  it('may come in the header of Forgejo', () => {
    const headers = { 'x-forgejo-signature': digest }
    expect(isSigned(headers)).toBe(true)
    expect(verify({ headers, body }, secret)).toBe(true)
  })

  it.each([
    ['empty, as that of a webhook without a secret', ''],
    ['no hexadecimal', 'zz'],
    ['a digit too few', digest.slice(1)],
    ['a digit too many', `${digest}0`],
    ['ten thousand digits', 'a'.repeat(10_000)],
    ['prefixed as GitHub does', `sha256=${digest}`],
    ['two of them', `${digest}, ${digest}`],
    ['a line break', `${digest}\n`],
  ])('is refused before the body is read when it is %s', (_, signature) => {
    expect(isSigned({ 'x-gitea-signature': signature })).toBe(false)
    expect(verify(signedWith(signature), secret)).toBe(false)
  })

  it('is not taken from the headers that Gitea sends for those who read GitHub’s', () => {
    const headers = { 'x-hub-signature-256': `sha256=${digest}`, 'x-gogs-signature': digest, 'x-gitea-signature': '' }
    expect(isSigned(headers)).toBe(false)
    expect(verify({ headers, body }, secret)).toBe(false)
  })

  it('is wrong with another secret, over another body, and with one digit changed', () => {
    expect(verify(signedWith(digest), 'another')).toBe(false)
    expect(verify({ ...signedWith(digest), body: Buffer.from('Hello, World?') }, secret)).toBe(false)
    expect(verify(signedWith(`${digest.slice(0, -1)}8`), secret)).toBe(false)
  })

  it('is never right for an empty secret, even when it was made with one', () => {
    expect(verify(signedWith(createHmac('sha256', '').update(body).digest('hex')), '')).toBe(false)
  })

  it('covers the bytes, not the text they spell', () => {
    const broken = Buffer.from([0xff, 0xfe, 0x00])
    const signature = createHmac('sha256', secret).update(broken).digest('hex')
    expect(verify({ headers: { 'x-gitea-signature': signature }, body: broken }, secret)).toBe(true)
  })
})

describe('the signature of a form', () => {
  const json = '{"ref":"refs/heads/main","words":"50 % + ünicode"}'
  const form = (text: string) => Buffer.from(text)
  const headers = (signed: string) => ({
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-gitea-signature': createHmac('sha256', secret).update(signed).digest('hex'),
  })

  it('covers the JSON in its field', () => {
    expect(verify({ headers: headers(json), body: form(new URLSearchParams({ payload: json }).toString()) }, secret)).toBe(true)
  })

  it.each([
    ['another payload', new URLSearchParams({ payload: '{}' }).toString()],
    ['two payloads', `payload=${encodeURIComponent(json)}&payload=%7B%7D`],
    ['no payload', `other=${encodeURIComponent(json)}`],
    ['half an escape', 'payload=%7B%2'],
    ['what is not UTF-8', 'payload=%ff%fe'],
  ])('is wrong over a form with %s', (_, text) => {
    expect(verify({ headers: headers(json), body: form(text) }, secret)).toBe(false)
  })
})

import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSigned, verify } from '../../../src/forge/github/verify.ts'

const secret = "It's a Secret to Everybody"
const body = Buffer.from('Hello, World!')
const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
const signedWith = (signature: string) => ({ headers: { 'x-hub-signature-256': signature }, body })

describe('a GitHub signature', () => {
  it('is right for the example in the documentation', () => {
    expect(verify(signedWith(`sha256=${digest}`), secret)).toBe(true)
  })

  it('may be spelled in upper case', () => {
    expect(verify(signedWith(`sha256=${digest.toUpperCase()}`), secret)).toBe(true)
  })

  it.each([
    ['nothing after the prefix', 'sha256='],
    ['no hexadecimal', 'sha256=zz'],
    ['a digit too few', `sha256=${digest.slice(1)}`],
    ['a digit too many', `sha256=${digest}0`],
    ['ten thousand digits', `sha256=${'a'.repeat(10_000)}`],
    ['no prefix', digest],
    ['SHA-1', 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59'],
    ['two of them', `sha256=${digest}, sha256=${digest}`],
    ['a line break', `sha256=${digest}\n`],
  ])('is refused before the body is read when it is %s', (_, signature) => {
    expect(isSigned({ 'x-hub-signature-256': signature })).toBe(false)
    expect(verify(signedWith(signature), secret)).toBe(false)
  })

  it('is wrong with another secret, over another body, and with one digit changed', () => {
    expect(verify(signedWith(`sha256=${digest}`), 'another')).toBe(false)
    expect(verify({ ...signedWith(`sha256=${digest}`), body: Buffer.from('Hello, World?') }, secret)).toBe(false)
    expect(verify(signedWith(`sha256=${digest.slice(0, -1)}8`), secret)).toBe(false)
  })

  it('is never right for an empty secret, even when it was made with one', () => {
    const empty = createHmac('sha256', '').update(body).digest('hex')
    expect(verify(signedWith(`sha256=${empty}`), '')).toBe(false)
  })

  it('covers the bytes, not the text they spell', () => {
    const broken = Buffer.from([0xff, 0xfe, 0x00])
    const signature = createHmac('sha256', secret).update(broken).digest('hex')
    expect(verify({ headers: { 'x-hub-signature-256': `sha256=${signature}` }, body: broken }, secret)).toBe(true)
  })

  it('is missing when only the SHA-1 header is there', () => {
    expect(isSigned({ 'x-hub-signature': 'sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59' })).toBe(false)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../src/secrets/redact.ts'

describe('what is stored or shown', () => {
  it.each([
    ['the value itself', 'password=s3cr3t+/"x"', 'password=***'],
    ['its base64 form', `auth ${Buffer.from('s3cr3t+/"x"').toString('base64')}`, 'auth ***='],
    ['its URL form', `?p=${encodeURIComponent('s3cr3t+/"x"')}&q=1`, '?p=***&q=1'],
    ['its JSON form', JSON.stringify({ p: 's3cr3t+/"x"' }), '{"p":"***"}'],
    ['every place', 's3cr3t+/"x" and s3cr3t+/"x"', '*** and ***'],
  ])('does not tell %s', (_, text, shown) => {
    expect(createRedactor(['s3cr3t+/"x"'])(text)).toBe(shown)
  })

  it('does not tell a line of a value of several lines', () => {
    expect(createRedactor(['-----BEGIN-----\r\nabcdef\r\nghijkl'])('found abcdef, then ghijkl')).toBe('found ***, then ***')
  })

  it('does not tell the rest of a value that begins with another', () => {
    expect(createRedactor(['token', 'token-of-the-admin'])('token-of-the-admin')).toBe('***')
  })

  it('keeps ordinary words that are as short as a value', () => {
    expect(createRedactor(['abc', ''])('abc def')).toBe('abc def')
  })

  it('never tells a value of four characters or more, whatever is around it', () => {
    const value = fc
      .string({ minLength: 4, maxLength: 40 })
      .filter((text) => !/[\r\n]/.test(text) && !'***'.includes(text) && !text.includes('*'))
    fc.assert(
      fc.property(
        value,
        fc.string(),
        fc.string(),
        (secret, before, after) => !createRedactor([secret])(`${before}${secret}${after}`).includes(secret),
      ),
    )
  })
})

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

  it.each([
    ['in a login that is encoded', `Basic ${Buffer.from('user:s3cr3t+/"x":rest').toString('base64')}`],
    ['after one character in front', Buffer.from('us3cr3t+/"x"z').toString('base64')],
    ['in lower-case percent signs', 's3cr3t%2b%2f%22x%22'],
    ['in a form', 's3cr3t%2B%2F%22x%22'],
    ['in HTML', 's3cr3t+/&quot;x&quot;'],
    ['in JSON within JSON', JSON.stringify(JSON.stringify('s3cr3t+/"x"'))],
    ['in hexadecimal', Buffer.from('s3cr3t+/"x"').toString('hex').toUpperCase()],
  ])('does not tell a value %s', (_, text) => {
    const shown = createRedactor(['s3cr3t+/"x"'])(text)
    expect(shown).toContain('***')
    expect(shown).not.toMatch(/s3cr3t|czNjcjN0|NjcjN0|633363/i)
  })

  it('does not tell a long value of which a line shows only a part, or base64 that is broken into lines', () => {
    const value = Array.from({ length: 100 }, (_, at) => `part-${at}-${at * 7919}`).join('')
    const redact = createRedactor([value])
    expect(redact(value)).toBe('***')
    expect(redact(value.slice(0, 640))).toBe('***')
    const lines = Buffer.from(value)
      .toString('base64')
      .match(/.{1,76}/g)!
    expect(new Set(lines.map(redact).map((line) => line.replace(/=+$/, '')))).toEqual(new Set(['***']))
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

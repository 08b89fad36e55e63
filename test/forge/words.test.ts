import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { statusDescription, statusTargetUrl } from '../../src/forge/words.ts'

describe('the words of a status', () => {
  it('stay as they are up to 140 characters and are cut at a whole character beyond', () => {
    expect(statusDescription('a'.repeat(140))).toBe('a'.repeat(140))
    expect(statusDescription('a'.repeat(141))).toBe(`${'a'.repeat(139)}…`)
    expect(statusDescription('🚀'.repeat(141))).toBe(`${'🚀'.repeat(139)}…`)
    expect(statusDescription('🚀'.repeat(140))).toBe('🚀'.repeat(140))
  })

  it('are one line without controls or marks that turn text around', () => {
    expect(statusDescription('api\u0000 did\n\tnot \u202eylthlaeh\u202c \u200bstart\u001b[31m \u2066now\u2069')).toBe(
      'api did not ylthlaeh start[31m now',
    )
  })

  it('never break the limit or hold half a character, whatever they are made from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const words = statusDescription(text)
        expect(Array.from(words).length).toBeLessThanOrEqual(140)
        expect(words.isWellFormed()).toBe(true)
        expect(words).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(statusDescription(words)).toBe(words)
      }),
    )
  })

  it('link to http and https addresses only', () => {
    expect(statusTargetUrl('https://kyozo.example/releases/1?a=b#c')).toBe('https://kyozo.example/releases/1?a=b#c')
    expect(statusTargetUrl('http://127.0.0.1:4400/')).toBe('http://127.0.0.1:4400/')
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/releases/1', '', null])
      expect(statusTargetUrl(url)).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { decodePayload, isRefName } from '../../src/forge/payload.ts'
import { allExamples } from './github/examples.ts'

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

/** The decoded value, or the code of the failure; any other failure is thrown on. */
function outcome(body: Uint8Array, contentType: string): { readonly value: unknown } | string {
  try {
    return { value: decodePayload(body, contentType) }
  } catch (error) {
    if (error instanceof KyozoError) return error.code
    throw error
  }
}

describe('a body', () => {
  it('of any JSON value is decoded as that value, plain or in a form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
        const text = JSON.stringify(value)
        expect(outcome(Buffer.from(text), json)).toEqual({ value: JSON.parse(text) })
        expect(outcome(Buffer.from(new URLSearchParams({ payload: text }).toString()), form)).toEqual({ value: JSON.parse(text) })
      }),
    )
  })

  it('of any bytes is decoded or payload_invalid', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(json, form), (bytes, type) => {
        const result = outcome(bytes, type)
        if (typeof result === 'string') expect(result).toBe('payload_invalid')
      }),
      { numRuns: 1_000 },
    )
  })

  it('of a real payload with some bytes changed, cut or doubled is decoded or payload_invalid', () => {
    const bodies = allExamples.filter((_, index) => index % 20 === 0).map(({ payload }) => Buffer.from(JSON.stringify(payload)))
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 8 }), (body, from, length, inserted) => {
        const start = from % body.length
        const mutated = Buffer.concat([body.subarray(0, start), inserted, body.subarray(start + (length % 20))])
        const result = outcome(mutated, json)
        if (typeof result === 'string') expect(result).toBe('payload_invalid')
      }),
      { numRuns: 1_000 },
    )
  })

  it('may nest a hundred levels and no more', () => {
    const nested = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(typeof outcome(nested(100), json)).toBe('object')
    expect(outcome(nested(101), json)).toBe('payload_invalid')
    expect(outcome(Buffer.from(']'.repeat(10) + '['.repeat(105)), json)).toBe('payload_invalid')
  })
})

describe('a ref name', () => {
  it.each([
    'refs/heads/main',
    'refs/heads/feature/ü-1',
    'refs/heads/$(id)',
    "refs/heads/a'b",
    'refs/heads/-x',
    'refs/heads/a@b',
    'refs/heads/@',
  ])('may be %s', (ref) => {
    expect(isRefName(ref)).toBe(true)
  })

  it.each([
    'refs/heads/',
    'refs//heads/a',
    '/refs/heads/a',
    'refs/heads/a..b',
    'refs/heads/.a',
    'refs/heads/a.',
    'refs/heads/a.lock',
    'refs/heads/a.lock/b',
    'refs/heads/a b',
    'refs/heads/a~1',
    'refs/heads/a^',
    'refs/heads/a:b',
    'refs/heads/a?',
    'refs/heads/*',
    'refs/heads/[a',
    'refs/heads/a\\b',
    'refs/heads/a@{1}',
    'refs/heads/a\u0000',
    'refs/heads/a\n',
    'refs/heads/a\u007f',
    'refs/heads/\ud800',
  ])('may not be %j', (ref) => {
    expect(isRefName(ref)).toBe(false)
  })
})

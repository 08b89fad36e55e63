import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { asKyozoError, errorKinds, KyozoError } from '../src/errors.ts'

interface Entry {
  readonly code: string
  readonly text: string
}

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const entries: readonly Entry[] = page
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [code = '', ...lines] = section.split('\n')
    return { code, text: lines.join('\n').split(/^## /m)[0] ?? '' }
  })

describe('the page of errors', () => {
  it('has one heading for each code of the catalogue, and no other', () => {
    expect(entries.map(({ code }) => code).toSorted()).toEqual(Object.keys(errorKinds).toSorted())
  })

  it.each(entries)('says of $code what it means, what to do, and whether time alone can help', ({ code, text }) => {
    const [meaning = '', action = '', later = ''] = text.trim().split('\n\n')
    expect(meaning).toMatch(/^\S[\s\S]{40,}\.$/)
    expect(action).toMatch(/^\*\*What to do\.\*\* [\s\S]{20,}\.$/)
    const isRetryable = Object.entries(errorKinds).find(([known]) => known === code)?.[1].retryable
    expect(later).toBe(
      isRetryable ? '*The same attempt may succeed later without a change.*' : '*Trying again without a change does not help.*',
    )
  })
})

describe('an error', () => {
  it('knows its stage and whether trying again can help, which an adapter may know better', () => {
    expect(new KyozoError('repository_unreachable', 'm')).toMatchObject({ stage: 'fetch', retryable: true, hint: undefined })
    expect(new KyozoError('engine_refused', 'm', { retryable: true, hint: 'h' })).toMatchObject({
      stage: 'apply',
      retryable: true,
      hint: 'h',
    })
  })

  it('of any other kind becomes one with its cause kept', () => {
    const cause = new TypeError('x is undefined')
    expect(asKyozoError(cause)).toMatchObject({ code: 'internal', message: 'x is undefined', cause })
    expect(asKyozoError('text', 'forge_unavailable')).toMatchObject({ code: 'forge_unavailable', message: 'text' })
    const known = new KyozoError('disk_full', 'm')
    expect(asKyozoError(known)).toBe(known)
  })
})

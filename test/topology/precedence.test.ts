import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { believed } from '../../src/topology/precedence.ts'
import { precedencePage } from '../../src/topology/precedence-page.ts'

describe('the order of who is believed', () => {
  test('takes the highest source that says something', () => {
    expect(believed({ guess: 1, dockerfile: 2, compose: undefined, railway: 3 })).toEqual({ source: 'railway', value: 3 })
    expect(believed({ guess: 1, declaration: 4, railway: 3 })).toEqual({ source: 'declaration', value: 4 })
    expect(believed({})).toBeUndefined()
  })

  test('is written down in docs/precedence.md as the table has it; `npm run docs` writes it', () => {
    expect(readFileSync(new URL('../../docs/precedence.md', import.meta.url), 'utf8')).toBe(precedencePage())
  })
})

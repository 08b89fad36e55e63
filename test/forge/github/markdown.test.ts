import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitedMarkdown } from '../../../src/forge/github/markdown.ts'

const note = '*The rest is longer than GitHub takes, and was left out here.*'

describe('a text that is too long', () => {
  it('is cut where a line ends, and says so', () => {
    expect(limitedMarkdown('one\n'.repeat(100), { limit: 300, unit: 'characters' })).toMatch(/^(one\n)+one\n\n\*The rest/)
    expect(limitedMarkdown('one', { limit: 300, unit: 'characters' })).toBe('one')
  })

  it('closes what would swallow the rest: code in whatever fence, and what folds away', () => {
    const text = `<details><summary>a</summary>\n<details>\n\n~~~~js\n\`\`\`\n${'x\n'.repeat(500)}`
    expect(limitedMarkdown(text, { limit: 600, unit: 'characters' })).toMatch(/x\n~~~~\n<\/details>\n<\/details>\n\n\*The rest/)
    const closed = `\`\`\`\na\n\`\`\`\n${'x\n'.repeat(500)}`
    expect(limitedMarkdown(closed, { limit: 600, unit: 'characters' })).toMatch(/x\n\n\*The rest/)
  })

  it('without lines is cut in its middle, and never in the middle of a character', () => {
    const cut = limitedMarkdown('🚀'.repeat(100_000), { limit: 10_001, unit: 'bytes' })
    expect(cut).toMatch(/^🚀{2000,}\n\n\*The rest/u)
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(10_001)
  })

  it('of any content is never longer than its limit, is well formed, and keeps its marker', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('```\n', '~~~~\n', '<details>', '</details>', '\n', '\ud800', 'x'.repeat(500)),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.constantFrom('characters', 'bytes'),
        fc.integer({ min: 600, max: 2_000 }),
        (pieces, unit, limit) => {
          const marker = '<!-- kyozo -->'
          const text = pieces.join('')
          const cut = limitedMarkdown(text, { limit, unit, marker })
          expect(unit === 'bytes' ? Buffer.byteLength(cut) : Array.from(cut).length).toBeLessThanOrEqual(limit)
          expect(cut.isWellFormed()).toBe(true)
          if (cut !== text.toWellFormed()) expect(cut.endsWith(`${note}\n\n${marker}`)).toBe(true)
        },
      ),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Base } from '../../../src/stack/committed/base.ts'
import { mergeCommitted } from '../../../src/stack/committed/merge.ts'
import { type Data, type DataMap, generatedText, leavesOf, stack } from './documents.ts'

const known = (text: string): Base => ({ kind: 'known', text })

/** How people write: other indentation, JSON, comments wherever one may stand, lines that end as on Windows. */
const spelling = fc.record({
  indent: fc.constantFrom(2, 3, 4),
  flow: fc.boolean(),
  comments: fc.array(fc.tuple(fc.nat(), fc.constantFrom('# why not', '# ask Ada', '#x')), { maxLength: 3 }),
  isWindows: fc.boolean(),
})

type Spelling = typeof spelling extends fc.Arbitrary<infer T> ? T : never

function asPerson(data: DataMap, { indent, flow, comments, isWindows }: Spelling): string {
  const lines = stringify(data, { indent, collectionStyle: flow ? 'flow' : 'block', lineWidth: 0 }).split('\n')
  // A comment cannot stand inside a text of several lines.
  const free = lines.flatMap((line, at) => (/^\s*[\w-]+:/.test(line) ? [at] : []))
  for (const [at, comment] of comments)
    if (free.length > 0) lines[free[at % free.length]!] = `${comment}\n${lines[free[at % free.length]!]}`
  return lines.join('\n').replaceAll('\n', isWindows ? '\r\n' : '\n')
}

const commentsOf = (text: string) => (text.match(/^\s*# ?(?:why not|ask Ada|x)$/gm) ?? []).length
const dataOf = (text: string) => parse(text) as DataMap

describe('a merge of any file', () => {
  it('that nobody has changed is what kyozo generates now, letter by letter', () => {
    fc.assert(
      fc.property(stack, stack, fc.constantFrom('because', 'of another rule'), (before, now, reason) => {
        const [base, generated] = [generatedText(before), generatedText(now, reason)]
        const merged = mergeCommitted({ base: known(base), generated, present: base })
        expect(merged).toEqual({ text: generated, edits: [], conflicts: [] })
      }),
      { numRuns: 200 },
    )
  })

  it('for which kyozo has nothing new is the file, letter by letter', () => {
    fc.assert(
      fc.property(stack, stack, spelling, (before, theirs, how) => {
        const base = generatedText(before)
        const present = asPerson(theirs, how)
        const merged = mergeCommitted({ base: known(base), generated: base, present })
        expect([merged.text, merged.conflicts]).toEqual([present, []])
      }),
      { numRuns: 200 },
    )
  })

  it('is at rest: merged again it changes no more', () => {
    fc.assert(
      fc.property(stack, stack, stack, spelling, (before, now, theirs, how) => {
        const generated = generatedText(now)
        const once = mergeCommitted({ base: known(generatedText(before)), generated, present: asPerson(theirs, how) })
        const again = mergeCommitted({ base: known(generated), generated, present: once.text })
        expect([again.text, again.conflicts]).toEqual([once.text, []])
      }),
      { numRuns: 200 },
    )
  })

  it('loses nothing of a person’s without a conflict: no value, no removal, no comment', () => {
    fc.assert(
      fc.property(stack, stack, stack, spelling, (before, now, theirs, how) => {
        const present = asPerson(theirs, how)
        const merged = mergeCommitted({ base: known(generatedText(before)), generated: generatedText(now), present })
        const [base, after] = [leavesOf(before), leavesOf(dataOf(merged.text))]
        const isDisputed = (path: string) => merged.conflicts.some((one) => path.startsWith(JSON.stringify(one.path).slice(0, -1)))
        for (const [path, value] of leavesOf(theirs))
          if (!isEqual(base.get(path), value) && !Array.isArray(value) && !isDisputed(path) && !isEmptyMap(value))
            expect([path, after.get(path)]).toEqual([path, value])
        const stands = (data: Data, path: readonly string[]) =>
          path.reduce<Data | undefined>((held, key) => (isMap(held) ? held[key] : undefined), data) !== undefined
        for (const [text] of base) {
          const path = JSON.parse(text) as string[]
          if (!stands(theirs, path)) expect([text, stands(dataOf(merged.text), path)]).toEqual([text, false])
        }
        expect(commentsOf(merged.text)).toBeGreaterThanOrEqual(commentsOf(present))
      }),
      { numRuns: 200 },
    )
  })

  it('without a base changes and removes nothing of it, and adds what it lacks', () => {
    fc.assert(
      fc.property(stack, stack, spelling, (now, theirs, how) => {
        const merged = mergeCommitted({ base: { kind: 'unknown' }, generated: generatedText(now), present: asPerson(theirs, how) })
        const after = leavesOf(dataOf(merged.text))
        for (const [path, value] of leavesOf(theirs))
          if (!Array.isArray(value) && !isEmptyMap(value)) expect(after.get(path)).toEqual(value)
        for (const path of Object.keys(now.services as DataMap))
          expect(Object.keys(dataOf(merged.text).services as DataMap)).toContain(path)
        expect(merged.conflicts).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})

function isMap(value: Data | undefined): value is DataMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmptyMap(value: Data): boolean {
  return isMap(value) && Object.keys(value).length === 0
}

function isEqual(one: Data | undefined, other: Data): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

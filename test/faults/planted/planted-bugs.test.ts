// Every planted bug can still be planted, and is named as what catches it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { invariants } from '../check.ts'
import { rewritten } from './planted-bug.ts'
import { plantedBugs } from './planted-bugs.ts'

it.each(plantedBugs)('$name finds what it changes in the sources', async ({ rewrites }) => {
  for (const rewrite of rewrites) {
    const text = await readFile(path.join(import.meta.dirname, '../../../src', rewrite.file), 'utf8')
    expect(rewritten(text, rewrite)).not.toBe(text)
  }
})

it.each(plantedBugs)('$name is to be caught by invariants that exist', ({ caughtBy }) => {
  const names = invariants.map(({ name }) => name)
  for (const name of caughtBy) expect(names).toContain(name)
})

it('refuses to plant what is not there, or is there twice', () => {
  const rewrite = { file: 'a.ts', snippet: 'one', replacement: 'two' }
  expect(() => rewritten('three', rewrite)).toThrow('stands 0 times in src/a.ts')
  expect(() => rewritten('one one', rewrite)).toThrow('stands 2 times in src/a.ts')
})

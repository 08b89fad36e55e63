import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changedPaths, diffTrees } from '../../src/git/diff-trees.ts'
import type { TreeListing } from '../../src/git/objects.ts'

function listing(files: Readonly<Record<string, string>>): TreeListing {
  const entries = new Map(Object.entries(files).map(([path, oid]) => [path, { mode: '100644', oid } as const]))
  return { tree: JSON.stringify(files), entries, folders: new Map([['.', '']]) }
}

describe('a diff of two trees', () => {
  it('names what was added, modified and removed', () => {
    expect(diffTrees(listing({ a: '1', b: '1', c: '1' }), listing({ a: '1', b: '2', d: '9' }))).toMatchObject({
      added: ['d'],
      modified: ['b'],
      removed: ['c'],
      renamed: [],
    })
  })

  it('pairs a file that moved', () => {
    expect(diffTrees(listing({ old: '1' }), listing({ new: '1' }))).toMatchObject({
      added: [],
      removed: [],
      renamed: [{ from: 'old', to: 'new' }],
    })
  })

  it('does not guess which of two equal files moved', () => {
    expect(diffTrees(listing({ a: '1', b: '1' }), listing({ c: '1' }))).toMatchObject({ added: ['c'], removed: ['a', 'b'], renamed: [] })
  })

  it('takes everything as added when there is nothing to compare with', () => {
    expect(diffTrees(null, listing({ a: '1' }))).toMatchObject({ base: null, added: ['a'] })
  })

  it('turns one tree into the other, whatever they are', () => {
    const files = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.constantFrom('1', '2', '3'))
    fc.assert(
      fc.property(files, files, (before, after) => {
        const diff = diffTrees(listing(before), listing(after))
        const result: Record<string, string> = { ...before }
        for (const path of [...diff.removed, ...diff.renamed.map((pair) => pair.from)]) delete result[path]
        for (const path of [...diff.added, ...diff.modified, ...diff.renamed.map((pair) => pair.to)]) result[path] = after[path]!
        expect(result).toEqual(after)
        expect(changedPaths(diff)).toEqual([...changedPaths(diff)].sort())
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { dockerignoreOf } from '../../src/stack/dockerignore.ts'
import { sourceTree } from '../support/source-tree.ts'

const isLeftOut = (text: string) =>
  dockerignoreOf(sourceTree({ '.dockerignore': text, Dockerfile: 'FROM scratch\n' }), { context: '.', dockerfile: 'Dockerfile' })

describe('a .dockerignore', () => {
  test('leaves out what it names, and takes in again what a later line names', () => {
    const leavesOut = isLeftOut('node_modules\n**/*.log\n!keep.log\ndocs/*.md\n')
    expect(['node_modules/x', 'a/b.log', 'keep.log', 'docs/a.md', 'docs/a/b.md', 'src/a'].filter(leavesOut)).toEqual([
      'node_modules/x',
      'a/b.log',
      'docs/a.md',
    ])
  })

  test('has names with parentheses and plus signs as they are', () => {
    expect(['app/(shop)/page', 'c++/x', 'ccc/x'].filter(isLeftOut('app/(shop)\nc++\n'))).toEqual(['app/(shop)/page', 'c++/x'])
  })

  test('is read as far as it is one', () => {
    expect(['a', 'b'].filter(isLeftOut('[\nb\n'))).toEqual(['b'])
  })

  test.each(['(a+)+', '((a*)*)*b', '*a*a*a*a*a*a*b', '**/a/**/a/**/a/**/a/**/b', '**a**a**b', '[a-z]*[a-z]*x*y', '?'.repeat(300)])(
    'with %s is answered in bounded time',
    (line) => {
      const leavesOut = isLeftOut(`${line}\n`)
      const started = performance.now()
      for (const path of ['a'.repeat(255), `${'a/'.repeat(100)}a`, `${'a'.repeat(200)}/`.repeat(5)]) leavesOut(path)
      expect(performance.now() - started).toBeLessThan(2_000)
    },
  )
})

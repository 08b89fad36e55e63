import { describe, expect, test } from 'vitest'
import { createMatcher, isSimpleGlob } from '../../src/topology/globs.ts'

const matched = (glob: string | readonly string[], ...paths: readonly string[]) =>
  paths.filter(createMatcher(typeof glob === 'string' ? [glob] : glob))

describe('a glob', () => {
  test.each([
    ['packages/*', ['packages/a'], ['packages', 'packages/a/b', 'x/packages/a']],
    ['packages/**', ['packages', 'packages/a', 'packages/a/b'], ['package']],
    ['**/x', ['x', 'a/x', 'a/b/x'], ['a/xx', 'x/a']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/bx', 'b']],
    ['*.{js,ts}', ['a.js', '.b.ts'], ['a.jsx', 'a/b.js']],
    ['a/{b,c{d,e}}', ['a/b', 'a/cd', 'a/ce'], ['a/c', 'a/bd']],
    ['a?[b-d][!x]', ['azbq', 'a.d-'], ['azbx', 'azaq', 'azb']],
    ['a\\*b', ['a*b'], ['aab']],
    ['./a/', ['a'], ['b']],
    ['{a}', ['{a}'], ['a']],
    ['[', ['['], ['a']],
    ['(a)', ['(a)'], ['a']],
  ])('%s matches %j and not %j', (glob, these, others) => {
    expect(matched(glob, ...these, ...others)).toEqual(these)
  })

  test('with an exclamation mark takes paths out again', () => {
    expect(matched(['packages/*', '!packages/x'], 'packages/a', 'packages/x')).toEqual(['packages/a'])
    expect(matched(['!a'], 'a', 'b')).toEqual([])
  })

  test('that stands for more alternatives than anybody writes matches nothing', () => {
    const bomb = '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'
    expect([isSimpleGlob(bomb), isSimpleGlob('{a,{b,{c,d}}}'), isSimpleGlob('@(a|b)'), isSimpleGlob('a'.repeat(501))]).toEqual([
      false,
      true,
      false,
      false,
    ])
    expect(matched(bomb, 'aaaaaaaa')).toEqual([])
  })

  test.each([
    '(a+)+$',
    '((a*)*)*',
    '(.*)(.*)(.*)x',
    'a*b*c',
    '**/*a*/**/*b*/**',
    '[a-z]*[a-z]*x',
    '?'.repeat(400),
    '\\'.repeat(400),
    '{'.repeat(400),
  ])('%s is matched in bounded time', (glob) => {
    const matches = createMatcher([glob])
    const started = performance.now()
    for (const path of ['a'.repeat(1_000), 'a/'.repeat(100), 'ab'.repeat(500), `${'a'.repeat(60)}/`.repeat(16)])
      for (let turn = 0; turn < 20; turn++) matches(path)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})

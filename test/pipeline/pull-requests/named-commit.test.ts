// Approving a commit of a fork takes the whole of its id.
import { expect, it } from 'vitest'
import { misnamed } from '../../../src/pipeline/pull-requests/named-commit.ts'

const head = `${'a'.repeat(39)}1`

it('the whole id of the head names it, and nothing that is shorter does', () => {
  expect(misnamed(head, head)).toBeUndefined()
  expect(misnamed('a'.repeat(64), 'a'.repeat(64))).toBeUndefined()
  for (const length of [1, 7, 12, 39]) expect(misnamed(head.slice(0, length), head)).toMatch(/is only the beginning of a commit/)
})

it('a commit that shares all digits but the last with the head is another one', () => {
  const other = `${'a'.repeat(39)}2`
  expect(misnamed(other, head)).toBe(`the head is ${head} by now, and not ${other}; look at it`)
})

it('what is no commit is asked for', () => {
  expect(misnamed(null, head)).toMatch(/^name the commit/)
  expect(misnamed('bbbbbbb', head)).toBe(`the head is ${head} by now, and not bbbbbbb; look at it`)
})

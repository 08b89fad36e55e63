import { expect, it } from 'vitest'
import { type Speaking, whoSpeaks } from '../../src/release/who-speaks.ts'

const main = 'refs/heads/main'
const one = (number: number, more: Partial<Speaking> = {}): Speaking => ({ number, isFork: false, baseRef: main, ...more })
const speaker = (...open: readonly Speaking[]) => whoSpeaks(open, main)?.number

it('a pull request speaks for its head, and nobody where none is open', () => {
  expect([speaker(one(7)), speaker()]).toEqual([7, undefined])
})

it('one from inside speaks before one of a fork, whichever was there first and wherever they lead', () => {
  expect(speaker(one(1, { isFork: true }), one(2))).toBe(2)
  expect(speaker(one(1, { isFork: true }), one(2, { baseRef: 'refs/heads/next' }))).toBe(2)
})

it('the one that leads to the default branch speaks before one that leads elsewhere', () => {
  expect(speaker(one(1, { baseRef: 'refs/heads/next' }), one(2))).toBe(2)
  expect(speaker(one(3, { isFork: true, baseRef: 'refs/heads/next' }), one(4, { isFork: true }))).toBe(4)
})

it('of several alike the oldest speaks, in whatever order they are read', () => {
  expect([speaker(one(8), one(7), one(9)), speaker(one(9), one(8), one(7))]).toEqual([7, 7])
})

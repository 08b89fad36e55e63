import { expect, it } from 'vitest'
import { hasEnded, mayFollow, type ReleaseState, releaseTransitions } from '../../src/release/states.ts'

const states = Object.keys(releaseTransitions) as ReleaseState[]

it('a release waits, runs and ends, and only a live one is replaced later', () => {
  const table = states.map((from) => `${from} → ${states.filter((to) => mayFollow(from, to)).join(', ') || 'nothing'}`)
  expect(table).toEqual([
    'queued → running, failed, superseded, skipped',
    'running → queued, live, unchanged, failed, superseded',
    'live → replaced',
    'unchanged → nothing',
    'failed → nothing',
    'superseded → nothing',
    'replaced → nothing',
    'skipped → nothing',
  ])
})

it('a release that has ended neither waits nor runs again', () => {
  const ended = states.filter(hasEnded)
  expect(ended).toEqual(['live', 'unchanged', 'failed', 'superseded', 'replaced', 'skipped'])
  for (const state of ended) for (const open of ['queued', 'running'] as const) expect(mayFollow(state, open)).toBe(false)
})

it('every release that has not ended can come to each end', () => {
  const reachable = (from: ReleaseState, seen = new Set<ReleaseState>()): Set<ReleaseState> => {
    for (const to of releaseTransitions[from]) if (!seen.has(to)) reachable(to, seen.add(to))
    return seen
  }
  for (const state of ['queued', 'running'] as const)
    expect([...reachable(state)].filter(hasEnded).sort()).toEqual(states.filter(hasEnded).sort())
})

import { expect, it } from 'vitest'
import { whoGivesWay } from '../../src/release/make-room.ts'

const preview = (id: string, memoryBytes: number, lastUsedMs: number) => ({ id, memoryBytes, lastUsedMs })
const others = [preview('new', 300, 30), preview('old', 300, 10), preview('middle', 300, 20)]

it('nobody gives way while there is room', () => {
  expect(whoGivesWay({ others, wantedBytes: 100, budgetBytes: 1_000 })).toEqual([])
})

it('those used least recently give way, and no more than needed', () => {
  const ids = (wantedBytes: number) => whoGivesWay({ others, wantedBytes, budgetBytes: 1_000 })?.map(({ id }) => id)
  expect(ids(101)).toEqual(['old'])
  expect(ids(400)).toEqual(['old'])
  expect(ids(401)).toEqual(['old', 'middle'])
  expect(ids(1_000)).toEqual(['old', 'middle', 'new'])
})

it('nobody gives way to one that does not fit even alone', () => {
  expect(whoGivesWay({ others, wantedBytes: 1_001, budgetBytes: 1_000 })).toBeUndefined()
})

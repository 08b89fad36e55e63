import { beforeAll, expect, it } from 'vitest'
import { holdDuty, leaveDuties } from '../../src/store/duties.ts'
import { testDatabase } from '../support/database.ts'

let database: Awaited<ReturnType<typeof testDatabase>>

beforeAll(async () => {
  database = await testDatabase()
})

it('gives a duty to one of many that ask at once', async () => {
  const holders = Array.from({ length: 20 }, (_, at) => `process ${at}`)
  const held = await Promise.all(holders.map((holder) => holdDuty(database.db, { name: 'one', holder, seconds: 30 })))
  expect(held.filter(Boolean)).toHaveLength(1)
})

it('lets its holder keep it, and nobody else have it, until it runs out or is given up', async () => {
  const ask = (holder: string, seconds: number) => holdDuty(database.db, { name: 'two', holder, seconds })
  expect(await ask('a', 30)).toBe(true)
  expect(await ask('a', 30)).toBe(true)
  expect(await ask('b', 30)).toBe(false)
  expect(await ask('a', -1)).toBe(true)
  expect(await ask('b', 30)).toBe(true)
  await leaveDuties(database.db, 'b')
  expect(await ask('a', 30)).toBe(true)
})

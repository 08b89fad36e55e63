import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { testDatabase } from '../support/database.ts'

let db: Database

beforeAll(async () => {
  db = (await testDatabase()).db
})

it('the first team is the first one under any name, and no other becomes it by taking the name', async () => {
  const first = await defaultTeam(db)
  await db.updateTable('teams').set({ name: 'Analytical engines' }).where('id', '=', first).execute()
  await db.insertInto('teams').values({ id: newId(), name: 'default', slug: newId() }).execute()
  expect(await defaultTeam(db)).toBe(first)
})

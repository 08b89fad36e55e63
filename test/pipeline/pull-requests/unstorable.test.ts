// What PostgreSQL refuses to store of one pull request: nothing waits for that for ever, and no other pull request does at all.
import { sql } from 'kysely'
import { afterEach, expect, it, vi } from 'vitest'
import { inSeconds } from '../../../src/store/instance.ts'
import { pulledShops } from './pulled-shops.ts'

vi.setConfig({ testTimeout: 60_000 })

const { db, shop, gitAnswers, back, later } = await pulledShops()

afterEach(() => back())

it('a look that fails ends although what that leaves behind cannot be stored, and is made good for later', async () => {
  const { id, follow, workToEnd, known } = await shop('unstorable')
  gitAnswers(503)
  const store = await refused('pull_requests', { before: 'update', when: `new.id = '${id}' and new.held = 'failed'` })
  await follow()
  expect(await workToEnd()).toEqual({ state: 'failed', attempt: 5 })
  expect(await known()).toMatchObject({ held: null, lookedAt: expect.any(Date) })
  await store()
  expect(await later(id, 6)).toBe(1)
  await workToEnd()
  expect((await known()).held).toBe('failed')
})

it('one that cannot be looked at again is not in the way of those behind it', async () => {
  const [first, second] = [await shop('first'), await shop('second')]
  gitAnswers(403)
  for (const { id, follow, workToEnd } of [first, second]) {
    await follow()
    await workToEnd()
    await db
      .updateTable('pullRequests')
      .set({ lookedAt: inSeconds(-3_700) })
      .where('id', '=', id)
      .execute()
  }
  const store = await refused('operations', { before: 'insert', when: `new.input ->> 'pull_request_id' = '${first.id}'` })
  expect(await later(first.id, 62)).toBe(1)
  await store()
  back()
  expect(await second.workToEnd()).toEqual({ state: 'succeeded', attempt: 1 })
})

/** PostgreSQL refuses such rows until what is returned is called. */
async function refused(table: string, { before, when }: { readonly before: 'insert' | 'update'; readonly when: string }) {
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'it is refused'; end $$`.execute(db)
  await sql.raw(`create trigger refuse before ${before} on ${table} for each row when (${when}) execute function refuse()`).execute(db)
  return () => sql`drop function refuse cascade`.execute(db)
}

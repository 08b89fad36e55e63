import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { openQueue } from '../../src/queue/queue.ts'
import { migrate, openDatabase } from '../../src/store/database.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { until } from '../support/until.ts'

let url: string
beforeAll(async () => {
  url = await emptyDatabaseUrl()
})

it('hands a job over exactly when its transaction commits, wakes a worker at once, and keeps one waiting job an environment', async () => {
  const { db, close } = await openDatabase(url, 'queue test')
  await migrate(db)
  const queue = await openQueue(url, createLog('silent'))
  const taken: string[] = []
  await queue.work(async (environmentId) => void taken.push(environmentId), { concurrency: 2 })
  const [committed, undone, repeated] = [newId(), newId(), newId()]
  await db.transaction().execute((trx) => queue.enqueueDeploy(trx, committed))
  await db
    .transaction()
    .execute(async (trx) => {
      await queue.enqueueDeploy(trx, undone)
      throw new Error('undone')
    })
    .catch(() => undefined)
  await db.transaction().execute(async (trx) => {
    for (let at = 0; at < 3; at++) await queue.enqueueDeploy(trx, repeated)
  })
  await until('both jobs', () => taken.includes(committed) && taken.includes(repeated), { deadlineMs: 10_000 })
  expect(taken).not.toContain(undone)
  expect(taken.filter((id) => id === repeated)).toHaveLength(1)
  await queue.close()
  await close()
}, 60_000)

it('keeps a job for the worker that starts later', async () => {
  const { db, close } = await openDatabase(url, 'queue test')
  const first = await openQueue(url, createLog('silent'))
  const id = newId()
  await first.enqueueDeploy(db, id)
  await first.close()
  const second = await openQueue(url, createLog('silent'))
  const taken: string[] = []
  await second.work(async (environmentId) => void taken.push(environmentId), { concurrency: 1 })
  await until('the job', () => taken.includes(id), { deadlineMs: 10_000 })
  await second.close()
  await close()
}, 60_000)

it('wakes a worker although the clock of the database was a day ahead when the job was made', async () => {
  const { db, close } = await openDatabase(url, 'queue test')
  const queue = await openQueue(url, createLog('silent'))
  const [deploy, operation] = [newId(), newId()]
  await queue.enqueueDeploy(db, deploy)
  await queue.enqueueOperation(db, operation)
  expect(await queue.hasten()).toBe(0)
  await sql`update pgboss.job set start_after = start_after + interval '1 day', created_on = created_on + interval '1 day'
    where state = 'created'`.execute(db)
  const taken: string[] = []
  await queue.work(async (id) => void taken.push(id), { concurrency: 1 })
  await queue.workOperations(async (id) => void taken.push(id), { concurrency: 1 })
  await queue.enqueueDeploy(db, deploy)
  await queue.enqueueOperation(db, operation)
  expect(await queue.hasten()).toBe(2)
  await until('both jobs', () => taken.length === 2, { deadlineMs: 25_000 })
  expect(taken.toSorted()).toEqual([deploy, operation].toSorted())
  // Whoever is made for the same thing next is not kept out.
  await queue.enqueueDeploy(db, deploy)
  await until('another job', () => taken.length === 3, { deadlineMs: 25_000 })
  await queue.close()
  await close()
}, 60_000)

// A connection may die while somebody holds it and asks nothing. That ends the transaction, and nothing else.
import { sql } from 'kysely'
import { afterAll, expect, it } from 'vitest'
import { openDatabase, storeError } from '../../src/store/database.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { until } from '../support/until.ts'

const direct = new URL(await emptyDatabaseUrl())
const proxy = await startChaosProxy({ target: Number(direct.port) })
const behind = new URL(direct)
behind.port = String(proxy.port)
const { db, close } = await openDatabase(behind.href, 'kyozo test')

afterAll(async () => {
  await close()
  await proxy.close()
})

it('a transaction that is cut off between two questions fails, and the next one finds a new connection', async () => {
  const cutOff = db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    proxy.cut()
    await until('the connection to be gone', () => proxy.connections === 0)
    // The socket hears of the reset a moment later than the proxy does it.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    await sql`select 2`.execute(trx)
  })
  const thrown = await cutOff.catch((error: unknown) => error)
  expect(storeError(thrown)).toMatchObject({ code: 'store_unavailable', retryable: true })
  const again = await sql<{ answer: number }>`select 42 as answer`.execute(db)
  expect(again.rows).toEqual([{ answer: 42 }])
})

it('a transaction of which nobody hears whether it was committed says that the store is away', async () => {
  proxy.loseAnswer((answer) => answer.includes('COMMIT'))
  const unheard = db.transaction().execute(async (trx) => void (await sql`select 1`.execute(trx)))
  const thrown = await unheard.catch((error: unknown) => error)
  expect(storeError(thrown)).toMatchObject({ code: 'store_unavailable', retryable: true })
})

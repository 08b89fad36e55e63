// A snapshot of the database is read for as long as it takes, and its connection may be lost at any moment: that ends the reading in words, and nothing else.
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrate, type OpenDatabase, openDatabase } from '../../src/store/database.ts'
import { openSnapshot, type Snapshot, workspacesStillThere } from '../../src/store/dump.ts'
import { type ChaosProxy, startChaosProxy } from '../support/chaos-proxy.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { until } from '../support/until.ts'

const mib = 1024 ** 2
let database: OpenDatabase
let proxy: ChaosProxy
let url: string

beforeAll(async () => {
  const direct = new URL(await emptyDatabaseUrl())
  database = await openDatabase(direct.href, 'kyozo test')
  await migrate(database.db)
  await sql`create table letters (id integer primary key, words text not null)`.execute(database.db)
  await sql`insert into letters select id, repeat(md5(id::text), 1000) from generate_series(1, 2000) id`.execute(database.db)
  proxy = await startChaosProxy({ target: Number(direct.port) })
  direct.port = String(proxy.port)
  url = direct.href
}, 60_000)

afterAll(async () => {
  await database.close()
  await proxy.close()
})

const lettersOf = (snapshot: Snapshot) => snapshot.rows(snapshot.tables.find(({ name }) => name === 'letters')!)

async function size(rows: Readable): Promise<number> {
  let bytes = 0
  for await (const chunk of rows) bytes += (chunk as Buffer).length
  return bytes
}

const lost = (why: RegExp) => ({ code: 'store_unavailable', retryable: true, message: expect.stringMatching(why) })

it('a database that restarts while a table is copied ends the copy in words, and the next snapshot is whole', async () => {
  const broken = await openSnapshot(url)
  const rows = lettersOf(broken)
  await once(rows, 'readable')
  proxy.cut()
  await expect(size(rows)).rejects.toMatchObject(lost(/PostgreSQL did not answer: .*(ECONNRESET|terminated)/))
  await broken.close()
  const whole = await openSnapshot(url)
  expect(await size(lettersOf(whole))).toBeGreaterThan(60 * mib)
  await whole.close()
})

it('one that restarts between two tables ends the next one in words', async () => {
  const snapshot = await openSnapshot(url)
  proxy.cut()
  await until('the connection to be gone', () => proxy.connections === 0)
  await expect(size(lettersOf(snapshot))).rejects.toMatchObject(lost(/./))
  await snapshot.close()
})

it('a connection that a firewall forgot is given up when no byte comes any more', async () => {
  const snapshot = await openSnapshot(url, { silentMs: 300 })
  const rows = lettersOf(snapshot)
  await once(rows, 'readable')
  proxy.forget()
  await expect(size(rows)).rejects.toMatchObject(lost(/the server does not answer/))
  await snapshot.close()
})

it('one that is forgotten while nothing is asked is not waited for at its end', async () => {
  const snapshot = await openSnapshot(url)
  proxy.forget()
  await snapshot.close()
}, 30_000)

it('whoever reads slowly takes the time that it takes', async () => {
  const snapshot = await openSnapshot(url, { silentMs: 3_000 })
  const rows = lettersOf(snapshot)
  await once(rows, 'readable')
  // More often than the server may be silent.
  await delay(7_000)
  expect(await size(rows)).toBeGreaterThan(60 * mib)
  await snapshot.close()
})

it('a database that is away is told in words', async () => {
  proxy.refuse()
  await expect(openSnapshot(url)).rejects.toMatchObject(lost(/./))
  await expect(workspacesStillThere(url, [])).rejects.toMatchObject(lost(/./))
  proxy.heal()
})

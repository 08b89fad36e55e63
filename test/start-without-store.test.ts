// A start during which the database goes away.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'
import { startServing } from '../src/serve/serve.ts'
import { migrate, openDatabase } from '../src/store/database.ts'
import { startChaosProxy } from './support/chaos-proxy.ts'
import { emptyDatabaseUrl } from './support/database.ts'
import { adminToken, freePort } from './support/kyozo.ts'

it('a start that loses its database midway says so in words', async () => {
  const direct = new URL(await emptyDatabaseUrl())
  const { db, close } = await openDatabase(direct.href, 'kyozo test')
  await migrate(db)
  await close()
  const proxy = await startChaosProxy({ target: Number(direct.port) })
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-data-'))
  afterAll(async () => {
    await proxy.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  // After the server was found well: the answer to the first row that is written is lost.
  proxy.loseAnswer((answer) => answer.includes('INSERT'))
  const behind = new URL(direct)
  behind.host = `127.0.0.1:${proxy.port}`
  const starting = startServing(
    readConfig({
      DATABASE_URL: behind.href,
      KYOZO_DATA_DIR: dataDir,
      KYOZO_PORT: String(await freePort()),
      KYOZO_ROLE: 'web',
      KYOZO_ADMIN_TOKEN: adminToken,
      KYOZO_LOG_LEVEL: 'silent',
    }),
  )
  await expect(starting).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('PostgreSQL did not answer: '),
    hint: 'check that the database runs and that DATABASE_URL is right',
  })
}, 120_000)

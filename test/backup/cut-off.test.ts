// The connection to the database is lost in the middle of a backup: it ends in words and leaves nothing, and kyozo lives on.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { startBackups } from '../../src/serving/backups.ts'
import { migrate, openDatabase } from '../../src/store/database.ts'
import { instanceId } from '../../src/store/instance.ts'
import { runKyozo } from '../cli/run-kyozo.ts'
import { type ChaosProxy, startChaosProxy } from '../support/chaos-proxy.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { startKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
const marker = 'these words are in one table only'
const isRow = (answer: Buffer) => answer.includes(marker)
let proxy: ChaosProxy
let dataDir: string
let folder: string
let environment: Readonly<Record<string, string>>

beforeAll(async () => {
  const url = new URL(await emptyDatabaseUrl())
  const { db, close } = await openDatabase(url.href, 'kyozo test')
  await migrate(db)
  await instanceId(db)
  await sql`create table letters (words text not null)`.execute(db)
  await sql`insert into letters values (${marker})`.execute(db)
  await close()
  proxy = await startChaosProxy({ target: Number(url.port) })
  url.port = String(proxy.port)
  dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-cut-'))
  folder = path.join(dataDir, 'backups')
  environment = { DATABASE_URL: url.href, KYOZO_SECRET_KEY: randomBytes(32).toString('hex') }
}, minutes)

afterAll(async () => {
  await proxy.close()
  await rm(dataDir, { recursive: true, force: true })
})

const backUp = (name: string) => runKyozo(['backup', path.join(dataDir, name)], { env: { KYOZO_DATA_DIR: dataDir, ...environment } })

it('the command says that the database did not answer, and works when it is asked again', { timeout: minutes }, async () => {
  proxy.loseAnswer(isRow)
  const broken = await backUp('first.backup')
  expect(broken.exitCode).toBe(1)
  expect(broken.stderr).toMatch(/^kyozo: PostgreSQL did not answer: .*\n/)
  expect(await readdir(dataDir)).not.toContainEqual(expect.stringMatching(/^first\.backup/))
  expect(await backUp('first.backup')).toMatchObject({ exitCode: 0 })
})

it('a daily backup fails in words while kyozo goes on, and the next one is made', { timeout: 3 * minutes }, async () => {
  proxy.loseAnswer(isRow)
  const kyozo = await startKyozo({ ...environment, KYOZO_BACKUP_DIR: folder })
  try {
    await until('the backup to fail', () => kyozo.output().includes('the daily backup failed, and is tried again in ten minutes'))
    expect(kyozo.output()).toContain('PostgreSQL did not answer')
    expect(await readdir(folder)).toEqual([])
    expect((await fetch(`${kyozo.url}/healthz`)).status).toBe(200)
    expect(kyozo.exitCode()).toBe(null)
    await kyozo.stop()
    expect(kyozo.exitCode(), kyozo.output()).toBe(0)
    await kyozo.start()
    await until('the next backup', async () => (await readdir(folder)).some((name) => name.endsWith('.backup')), { deadlineMs: minutes })
  } finally {
    await kyozo.remove()
  }
})

it('one that hears nothing any more is not waited for when kyozo stops', async () => {
  const config = readConfig({ ...environment, KYOZO_DATA_DIR: dataDir, KYOZO_BACKUP_DIR: path.join(dataDir, 'stalled') })
  let isForgotten = false
  proxy.loseAnswer((answer) => {
    isForgotten ||= isRow(answer)
    if (isRow(answer)) proxy.forget()
    return false
  })
  const backups = startBackups({ config, processId: randomBytes(4).toString('hex'), log: createLog('silent') }, '1.0.0')
  await until('the connection to be forgotten', () => isForgotten)
  await backups.stop()
  proxy.heal()
  expect(await readdir(path.join(dataDir, 'stalled'))).toEqual([])
}, 30_000)

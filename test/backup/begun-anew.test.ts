// A restore that broke off is begun anew by the same command, on a disk that what the first try left has filled.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { backUpToFile } from '../../src/backup/backup-file.ts'
import { restore } from '../../src/backup/restore.ts'
import { writeMark } from '../../src/backup/restore-mark.ts'
import { readConfig } from '../../src/config.ts'
import { instanceId } from '../../src/store/instance.ts'
import { instanceIn } from '../../src/store/load.ts'
import { emptyDatabaseUrl, testDatabase } from '../support/database.ts'

const run = promisify(execFile)
const { db, url } = await testDatabase()
let folder: string
let small: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-anew-'))
  small = path.join(folder, 'small')
  await mkdir(small)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small])
})

afterAll(async () => {
  await run('umount', ['--lazy', small]).catch(() => undefined)
  await rm(folder, { recursive: true, force: true })
})

const configOf = (dataDir: string, databaseUrl: string) => readConfig({ KYOZO_DATA_DIR: dataDir, DATABASE_URL: databaseUrl })

async function roomKib(): Promise<number> {
  const { bavail, bsize } = await statfs(small)
  return (bavail * bsize) / 1024
}

it('takes away what the first try left before it asks whether there is room', async () => {
  const instance = await instanceId(db)
  const file = path.join(folder, 'one.backup')
  const source = path.join(folder, 'source')
  await mkdir(source)
  await writeFile(path.join(source, 'secret.key'), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  await backUpToFile(configOf(source, url), file, { version: '1.0.0' })

  await writeMark(small, { instance })
  await mkdir(path.join(small, 'mirrors'))
  // Enough for the lock of the data directory, and for no backup.
  await writeFile(path.join(small, 'mirrors', 'left'), Buffer.alloc(((await roomKib()) - 16) * 1024, 1))
  const target = await emptyDatabaseUrl()
  expect(await restore(configOf(small, target), file, { identities: [] })).toMatchObject({ instance, repositories: 0 })
  expect(await instanceIn(target)).toBe(instance)
  expect((await readdir(small)).filter((name) => name === 'mirrors' || name === 'secret.key')).toEqual(['mirrors', 'secret.key'])
  expect(await readdir(path.join(small, 'mirrors'))).toEqual([])
})

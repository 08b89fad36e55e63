// Repositories that were pushed to several processes: a backup holds those of the data directory that it is made from, and names the others.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, migrate, openDatabase } from '../../src/store/database.ts'
import { instanceId } from '../../src/store/instance.ts'
import { runKyozo } from '../cli/run-kyozo.ts'
import { workspaceWithEnvironment } from '../store/rows.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { createRepository } from '../support/repository.ts'

const run = promisify(execFile)
const here = '11111111-1111-4111-8111-111111111111'
const another = '22222222-2222-4222-8222-222222222222'
let url: string
let db: Database
let dataDir: string
let close: () => Promise<void>

beforeAll(async () => {
  url = await emptyDatabaseUrl()
  ;({ db, close } = await openDatabase(url, 'kyozo test'))
  await migrate(db)
  await instanceId(db)
  dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-several-'))
  await mkdir(path.join(dataDir, 'mirrors'))
  await writeFile(path.join(dataDir, 'process.id'), `${here}\n`)
})

afterAll(async () => {
  await close()
  await rm(dataDir, { recursive: true, force: true })
})

/** `repository`: pushed to, only fetched into, or not in this data directory. */
async function workspace(home: string | null, repository: 'pushed' | 'fetched' | 'none'): Promise<string> {
  const { workspace: made } = await workspaceWithEnvironment(db)
  await db.updateTable('workspaces').set({ home }).where('id', '=', made.id).execute()
  if (repository === 'none') return made.name
  const source = await createRepository({ files: { 'README.md': 'Words.\n' } })
  const gitDir = path.join(dataDir, 'mirrors', `${made.id}.git`)
  await run('git', ['clone', '--quiet', '--bare', source.folder, gitDir])
  if (repository === 'fetched') await run('git', ['-C', gitDir, 'update-ref', '-d', 'refs/heads/main'])
  await source.remove()
  return made.name
}

const backUp = (name: string) =>
  runKyozo(['backup', path.join(dataDir, name)], {
    env: { KYOZO_DATA_DIR: dataDir, DATABASE_URL: url, KYOZO_SECRET_KEY: randomBytes(32).toString('hex') },
  })

it('holds what was pushed here, and misses nothing of a workspace that nobody has pushed to', async () => {
  await workspace(here, 'pushed')
  await workspace(another, 'pushed')
  await workspace(null, 'none')
  const { exitCode, stderr } = await backUp('whole')
  expect(stderr).toContain('its secret keys and 2 repositories')
  expect({ exitCode, isWhole: !stderr.includes('NOT IN IT') }).toEqual({ exitCode: 0, isWhole: true })
})

it('ends with 1 and names the repositories that lie with another process, also where their commits were fetched', async () => {
  const away = [await workspace(another, 'none'), await workspace(another, 'fetched'), await workspace(here, 'none')]
  const { exitCode, stderr } = await backUp('in-part')
  expect(exitCode).toBe(1)
  const named = /^NOT IN IT, because they are not in this data directory: the repositories of (.*)\.$/m.exec(stderr)?.[1]
  expect(named?.split(', ').sort()).toEqual(away.sort())
  expect(stderr).toContain('its secret keys and 2 repositories')
})

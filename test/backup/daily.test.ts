// A backup a day: when it is due, what stays, and that kyozo makes it by itself while it serves.
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, describe, expect, it } from 'vitest'
import { backupName, readBackupFolder } from '../../src/backup/kept-backups.ts'
import { verifyArchive } from '../../src/backup/read-archive.ts'
import { startKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
const dayMs = 24 * 60 * minutes
const undo: (() => Promise<unknown>)[] = []

afterAll(async () => {
  for (const step of undo.reverse()) await step()
}, minutes)

describe('of a folder of backups', () => {
  const mine = '1a2b3c4d-0000-4000-8000-000000000000'
  const now = new Date('2026-03-10T04:00:00Z')
  const daysAgo = (days: number, process = mine) => backupName(process, new Date(now.getTime() - days * dayMs))

  it('one is due when none is a day young, and only its own count', () => {
    const another = daysAgo(0.1, '99999999-0000-4000-8000-000000000000')
    expect(readBackupFolder([], mine, now).isDue).toBe(true)
    expect(readBackupFolder([daysAgo(1.1), another, 'letters.backup'], mine, now).isDue).toBe(true)
    expect(readBackupFolder([daysAgo(0.9)], mine, now).isDue).toBe(false)
  })

  it('one of a clock that was ahead neither hides today nor makes two of it', () => {
    expect(readBackupFolder([daysAgo(-0.1)], mine, now).isDue).toBe(false)
    expect(readBackupFolder([daysAgo(-30)], mine, now).isDue).toBe(true)
  })

  it('the oldest go beyond a week of them, and nothing that has another name', () => {
    const own = [9, 8, 7, 6, 5, 4, 3, 2].map((days) => daysAgo(days))
    const others = ['notes.txt', daysAgo(20, '99999999-0000-4000-8000-000000000000'), `${daysAgo(30)}.gpg`]
    expect(readBackupFolder([...others, ...own.toReversed()], mine, now).older).toEqual(own.slice(0, 2))
    expect(readBackupFolder([`${daysAgo(1)}.partial`, `${others[1]}.partial`], mine, now).partial).toEqual([`${daysAgo(1)}.partial`])
  })
})

it('kyozo makes one when it starts, encrypted, and takes the oldest away when there is a new one', { timeout: 4 * minutes }, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kyozo-daily-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'notes.txt'), 'mine\n')
  const identity = await generateIdentity()
  const kyozo = await startKyozo({ KYOZO_BACKUP_DIR: folder, KYOZO_BACKUP_RECIPIENTS: await identityToRecipient(identity) })
  undo.push(() => kyozo.remove())
  const own = async () => (await readdir(folder)).filter((name) => name.endsWith('.backup')).sort()
  await until('a backup', async () => (await own()).length === 1, { deadlineMs: minutes })
  const [first] = await own()
  const { head } = await verifyArchive(path.join(folder, first!), { identities: [identity] })
  const { data } = await kyozo.api<{ data: { id: string } }>('/instance')
  expect(head.instance).toBe(data.id)
  expect((await stat(path.join(folder, first!))).mode & 0o777).toBe(0o600)

  await kyozo.stop()
  const id = (await readFile(path.join(kyozo.dataDir, 'process.id'), 'utf8')).trim()
  const old = [8, 7, 6, 5, 4, 3, 2].map((days) => backupName(id, new Date(Date.now() - days * dayMs)))
  for (const name of old) await writeFile(path.join(folder, name), '')
  await rename(path.join(folder, first!), path.join(folder, old.at(-1)!))
  await kyozo.start()
  await until('the oldest to go', async () => !(await own()).includes(old[0]!), { deadlineMs: minutes })
  const left = await own()
  expect(left.slice(0, -1)).toEqual(old.slice(1))
  expect(old).not.toContain(left.at(-1))
  expect((await readdir(folder)).filter((name) => !left.includes(name))).toEqual(['notes.txt'])
})

// `kyozo restore`: a backup into an empty data directory and an empty database. The whole file is checked before anything is written.
//
//   verify → mark the data directory → repositories, key → database, in one transaction → take the mark away
//
// Only the last step makes it a data directory that kyozo starts with, so one that broke off is neither taken for whole nor in the way of the next try.
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.ts'
import { lockDataDir } from '../data-dir.ts'
import { KyozoError } from '../errors.ts'
import type { Decryption } from '../secrets/age-stream.ts'
import { startEmbeddedPostgres } from '../store/embedded.ts'
import { assertKnown, instanceIn } from '../store/load.ts'
import { type VerifiedBackup, verifyArchive } from './read-archive.ts'
import { readMark, removeMark, writeMark } from './restore-mark.ts'
import { type BackupSource, writeBack } from './write-back.ts'

export interface Restored {
  readonly instance: string
  readonly createdAt: string
  /** The version that made the backup. */
  readonly version: string
  readonly repositories: number
}

/** Throws `backup_invalid`, and `config_invalid` when something is there already; then nothing was changed. */
export async function restore(config: Config, file: string, decryption: Decryption): Promise<Restored> {
  const backup = await verifyArchive(file, decryption)
  await assertKnown(backup.head.migrations)
  const dataDir = await lockDataDir(config.dataDir)
  try {
    const left = await leftByEarlierTry(config, dataDir.path)
    if (left !== 'all of it') {
      if (left === 'some files') for (const name of kept) await rm(path.join(dataDir.path, name), { recursive: true, force: true })
      await assertEmpty(dataDir.path)
      await assertRoom(dataDir.path, backup)
      await writeMark(dataDir.path, backup.head)
      await intoEmpty(config, dataDir.path, { backup, file, decryption })
    }
    await removeMark(dataDir.path)
  } finally {
    await dataDir.unlock()
  }
  const { instance, createdAt, kyozo } = backup.head
  return { instance, createdAt, version: kyozo, repositories: backup.workspaceIds.length }
}

/** The files are written before the database, which is written at once: a database that is there says that everything is. */
async function leftByEarlierTry(config: Config, folder: string): Promise<'all of it' | 'some files' | 'nothing'> {
  const mark = await readMark(folder)
  const instance = config.databaseUrl === undefined ? undefined : await instanceIn(config.databaseUrl)
  if (instance === undefined) return mark === undefined ? 'nothing' : 'some files'
  if (mark?.instance === instance) return 'all of it'
  throw new KyozoError('config_invalid', `the database is not empty: it belongs to the kyozo ${instance}`, {
    hint: 'a backup is restored into an empty database: make a new one, and give its address in DATABASE_URL',
  })
}

async function intoEmpty(config: Config, folder: string, source: BackupSource): Promise<void> {
  const embedded = config.databaseUrl === undefined ? await startEmbeddedPostgres(path.join(folder, 'postgres')) : undefined
  const mirrors = path.join(folder, 'mirrors')
  await mkdir(mirrors, { mode: 0o700 })
  try {
    await writeBack(source, { url: config.databaseUrl ?? embedded!.url, mirrors, keep: (keys) => keepKeys(config, folder, keys) })
  } finally {
    await embedded?.close()
  }
}

/** What kyozo keeps in its data directory. */
const kept = ['postgres', 'secret.key', 'mirrors', 'stacks']

async function assertEmpty(folder: string): Promise<void> {
  const found = (await readdir(folder)).filter((name) => kept.includes(name))
  if (found.length === 0) return
  throw new KyozoError('config_invalid', `${folder} is not empty: it has ${found.join(' and ')} of a kyozo`, {
    hint: 'a backup is restored into an empty data directory: move this one away, or set KYOZO_DATA_DIR to another',
  })
}

/** Keys that the operator gives stay where they are; they must be able to open what the backup holds. */
async function keepKeys(config: Config, folder: string, keys: readonly string[]): Promise<void> {
  if (config.secretKey === undefined) {
    await writeFile(path.join(folder, 'secret.key'), keys.map((key) => `${key}\n`).join(''), { flag: 'wx', mode: 0o600 })
    return
  }
  const given = [config.secretKey, ...config.oldSecretKeys].map((key) => key.toLowerCase())
  if (given.includes(keys[0]!)) return
  throw new KyozoError('config_invalid', 'KYOZO_SECRET_KEY is another key than the one that the backup was sealed with', {
    hint: 'unset it, and the key of the backup is written to the data directory; or add that key to KYOZO_OLD_SECRET_KEYS',
  })
}

async function assertRoom(folder: string, { unpackedBytes }: VerifiedBackup): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  // Indexes and PostgreSQL's own log come on top of the rows.
  if (bavail * bsize > 2 * unpackedBytes) return
  throw new KyozoError(
    'disk_full',
    `the backup unfolds to ${Math.ceil(unpackedBytes / 1024 ** 2)} MiB, and the disk has not twice as much`,
    {
      hint: 'free some room, or set KYOZO_DATA_DIR to a larger disk',
    },
  )
}

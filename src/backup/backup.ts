// `kyozo backup`: everything that cannot be made again, in one file, while kyozo runs or while it does not.
//
//   snapshot of the database → repositories pushed to kyozo → the list of parts
//
// The database comes first. A push stores its commits before the database speaks of them, so every commit of the snapshot is in the repositories that
// are read after it, and what came in between is found by kyozo's sweep after a restore.
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { PassThrough, type Writable } from 'node:stream'
import type { Config } from '../config.ts'
import { lockDataDir, processIn } from '../data-dir.ts'
import { asKyozoError, KyozoError } from '../errors.ts'
import { packRepository, readRepositoryRefs } from '../git/whole-repository.ts'
import type { Encryption } from '../secrets/age-stream.ts'
import { secretKeys } from '../secrets/keys.ts'
import { type OwnRepository, openSnapshot, type Snapshot, workspacesStillThere } from '../store/dump.ts'
import { runningEmbeddedUrl, startEmbeddedPostgres } from '../store/embedded.ts'
import { type BackupHead, formatVersion, headName, keysName, packPrefix, refsNameOf, rowsPrefix } from './format.ts'
import { type ArchiveWriter, writeArchive } from './write-archive.ts'

export interface BackupOptions {
  /** The version of this kyozo. */
  readonly version: string
  /** Default is none: then the file holds the secret key as it is. */
  readonly encryption?: Encryption | undefined
}

export interface BackedUp {
  readonly instance: string
  readonly tables: number
  readonly repositories: number
  /** Workspaces that were deleted while the backup was made, and their repositories with them. */
  readonly deleted: readonly string[]
  /** Workspaces whose repository is not in this data directory, and so not in the backup: it lies with another process, or the folder is the wrong one. */
  readonly absent: readonly string[]
  /** Volumes of services: they are the engine's, and not in the backup. */
  readonly volumes: readonly string[]
}

export async function backUp(config: Config, target: Writable, { version, encryption }: BackupOptions): Promise<BackedUp> {
  const store = await openStore(config)
  const archive = writeArchive(target, encryption)
  try {
    const snapshot = await writeDatabase(archive, store.url, { config, version })
    const missing: OwnRepository[] = []
    for (const repository of snapshot.repositories)
      if (!(await writeRepository(archive, config.dataDir, repository))) missing.push(repository)
    await archive.finish(snapshot.sequences)
    const { instance, tables, volumes } = snapshot
    const repositories = snapshot.repositories.length - missing.length
    return { instance, tables: tables.length, repositories, ...(await whyMissing(store.url, missing)), volumes }
  } catch (error) {
    await archive.abort(asKyozoError(error))
    throw error
  } finally {
    await store.close()
  }
}

async function writeDatabase(
  archive: ArchiveWriter,
  url: string,
  { config, version }: { readonly config: Config; readonly version: string },
): Promise<Snapshot> {
  const snapshot = await openSnapshot(url)
  try {
    const { instance, migrations, tables } = snapshot
    const head: BackupHead = {
      format: formatVersion,
      kyozo: version,
      createdAt: new Date().toISOString(),
      instance,
      migrations: [...migrations],
      tables: tables.map(({ name, columns }) => ({ name, columns: [...columns] })),
    }
    await archive.whole(headName, head)
    await archive.whole(keysName, await keyFile(config))
    for (const table of tables) await archive.parts(rowsPrefix(table.name), snapshot.rows(table))
    return snapshot
  } finally {
    await snapshot.close()
  }
}

/** As `secret.key` has them: the first seals, all open. */
async function keyFile(config: Config): Promise<Buffer> {
  // A new key, made because the folder is the wrong one, would open nothing.
  if (config.secretKey === undefined && !(await isThere(path.join(config.dataDir, 'secret.key'))))
    throw new KyozoError('config_invalid', `there is no secret key in ${config.dataDir}`, {
      hint: 'set KYOZO_DATA_DIR to the data directory of the kyozo that uses this database, or KYOZO_SECRET_KEY to its key',
    })
  const { active, older } = await secretKeys(config.dataDir, { active: config.secretKey, older: config.oldSecretKeys })
  return Buffer.from([active, ...older].map((key) => `${key.toString('hex')}\n`).join(''))
}

/** False when it is not here. */
async function writeRepository(archive: ArchiveWriter, dataDir: string, { workspaceId, home, commits }: OwnRepository): Promise<boolean> {
  const gitDir = path.join(dataDir, 'mirrors', `${workspaceId}.git`)
  if (!(await isThere(path.join(gitDir, 'HEAD')))) return false
  const refs = await readRepositoryRefs(gitDir)
  // What was only fetched from the process that has it holds single commits and no branch.
  const isFetched = home !== null && home !== (await processIn(dataDir)) && !refs.refs.some(([name]) => name.startsWith('refs/heads/'))
  if (isFetched) return false
  await archive.whole(refsNameOf(workspaceId), refs)
  const pack = new PassThrough()
  // What a branch has left behind by now may be what is live.
  const packing = packRepository(gitDir, [...refs.refs.map(([, sha]) => sha), ...commits], pack).then(
    () => pack.end(),
    (error: Error) => pack.destroy(error),
  )
  await archive.parts(packPrefix(workspaceId), pack)
  await packing
  return true
}

/** A workspace that nobody has pushed to yet has no repository, and misses none. */
async function whyMissing(url: string, missing: readonly OwnRepository[]): Promise<Pick<BackedUp, 'deleted' | 'absent'>> {
  if (missing.length === 0) return { deleted: [], absent: [] }
  const there = await workspacesStillThere(
    url,
    missing.map(({ workspaceId }) => workspaceId),
  )
  const names = (some: readonly OwnRepository[]) => some.map(({ name }) => name)
  return {
    deleted: names(missing.filter(({ workspaceId }) => !there.has(workspaceId))),
    absent: names(missing.filter(({ workspaceId, home, commits }) => there.has(workspaceId) && (home !== null || commits.length > 0))),
  }
}

interface Store {
  readonly url: string
  close(): Promise<void>
}

/** The database of the kyozo that runs; when none runs, the embedded one is started for as long as it takes. */
async function openStore(config: Config): Promise<Store> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, close: async () => undefined }
  const folder = path.join(config.dataDir, 'postgres')
  if (!(await isThere(path.join(folder, 'data', 'PG_VERSION'))))
    throw new KyozoError('config_invalid', `there is no kyozo in ${config.dataDir}`, {
      hint: 'set KYOZO_DATA_DIR to its data directory, or DATABASE_URL to its database',
    })
  const dataDir = await lockDataDir(config.dataDir).catch((error: unknown) => {
    if (asKyozoError(error).code !== 'data_dir_locked') throw error
    return undefined
  })
  if (dataDir === undefined) return { url: await runningEmbeddedUrl(folder), close: async () => undefined }
  try {
    const embedded = await startEmbeddedPostgres(folder)
    return { url: embedded.url, close: () => embedded.close().finally(() => dataDir.unlock()) }
  } catch (error) {
    await dataDir.unlock()
    throw error
  }
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

// The parts of a verified backup to where they belong, in the order of the file: rows into tables, packs into repositories.
import { once } from 'node:events'
import path from 'node:path'
import { PassThrough, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { makeRepository, type RepositoryRefs } from '../git/whole-repository.ts'
import type { Decryption } from '../secrets/age-stream.ts'
import { type Loading, startLoading } from '../store/load.ts'
import { type PartName, refsSchema } from './format.ts'
import { invalid, parse, readArchive, type VerifiedBackup } from './read-archive.ts'

export interface BackupSource {
  readonly backup: VerifiedBackup
  readonly file: string
  readonly decryption: Decryption
}

export interface Destination {
  readonly url: string
  /** An empty folder for the repositories. */
  readonly mirrors: string
  /** Called when all files are there, before the database is made whole. */
  keep(keys: readonly string[]): Promise<void>
}

/** The database holds everything or nothing. */
export async function writeBack({ backup, file, decryption }: BackupSource, { url, mirrors, keep }: Destination): Promise<void> {
  const loading = await startLoading(url, backup.head)
  let sink: Sink | undefined
  let keys: readonly string[] | undefined
  try {
    for await (const { name, content } of readArchive(file, decryption)) {
      const target = targetOf(name)
      if (sink !== undefined && sink.target !== target) {
        await sink.close()
        sink = undefined
      }
      if (name.kind === 'keys') keys = readKeys(content)
      if (name.kind === 'refs') sink = repositorySink(mirrors, name.workspaceId, parse(refsSchema, content, 'refs.json'))
      if (name.kind === 'rows') sink ??= tableSink(loading, backup, name.table)
      if (name.kind === 'rows' || name.kind === 'pack') await sink?.write(content)
    }
    if (keys === undefined) throw invalid('the secret key is missing')
    await keep(keys)
    await loading.finish(backup.sequences)
  } finally {
    sink?.abandon()
    await loading.close()
  }
}

/** What rows or a pack are being written to. */
interface Sink {
  readonly target: string
  write(content: Buffer): Promise<void>
  close(): Promise<void>
  abandon(): void
}

function targetOf(name: PartName): string {
  if (name.kind === 'rows') return `table ${name.table}`
  return name.kind === 'refs' || name.kind === 'pack' ? `mirror ${name.workspaceId}` : name.kind
}

function tableSink(loading: Loading, { head }: VerifiedBackup, table: string): Sink {
  const shape = head.tables.find(({ name }) => name === table)
  if (shape === undefined) throw invalid(`its rows of ${table} belong to no table`)
  const stream = loading.into(shape)
  return { target: `table ${table}`, ...fed(stream, finished(stream)) }
}

/** Git reads the pack as it comes; a repository without a commit has none. */
function repositorySink(mirrors: string, workspaceId: string, refs: RepositoryRefs): Sink {
  const gitDir = path.join(mirrors, `${workspaceId}.git`)
  let pack: ReturnType<typeof fed> | undefined
  return {
    target: `mirror ${workspaceId}`,
    async write(content) {
      if (pack === undefined) {
        const stream = new PassThrough()
        pack = fed(stream, makeRepository(gitDir, refs, stream))
      }
      await pack.write(content)
    },
    close: async () => (pack === undefined ? makeRepository(gitDir, refs, undefined) : pack.close()),
    abandon: () => pack?.abandon(),
  }
}

function fed(stream: Writable, ended: Promise<unknown>) {
  // Heard of by whoever writes next, or closes.
  ended.catch(() => undefined)
  return {
    async write(content: Buffer) {
      if (!stream.write(content)) await Promise.race([once(stream, 'drain'), ended])
    },
    async close() {
      stream.end()
      await ended
    },
    abandon: () => void stream.destroy(),
  }
}

function readKeys(content: Buffer): readonly string[] {
  const keys = content
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
  if (keys.length === 0 || !keys.every((key) => /^[0-9a-f]{64}$/.test(key))) throw invalid('its secret key is none')
  return keys
}

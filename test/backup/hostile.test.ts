// Files that are no whole backup, by accident or on purpose: each is refused in words, and nothing is written, neither outside nor inside.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { restore } from '../../src/backup/restore.ts'
import { readConfig } from '../../src/config.ts'
import { newId } from '../../src/ids.ts'
import { migrationNames } from '../../src/store/migrate.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-hostile-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

type Part = readonly [name: string, content: string | Buffer, header?: Partial<Header>]

const head = async (change: object = {}): Promise<Part> => [
  'kyozo-backup.json',
  JSON.stringify({
    format: 1,
    kyozo: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    instance: newId(),
    migrations: await migrationNames(),
    tables: [{ name: 'teams', columns: ['id'] }],
    ...change,
  }),
]
const keys: Part = ['keys', `${'0123456789abcdef'.repeat(4)}\n`]
const rows: Part = ['database/teams/000000', 'a\nb\n']

/** The list of parts as a true backup has it. */
function listOf(parts: readonly Part[]): Part {
  const listed = parts.map(([name, content]) => ({
    name,
    size: Buffer.from(content).length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  return ['manifest.json', JSON.stringify({ parts: listed, sequences: {} })]
}

async function archive(parts: readonly Part[]): Promise<Buffer> {
  const tar = pack()
  for (const [name, content, header] of parts) tar.entry({ name, ...header }, Buffer.from(content))
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

async function whole(...parts: readonly Part[]): Promise<Buffer> {
  return archive([...parts, listOf(parts)])
}

let count = 0

/** What restoring says, and everything that is on the disk after it. */
async function refusal(
  content: Buffer | string,
): Promise<{ readonly code: string; readonly message: string; readonly written: readonly string[] }> {
  const place = path.join(folder, `case-${count++}`)
  const file = typeof content === 'string' ? content : `${place}.backup`
  if (typeof content !== 'string') await writeFile(file, content)
  const config = readConfig({ KYOZO_DATA_DIR: path.join(place, 'data') })
  const failure = (await restore(config, file, { identities: [] }).catch((error: unknown) => error)) as { code: string; message: string }
  const written = await readdir(place, { recursive: true }).catch(() => [])
  return { code: failure.code, message: failure.message, written }
}

const strangers: readonly (readonly [what: string, part: Part])[] = [
  ['a file above the folder', ['../evil', 'x']],
  ['an absolute file', ['/etc/cron.d/evil', 'x']],
  ['a file of its own choice', ['mirrors/evil/hooks/post-receive', 'x']],
  ['a link', ['database/teams/000001', '', { type: 'symlink', linkname: '/etc/passwd' }]],
  ['a hard link', ['database/teams/000001', '', { type: 'link', linkname: '/etc/passwd' }]],
  ['a device', ['database/teams/000001', '', { type: 'character-device', devmajor: 1, devminor: 3 }]],
  ['a pipe', ['database/teams/000001', '', { type: 'fifo' }]],
  ['a folder', ['database/teams/', '', { type: 'directory' }]],
]

it.each(strangers)('with %s is refused', async (_, part) => {
  const parts = [await head(), keys, rows, part]
  expect(await refusal(await whole(...parts))).toEqual({
    code: 'backup_invalid',
    message: expect.stringContaining('does not belong into a backup'),
    written: [],
  })
})

const lostPart = async () => {
  const first = await head()
  return archive([first, rows, listOf([first, keys, rows])])
}

it.each<readonly [what: string, make: () => Promise<Buffer>, words: string]>([
  ['is empty', async () => Buffer.alloc(0), 'unexpected end of file'],
  ['is something else', async () => Buffer.from('#!/bin/sh\nrm -rf /\n'), 'incorrect header check'],
  ['is cut off', async () => (await whole(await head(), keys, rows)).subarray(0, -40), 'unexpected end of file'],
  ['lost its end', async () => archive([await head(), keys, rows]), 'it is cut off: the list of its parts is missing'],
  ['lost a part', lostPart, 'is not where the list of parts has it'],
  ['has a part twice', async () => whole(await head(), keys, rows, rows), 'is in it twice'],
  ['goes on after its end', async () => archive([await head(), listOf([]), rows]), 'follows the list of parts'],
  ['begins with something else', async () => whole(keys, await head()), 'it does not begin with kyozo-backup.json'],
  ['says nothing of itself', async () => whole(['kyozo-backup.json', '{}']), 'is not what kyozo writes'],
  ['is of a newer format', async () => whole(await head({ format: 2 })), 'the backup has format 2, and this kyozo reads format 1'],
])('one that %s is refused', async (_, make, words) => {
  expect(await refusal(await make())).toEqual({ code: 'backup_invalid', message: expect.stringContaining(words), written: [] })
})

it('one in which a single bit was changed is refused', async () => {
  const tar = gunzipSync(await whole(await head(), keys, rows))
  const at = tar.indexOf('a\nb\n')
  tar[at] = tar[at]! ^ 1
  expect(await refusal(gzipSync(tar))).toEqual({
    code: 'backup_invalid',
    message: expect.stringContaining('database/teams/000000 was changed: its checksum is another'),
    written: [],
  })
})

it('a bomb is refused before it unfolds', async () => {
  const file = path.join(folder, 'bomb.backup')
  const tar = pack()
  const written = pipeline(tar as unknown as NodeJS.ReadableStream, createGzip(), createWriteStream(file))
  const zeros = Buffer.alloc(32 * 1024 ** 2)
  for (let part = 0; part < 12; part++)
    await new Promise<void>((resolve, reject) => {
      const name = part === 0 ? 'kyozo-backup.json' : `database/teams/${String(part).padStart(6, '0')}`
      tar.entry({ name }, part === 0 ? Buffer.from(headText) : zeros, (error) => (error ? reject(error) : resolve()))
    })
  tar.finalize()
  await written
  expect((await readFile(file)).length).toBeLessThan(2 * 1024 ** 2)
  expect(await refusal(file)).toEqual({
    code: 'backup_invalid',
    message: expect.stringContaining('unfolds to more than 100 times its size'),
    written: [],
  })
})

const headText = String((await head())[1])

it('one of a newer database is refused', async () => {
  const migrations = [...(await migrationNames()), '9999_from_the_future']
  expect(await refusal(await whole(await head({ migrations }), keys, rows))).toEqual({
    code: 'backup_invalid',
    message: 'the backup was made by another version of kyozo: its database has 9999_from_the_future',
    written: [],
  })
})

// Reads a backup file that may be anything: cut off, changed, or made to do harm. Nothing of it reaches the disk here, and no name in it is a path.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import type { z } from 'zod'
import { KyozoError } from '../errors.ts'
import { ageHeader, type Decryption, decrypted } from '../secrets/age-stream.ts'
import {
  type BackupHead,
  formatSchema,
  formatVersion,
  headName,
  headSchema,
  largestPartBytes,
  type Manifest,
  manifestName,
  manifestSchema,
  type PartName,
  readPartName,
} from './format.ts'

export interface ArchivePart {
  readonly name: PartName
  readonly content: Buffer
}

/** Rows and packs unfold to a few times their size; what unfolds to more was made to fill a disk. */
const largestRatio = 100
const ratioFloorBytes = 256 * 1024 ** 2

export interface VerifiedBackup {
  readonly head: BackupHead
  readonly sequences: Manifest['sequences']
  readonly workspaceIds: readonly string[]
  readonly unpackedBytes: number
}

/** Reads the whole file once. Throws `backup_invalid` unless every part is there, in order, and as it was written. */
export async function verifyArchive(file: string, decryption: Decryption): Promise<VerifiedBackup> {
  let head: BackupHead | undefined
  let manifest: Manifest | undefined
  const found: Manifest['parts'] = []
  const workspaceIds: string[] = []
  for await (const { name, text, content } of readEntries(file, decryption)) {
    if (manifest !== undefined) throw invalid(`${text} follows the list of parts`)
    if ((found.length === 0) !== (name.kind === 'head')) throw invalid(`it does not begin with ${headName}`)
    if (name.kind === 'head') head = readHead(content)
    if (name.kind === 'refs') workspaceIds.push(name.workspaceId)
    if (name.kind === 'manifest') manifest = parse(manifestSchema, content, manifestName)
    else found.push({ name: text, size: content.length, sha256: createHash('sha256').update(content).digest('hex') })
  }
  if (head === undefined || manifest === undefined) throw invalid('it is cut off: the list of its parts is missing')
  compare(manifest.parts, found)
  const unpackedBytes = found.reduce((sum, { size }) => sum + size, 0)
  return { head, sequences: manifest.sequences, workspaceIds, unpackedBytes }
}

function readHead(content: Buffer): BackupHead {
  const { format } = parse(formatSchema, content, headName)
  if (format > formatVersion)
    throw new KyozoError('backup_invalid', `the backup has format ${format}, and this kyozo reads format ${formatVersion}`, {
      hint: 'restore it with the version that made it, or a newer one',
    })
  return parse(headSchema, content, headName)
}

function compare(listed: Manifest['parts'], found: Manifest['parts']): void {
  for (const [at, part] of found.entries()) {
    const wanted = listed[at]
    if (wanted?.name !== part.name) throw invalid(`${part.name} is not where the list of parts has it`)
    if (wanted.size !== part.size || wanted.sha256 !== part.sha256) throw invalid(`${part.name} was changed: its checksum is another`)
  }
  if (listed.length > found.length) throw invalid(`${listed[found.length]?.name} is missing`)
}

/** The parts once more, each checked against what was verified. */
export async function* readArchive(file: string, decryption: Decryption): AsyncGenerator<ArchivePart> {
  for await (const { name, content } of readEntries(file, decryption)) yield { name, content }
}

interface Entry extends ArchivePart {
  readonly text: string
}

async function* readEntries(file: string, decryption: Decryption): AsyncGenerator<Entry> {
  const { size } = await stat(file)
  const source = await unsealed(file, decryption)
  const tar = extract()
  const piped = pipeline(source, createGunzip(), bounded(size), tar as unknown as NodeJS.WritableStream)
  piped.catch((error: Error) => tar.destroy(error))
  const seen = new Set<string>()
  try {
    for await (const entry of tar) {
      const { name: text, type, size: bytes = 0 } = entry.header
      const name = readPartName(text)
      if (type !== 'file' || name === undefined)
        throw invalid(`${JSON.stringify(text.slice(0, 200))} (${type}) does not belong into a backup`)
      if (seen.has(text)) throw invalid(`${text} is in it twice`)
      if (bytes > largestPartBytes) throw invalid(`${text} is larger than any part of a backup`)
      seen.add(text)
      yield { name, text, content: await contentOf(entry) }
    }
    await piped
  } catch (error) {
    throw error instanceof KyozoError ? error : invalid(error instanceof Error ? error.message : String(error), error)
  } finally {
    tar.destroy()
    source.destroy()
    await piped.catch(() => undefined)
  }
}

async function contentOf(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of entry) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The file's bytes, opened where it is encrypted. */
async function unsealed(file: string, decryption: Decryption): Promise<Readable> {
  const source = createReadStream(file)
  if (!(await isSealed(file))) return source
  if (decryption.identities.length === 0 && decryption.passphrase === undefined) {
    source.destroy()
    throw new KyozoError('secret_unreadable', 'the backup is encrypted', {
      hint: 'give --identity <file>, or --passphrase-file <file>, as it was made with',
    })
  }
  return decrypted(source, decryption)
}

async function isSealed(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ageHeader.length), 0, ageHeader.length, 0)
    return buffer.subarray(0, bytesRead).toString('latin1') === ageHeader
  } finally {
    await handle.close()
  }
}

function bounded(fileBytes: number): Transform {
  const most = Math.max(ratioFloorBytes, fileBytes * largestRatio)
  let total = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length
      done(total > most ? invalid(`it unfolds to more than ${largestRatio} times its size`) : null, chunk)
    },
  })
}

export function parse<T>(schema: z.ZodType<T>, content: Buffer, name: string): T {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw invalid(`${name} is no JSON`, error)
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw invalid(`${name} is not what kyozo writes: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}`)
}

export function invalid(why: string, cause?: unknown): KyozoError {
  return new KyozoError('backup_invalid', `this is no whole backup of kyozo: ${why}`, {
    hint: 'nothing was changed; copy the file again from where it was made, or use another one',
    cause,
  })
}

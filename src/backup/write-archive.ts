// Writes a backup file, part by part: whatever the size of what is backed up, a few parts of it are in memory.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { type Encryption, encrypted } from '../secrets/age-stream.ts'
import { type Manifest, manifestName, partBytes } from './format.ts'

export interface ArchiveWriter {
  whole(name: string, content: Buffer | object): Promise<void>
  /** Cuts the stream into parts `<prefix>000000`, `<prefix>000001` and so on. */
  parts(prefix: string, content: Readable): Promise<void>
  /** The list of parts goes last; the file is complete when this resolves. */
  finish(sequences: Manifest['sequences']): Promise<void>
  abort(error: Error): Promise<void>
}

/** Quick to make; rows and packs shrink by little more at higher levels. */
const gzipLevel = 4

export function writeArchive(target: Writable, encryption: Encryption | undefined): ArchiveWriter {
  const tar = pack()
  const written = send(Readable.from(tar), target, encryption)
  // Whoever writes the next part hears of a target that failed; until then nobody listens.
  const failed = written.then(() => new Promise<never>(() => undefined))
  failed.catch(() => undefined)
  const parts: Manifest['parts'] = []
  const add = async (name: string, content: Buffer) => {
    parts.push({ name, size: content.length, sha256: createHash('sha256').update(content).digest('hex') })
    const entry = new Promise<void>((resolve, reject) => {
      tar.entry({ name, mode: 0o600, uid: 0, gid: 0, mtime: new Date(0) }, content, (error) => (error ? reject(error) : resolve()))
    })
    await Promise.race([entry, failed])
  }
  const whole = (name: string, content: Buffer | object) => add(name, Buffer.isBuffer(content) ? content : json(content))
  return {
    whole,
    async parts(prefix, content) {
      let at = 0
      // Nobody waits for content that has nowhere to go.
      failed.catch((error: Error) => content.destroy(error))
      for await (const part of inParts(content)) await add(`${prefix}${String(at++).padStart(6, '0')}`, part)
    },
    async finish(sequences) {
      await whole(manifestName, { parts: [...parts], sequences } satisfies Manifest)
      tar.finalize()
      await written
    },
    async abort(error) {
      tar.destroy(error)
      await written.catch(() => undefined)
    },
  }
}

async function send(tar: Readable, target: Writable, encryption: Encryption | undefined): Promise<void> {
  const gzip = createGzip({ level: gzipLevel })
  if (encryption === undefined) return pipeline(tar, gzip, target)
  const compressed = new PassThrough()
  const packed = pipeline(tar, gzip, compressed)
  packed.catch(() => undefined)
  await pipeline(await encrypted(compressed, encryption), target)
  await packed
}

async function* inParts(content: Readable): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let size = 0
  for await (const chunk of content as AsyncIterable<Buffer>) {
    let rest = chunk
    while (size + rest.length >= partBytes) {
      const taken = rest.subarray(0, partBytes - size)
      yield Buffer.concat([...waiting, taken])
      rest = rest.subarray(taken.length)
      waiting = []
      size = 0
    }
    if (rest.length > 0) waiting.push(rest)
    size += rest.length
  }
  if (size > 0) yield Buffer.concat(waiting)
}

function json(content: object): Buffer {
  return Buffer.from(`${JSON.stringify(content)}\n`)
}

/** Waits until a stream takes more. */
export async function writeTo(stream: Writable, content: Buffer): Promise<void> {
  if (!stream.write(content)) await once(stream, 'drain')
}

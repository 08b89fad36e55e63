// A build context as a tar stream made from Git objects: no work tree, fixed times and owners, so that the same inputs give the same bytes.
import { Readable } from 'node:stream'
import { type Pack, pack } from 'tar-stream'
import { KyozoError } from '../errors.ts'
import type { ObjectReader, TreeListing } from './objects.ts'

/** Small blobs are loaded this many at once, larger ones alone: it bounds memory while the builder reads slowly. */
const batchFiles = 128
const smallFileBytes = 512 * 1024
/** A larger file in a build context is data that belongs elsewhere. */
const fileLimitBytes = 256 * 1024 ** 2
/** Together with the file limit it keeps a push from filling the builder's disk. */
const contextLimitBytes = 1024 ** 3

export interface ContextRequest {
  readonly listing: TreeListing
  /** The context's root folder, `"."` for the repository's. */
  readonly context: string
  /** Paths from the repository's root, all below the context. */
  readonly files: readonly string[]
  /** The Dockerfile's text; it is sent as `Dockerfile.kyozo`. */
  readonly dockerfile: string
}

/** The stream ends with an error when a blob is missing or a limit is passed. */
export function buildContext(reader: ObjectReader, request: ContextRequest): Readable {
  const tar = pack()
  void writeContext(reader, request, tar).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error as Error),
  )
  return Readable.from(tar)
}

async function writeContext(reader: ObjectReader, request: ContextRequest, tar: Pack): Promise<void> {
  await entry(tar, { name: 'Dockerfile.kyozo', mode: 0o644 }, Buffer.from(request.dockerfile))
  // A submodule has no content here; its folder is simply absent, as in a clone that did not fetch it.
  const files = request.files.flatMap((path) => {
    const found = request.listing.entries.get(path)
    return found === undefined || found.mode === '160000' ? [] : [{ path, ...found }]
  })
  let left = contextLimitBytes
  for (let at = 0; at < files.length; at += batchFiles) {
    const batch = files.slice(at, at + batchFiles)
    const small = await reader.readBlobs([...new Set(batch.map((file) => file.oid))], smallFileBytes)
    for (const file of batch) {
      const content = small.get(file.oid) ?? (await readLarge(reader, file.path, file.oid))
      left -= content.length
      if (left < 0) throw tooLarge(`the build context of ${request.context} is larger than ${contextLimitBytes / 1024 ** 2} MiB`)
      const name = request.context === '.' ? file.path : file.path.slice(request.context.length + 1)
      if (file.mode === '120000') await link(tar, name, content.toString('utf8'))
      else await entry(tar, { name, mode: file.mode === '100755' ? 0o755 : 0o644 }, content)
    }
  }
}

async function readLarge(reader: ObjectReader, path: string, oid: string): Promise<Buffer> {
  const content = (await reader.readBlobs([oid], fileLimitBytes)).get(oid)
  if (!content) throw tooLarge(`${path} is larger than ${fileLimitBytes / 1024 ** 2} MiB, more than one file of a build context may be`)
  return content
}

function tooLarge(message: string): KyozoError {
  return new KyozoError('repository_too_large', message, {
    hint: 'list what the build does not need in .dockerignore, or keep data out of the repository',
  })
}

function entry(tar: Pack, header: { name: string; mode: number }, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ ...header, mtime: epoch, uid: 0, gid: 0 }, content, (error) => (error ? reject(error) : resolve()))
  })
}

/** A link that leaves the context is sent as it is: the builder resolves links inside the context only. */
function link(tar: Pack, name: string, linkname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ name, type: 'symlink', linkname, mtime: epoch, uid: 0, gid: 0 }, (error) => (error ? reject(error) : resolve()))
  })
}

const epoch = new Date(0)

// A dump of the ruling branch's tree, byte by byte and unpacked, within limits: whoever may push to that branch is trusted, a slip of theirs is likely.
import { createGunzip } from 'node:zlib'
import { KyozoError } from '../../errors.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import type { CommitRead } from '../pull-requests/ruling.ts'

/** The largest file that is taken; hosts refuse 100 MB. */
const fileLimitBytes = 64 * 1024 * 1024

export interface Dump {
  readonly seed: PlannedSeed
  readonly path: string
  readonly bytes: Buffer
}

/** Git LFS commits a few lines in a file's place. */
const pointer = 'version https://git-lfs.github.com/spec/'

/** Throws `seed_failed`. */
export async function readDump(
  { workspace }: Attempt,
  kyozo: Kyozo,
  { seed, ruling }: { readonly seed: PlannedSeed; readonly ruling: Pick<CommitRead, 'listing'> },
): Promise<Dump> {
  const path = 'dump' in seed.from ? seed.from.dump : ''
  const oid = ruling.listing.entries.get(path)?.oid ?? ''
  const reader = await kyozo.mirrors.reader(workspace.id)
  const bytes = (await reader.readBlobs([oid], fileLimitBytes)).get(oid)
  if (bytes == null)
    throw unusable(seed, `it has more than ${fileLimitBytes / 1024 / 1024} MiB`, 'commit a smaller dump, or pack it: db/seed.sql.gz')
  if (bytes.subarray(0, pointer.length).toString('latin1') === pointer)
    throw unusable(seed, 'it is kept in Git LFS, and only a few lines stand in its place', 'commit the file itself')
  return { seed, path, bytes }
}

const pieceBytes = 64 * 1024

/** Fails with `seed_failed` where what is packed is broken. */
export async function* dumpBytes({ seed, path, bytes }: Dump): AsyncGenerator<Buffer> {
  if (!path.endsWith('.gz')) {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
    return
  }
  const gunzip = createGunzip()
  gunzip.end(bytes)
  try {
    yield* gunzip as AsyncIterable<Buffer>
  } catch (error) {
    throw unusable(seed, `it is no whole gzip file (${(error as Error).message})`, 'pack it again, and look at it with `gzip --test`')
  }
}

function unusable({ service, source }: PlannedSeed, why: string, hint: string): KyozoError {
  return new KyozoError('seed_failed', `${service} cannot be seeded from ${source}: ${why}`, { service, hint })
}

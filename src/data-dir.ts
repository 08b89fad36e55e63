// The data directory and its one lock: a socket that the system closes when its holder dies, so that no stale lock is ever left.
import { createHash } from 'node:crypto'
import { chmod, mkdir, realpath, statfs } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { KyozoError } from './errors.ts'

export interface DataDir {
  readonly path: string
  /** The same for every kyozo that uses this directory of this machine. */
  readonly key: string
  unlock(): Promise<void>
}

/** Makes the directory, readable by its owner alone, and locks it. Throws `data_dir_locked` when another kyozo uses it. */
export async function lockDataDir(folder: string): Promise<DataDir> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o711)
  const real = await realpath(folder)
  const key = createHash('sha256').update(real).digest('hex').slice(0, 16)
  // Linux has names that exist only while somebody listens on them; elsewhere it is a file.
  const address = process.platform === 'linux' ? `\0kyozo-${key}` : path.join(tmpdir(), `kyozo-${key}.sock`)
  const server = await listen(address, real)
  return { path: real, key, unlock: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** Below it a database can no longer be trusted to write, and a build fails in the middle. */
const leastFreeBytes = 512 * 1024 ** 2

/** Throws `disk_full` when the file system of the directory has next to no room left. */
export async function assertFreeSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= leastFreeBytes) return
  throw new KyozoError(
    'disk_full',
    `${Math.floor(free / 1024 ** 2)} MiB are free where kyozo keeps its data, and it needs ${leastFreeBytes / 1024 ** 2}`,
    {
      hint: 'remove what is not needed from that disk, or move KYOZO_DATA_DIR to another',
    },
  )
}

function listen(address: string, folder: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy())
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new KyozoError('data_dir_locked', `another kyozo uses ${folder}`, {
          hint: 'stop it, or set KYOZO_DATA_DIR to a folder of its own',
          cause: error,
        }),
      )
    })
    server.listen(address, () => {
      server.unref()
      resolve(server)
    })
  })
}

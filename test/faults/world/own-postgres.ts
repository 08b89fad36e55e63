// A PostgreSQL of a lane's own, behind a proxy: it can be stopped, killed and cut off, and keeps its data and its address.
import { chmod, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/store/embedded.ts'
import { type ChaosProxy, startChaosProxy } from '../../support/chaos-proxy.ts'

export interface OwnPostgres {
  /** Through the proxy: what kyozo is given. */
  readonly url: string
  readonly password: string
  readonly proxy: ChaosProxy
  /** Asks the server itself, past the proxy. */
  query<T extends object>(text: string, values?: readonly unknown[]): Promise<readonly T[]>
  start(): Promise<void>
  /** As `pg_ctl stop -m fast`. */
  stop(): Promise<void>
  /** SIGKILL of the server, as a power cut of it alone; it recovers at the next start. */
  kill(): Promise<void>
  isRunning(): boolean
  remove(): Promise<void>
}

export async function startOwnPostgres(parent: string): Promise<OwnPostgres> {
  const folder = path.join(parent, 'postgres')
  await mkdir(folder)
  await chmod(parent, 0o711)
  let server: EmbeddedPostgres | undefined = await startEmbeddedPostgres(folder)
  let direct = server.url
  let pool = openPool(direct)
  const proxy = await startChaosProxy({ target: () => Number(new URL(direct).port) })
  const end = async (how: (mine: EmbeddedPostgres) => Promise<void>) => {
    const mine = server
    if (mine === undefined) return
    server = undefined
    await pool.end()
    await how(mine)
  }
  const behind = new URL(direct)
  behind.host = `127.0.0.1:${proxy.port}`
  return {
    url: behind.href,
    password: behind.password,
    proxy,
    query: async (text, values = []) => (await pool.query(text, [...values])).rows,
    async start() {
      if (server !== undefined) return
      server = await startEmbeddedPostgres(folder)
      direct = server.url
      pool = openPool(direct)
    },
    stop: () => end((mine) => mine.close()),
    kill: () =>
      end(async (mine) => {
        const pid = Number((await readFile(path.join(folder, 'data/postmaster.pid'), 'utf8')).split('\n')[0])
        process.kill(pid, 'SIGKILL')
        await mine.close()
      }),
    isRunning: () => server !== undefined,
    async remove() {
      await end((mine) => mine.close())
      await proxy.close()
    },
  }
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 3 })
  // One that breaks while nobody uses it is replaced at the next question.
  pool.on('error', () => undefined)
  return pool
}

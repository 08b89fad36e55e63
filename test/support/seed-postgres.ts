// An embedded PostgreSQL's folder as it is when every migration has run and nobody has used it: what the first start of a kyozo would make. Made once
// for all tests, so that they wait for that a few times instead of a hundred.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openQueue } from '../../src/queue/queue.ts'
import { migrate, openDatabase } from '../../src/store/database.ts'
import { startEmbeddedPostgres } from '../../src/store/embedded.ts'

const run = promisify(execFile)
const variable = 'KYOZO_TEST_SEED_POSTGRES'
const silent = { warn: () => undefined, info: () => undefined, error: () => undefined } as never

/** For every process that this one starts. */
export async function makeSeed(folder: string): Promise<void> {
  const server = await startEmbeddedPostgres(folder)
  const { db, close } = await openDatabase(server.url, 'kyozo seed')
  await migrate(db)
  await close()
  await (await openQueue(server.url, silent)).close()
  await server.close()
  process.env[variable] = folder
}

/** False where there is none: then the first start makes it all. */
export async function copySeed(folder: string): Promise<boolean> {
  const seed = process.env[variable]
  if (seed === undefined) return false
  await run('cp', ['--archive', '--reflink=auto', seed, folder])
  return true
}

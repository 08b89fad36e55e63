// kyozo's whole HTTP surface as npm start wires it, in the test's own process and on its own database, without a worker: nothing is deployed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { type Serving, startServing } from '../../src/serve/serve.ts'
import { type Database, migrate, openDatabase } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { emptyDatabaseUrl } from './database.ts'
import { adminToken, freePort } from './kyozo.ts'

export interface Served {
  readonly url: string
  readonly db: Database
  /** The team of the admin token and the first person. */
  readonly teamId: string
  readonly firstPerson: NonNullable<Serving['firstPerson']>
}

/** Stops after the file's last test. */
export async function serveHere(environment: Readonly<Record<string, string>> = {}): Promise<Served> {
  const databaseUrl = await emptyDatabaseUrl()
  const { db, close } = await openDatabase(databaseUrl, 'kyozo test')
  await migrate(db)
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-data-'))
  const port = await freePort()
  const serving = await startServing(
    readConfig({
      DATABASE_URL: databaseUrl,
      KYOZO_DATA_DIR: dataDir,
      KYOZO_PORT: String(port),
      KYOZO_ROLE: 'web',
      KYOZO_ADMIN_TOKEN: adminToken,
      KYOZO_LOG_LEVEL: 'silent',
      ...environment,
    }),
  )
  afterAll(async () => {
    await serving.close()
    await close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return { url: `http://127.0.0.1:${port}`, db, teamId: await defaultTeam(db), firstPerson: serving.firstPerson! }
}

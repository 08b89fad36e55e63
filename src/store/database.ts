// The connection to PostgreSQL, and what every transaction may cost.
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { CamelCasePlugin, Kysely, PostgresDialect, type Transaction } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import pg from 'pg'
import { asKyozoError, KyozoError } from '../errors.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
/** A function that takes one may be called inside a transaction or outside. */
export type Executor = Database | Transaction<Tables>

/** A statement that runs longer holds others up; the longest legitimate one takes milliseconds. */
const statementTimeoutMs = 30_000
const lockTimeoutMs = 5_000
const idleInTransactionTimeoutMs = 60_000
/** Receivers, the API, workers and the sender together; PostgreSQL's own default allows 100. */
const poolSize = 20
/** A database that does not answer by then is away: the caller says 503. */
const connectTimeoutMs = 2_500
const oldestServer = 140_000

export interface OpenDatabase {
  readonly db: Database
  readonly url: string
  close(): Promise<void>
}

/** Connects and checks the server's version. Throws `store_unavailable` or `config_invalid`. */
export async function openDatabase(url: string, applicationName: string): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
  })
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  try {
    await checkServer(pool)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return { db, url, close: () => db.destroy() }
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const version = await pool
    .query<{ server_version_num: string; server_version: string }>(
      `select current_setting('server_version_num') as server_version_num, current_setting('server_version') as server_version`,
    )
    .catch((error: unknown) => {
      throw storeError(error)
    })
  const row = version.rows[0]
  if (Number(row?.server_version_num) < oldestServer) {
    throw new KyozoError('config_invalid', `DATABASE_URL points to PostgreSQL ${row?.server_version}, and kyozo needs 14 or newer`, {
      hint: 'upgrade the server, or unset DATABASE_URL to use the embedded one',
    })
  }
}

/** A failed statement as a KyozoError: an unreachable or overloaded server is `store_unavailable`, anything else is a defect. */
export function storeError(error: unknown): KyozoError {
  if (error instanceof KyozoError) return error
  const code = (error as { code?: string }).code ?? ''
  const message = error instanceof Error ? error.message : String(error)
  // 55P03: what it asks for is held by somebody else for too long, as during a long look at an environment.
  const isAway =
    /^(08|53|57P|55P03|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN)/.test(code) ||
    /timeout exceeded|Connection terminated|closed/.test(message)
  if (isAway) {
    return new KyozoError('store_unavailable', `PostgreSQL did not answer: ${message}`, {
      hint: 'check that the database runs and that DATABASE_URL is right',
      cause: error,
    })
  }
  return asKyozoError(error)
}

/** Brings the schema to this version. Several processes may call it at once: kysely takes a lock. */
export async function migrate(db: Database): Promise<void> {
  const { error, results } = await migratorOf(db).migrateToLatest()
  if (error === undefined) return
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the first migration'
  throw new KyozoError(
    'config_invalid',
    `the database could not be brought up to date: ${failed} failed: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: 'the database is as it was before that migration; report this with the message above',
      cause: error,
    },
  )
}

export function migratorOf(db: Database): Migrator {
  return new Migrator({
    db,
    provider: fileMigrations,
    migrationTableName: 'kyozo_migration',
    migrationLockTableName: 'kyozo_migration_lock',
  })
}

const migrationsFolder = new URL('../../migrations/', import.meta.url)

export const fileMigrations: MigrationProvider = {
  async getMigrations() {
    const names = (await readdir(fileURLToPath(migrationsFolder))).filter((name) => /^\d{4}_.*\.ts$/.test(name)).sort()
    const loaded = await Promise.all(
      names.map(async (name) => [name.replace(/\.ts$/, ''), (await import(new URL(name, migrationsFolder).href)) as Migration] as const),
    )
    return Object.fromEntries(loaded)
  },
}

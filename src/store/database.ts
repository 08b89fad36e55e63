// The connection to PostgreSQL, and what every transaction may cost.
import { CamelCasePlugin, Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { asKyozoError, KyozoError } from '../errors.ts'
import { lasting } from './connection.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
/** A function that takes one may be called inside a transaction or outside. */
export type Executor = Database | Transaction<Tables>

/** A statement that runs longer holds others up; the longest legitimate one takes milliseconds. */
const statementTimeoutMs = 30_000
const lockTimeoutMs = 5_000
/** Who stands still for longer has lost its lease (leases.ts), and must not keep its rows from whoever goes on. */
const idleInTransactionTimeoutMs = 30_000
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
    ...lasting,
  })
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  // So would one that dies while somebody has it and asks nothing, as within a transaction: the next question fails, and says so.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })
  const close = async () => {
    await db.destroy()
    // Nothing was asked through it yet: then it leaves the pool to whoever made it.
    if (!pool.ending) await pool.end()
  }
  try {
    await checkServer(pool)
  } catch (error) {
    await close()
    throw error
  }
  return { db, url, close }
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

/** The driver's own words, which have no code. A transaction whose end met a lost connection throws those of the question after it. */
const lostConnection =
  /timeout exceeded|timeout expired|Query read timeout|Connection terminated|closed|is not queryable|unexpected .* message from backend/

/** A failed statement as a KyozoError: an unreachable or overloaded server is `store_unavailable`, anything else is a defect. */
export function storeError(error: unknown): KyozoError {
  if (error instanceof KyozoError) return error
  const code = (error as { code?: string }).code ?? ''
  const message = error instanceof Error ? error.message : String(error)
  // 55P03: what it asks for is held by somebody else for too long, as during a long look at an environment; 40…: it lost against somebody else.
  const isAway = /^(08|40001|40P01|53|57P|55P03|ECONN|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN)/.test(code) || lostConnection.test(message)
  if (isAway) {
    return new KyozoError('store_unavailable', `PostgreSQL did not answer: ${message}`, {
      hint: 'check that the database runs and that DATABASE_URL is right',
      cause: error,
    })
  }
  return asKyozoError(error)
}

export { fileMigrations, migrate, migratorOf } from './migrate.ts'

/** What a part of a transaction did is taken back when it throws, and the transaction may go on. */
export async function wholly<Result>(trx: Executor, work: () => Promise<Result>): Promise<Result> {
  await sql`savepoint part`.execute(trx)
  try {
    return await work()
  } catch (error) {
    // Without a connection there is nothing to take back, and the failure itself says why.
    await sql`rollback to savepoint part`.execute(trx).catch(() => undefined)
    throw error
  }
}

// From one version of the schema to the next, while another version may be at work: migrations only add, each in a transaction of its own, and none
// waits for a table for so long that those who use it would queue up behind.
import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Kysely, sql } from 'kysely'
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration'
import { KyozoError } from '../errors.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'

/** Whoever uses a table that a migration waits for waits no longer than this. */
const waitForTableMs = 2_000
const betweenTriesMs = 250
/** A table that is never free for so long is in trouble of its own. */
const triesMs = 60_000

export interface MigrateOptions {
  /** The last migration to run. Default is the newest. */
  readonly upTo?: string
  /** How long to try for tables that others hold. Default is a minute. */
  readonly triesMs?: number
}

/**
 * Brings the schema to this version. Several processes may call it at once, and others may be at work meanwhile. One that fails leaves everything as
 * it was before that migration. Throws `config_invalid` when the schema is a newer version's.
 */
export async function migrate(db: Database, options: MigrateOptions = {}): Promise<void> {
  await db.connection().execute(async (connection) => {
    // Moving many rows may take its time. It is the waiting for a table that must be short.
    await sql`select set_config('statement_timeout', '0', false), set_config('lock_timeout', ${String(waitForTableMs)}, false)`.execute(
      connection,
    )
    try {
      await refuseNewer(connection)
      await runAll(connection, options)
    } finally {
      await sql`reset statement_timeout`.execute(connection)
      await sql`reset lock_timeout`.execute(connection)
    }
  })
}

async function runAll(db: Database, { upTo, triesMs: limitMs = triesMs }: MigrateOptions): Promise<void> {
  const migrator = migratorOf(db)
  const deadline = performance.now() + limitMs
  for (;;) {
    if (upTo !== undefined && (await appliedMigrations(db)).includes(upTo)) return
    const { error, results } = await migrator.migrateUp()
    const name = results?.[0]?.migrationName
    if (error === undefined && name === undefined) return
    if (error === undefined) continue
    // Another process may have run what this one was about to.
    if (!isHeld(error) || performance.now() > deadline) throw migrationError(error, name)
    await delay(betweenTriesMs)
  }
}

/** The schema of a newer version may lack what this one reads, and going back would throw away what that one stored. */
async function refuseNewer(db: Database): Promise<void> {
  const known = await migrationNames()
  const newer = (await appliedMigrations(db)).filter((name) => !known.includes(name))
  if (newer.length === 0) return
  throw new KyozoError(
    'config_invalid',
    `the database belongs to a newer kyozo: it has ${newer.at(-1)}, and this one knows migrations up to ${known.at(-1)}`,
    { hint: 'start the newer version; to go back to this one, restore a backup from before the upgrade (kyozo restore)' },
  )
}

/** A table or the migrations' own lock was held by somebody else for too long, or two waited for each other: trying again helps. */
function isHeld(error: unknown): boolean {
  return ['55P03', '40P01'].includes((error as { code?: string }).code ?? '')
}

function migrationError(error: unknown, name = 'the first migration'): KyozoError {
  const message = error instanceof Error ? error.message : String(error)
  if (isHeld(error))
    return new KyozoError('store_unavailable', `the database could not be brought up to date: ${name} waits for a table that is in use`, {
      hint: 'nothing was changed, and the earlier version goes on working; end what holds the table (pg_stat_activity) and start again',
      cause: error,
    })
  return new KyozoError('config_invalid', `the database could not be brought up to date: ${name} failed: ${message}`, {
    hint: 'the database is as it was before that migration, and the earlier version goes on working; report this with the message above',
    cause: error,
  })
}

/** Migrations that have run here, in their order; none on an empty database. */
export async function appliedMigrations(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows: found } = await sql<{ isThere: boolean }>`select to_regclass('kyozo_migration') is not null as "isThere"`.execute(db)
  if (found[0]?.isThere !== true) return []
  const { rows } = await sql<{ name: string }>`select name from kyozo_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

export function migratorOf(db: Kysely<Tables>): Migrator {
  return new Migrator({
    db,
    provider: fileMigrations,
    migrationTableName: 'kyozo_migration',
    migrationLockTableName: 'kyozo_migration_lock',
  })
}

const migrationsFolder = new URL('../../migrations/', import.meta.url)

/** What this version knows, in its order. */
export async function migrationNames(): Promise<readonly string[]> {
  const files = await readdir(fileURLToPath(migrationsFolder))
  return files
    .filter((name) => /^\d{4}_.*\.ts$/.test(name))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort()
}

export const fileMigrations: MigrationProvider = {
  async getMigrations() {
    const names = await migrationNames()
    const loaded = await Promise.all(
      names.map(async (name) => [name, (await import(new URL(`${name}.ts`, migrationsFolder).href)) as Migration] as const),
    )
    return Object.fromEntries(loaded)
  },
}

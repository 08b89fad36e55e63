// A snapshot (dump.ts) back into a database that holds nothing yet: all of it, or nothing.
import type { Writable } from 'node:stream'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { KyozoError } from '../errors.ts'
import { newId } from '../ids.ts'
import { connect, withConnection } from './connect.ts'
import { openDatabase, storeError } from './database.ts'
import { noLimits, quoted, readTables, sameTextEverywhere, type TableShape } from './dump.ts'
import { appliedMigrations, migrate, migrationNames } from './migrate.ts'

export interface Loading {
  /** Takes the rows of a table. To be ended before the next one begins. */
  into(table: TableShape): Writable
  /** From here on everything is there, and nobody works on anything. */
  finish(sequences: Readonly<Record<string, string>>): Promise<void>
  /** Takes back what was not finished. */
  close(): Promise<void>
}

/** The instance that a database belongs to; undefined for one that nobody has used. */
export async function instanceIn(url: string): Promise<string | undefined> {
  return withConnection(url, { name: applicationName }, async (client) => {
    const { rows } = await client.query<{ found: boolean }>(`select to_regclass('public.instance') is not null as found`)
    if (rows[0]?.found !== true) return undefined
    return (await client.query<{ id: string }>('select id from instance')).rows[0]?.id
  })
}

const applicationName = 'kyozo restore'

/** Throws `backup_invalid` when this version cannot have made the backup, and `config_invalid` when something else is in the database. */
export async function startLoading(
  url: string,
  shape: { readonly migrations: readonly string[]; readonly tables: readonly TableShape[] },
): Promise<Loading> {
  await makeSchema(url, shape.migrations)
  const client = await connect(url, { name: applicationName })
  try {
    for (const setting of [...sameTextEverywhere, ...noLimits]) await client.query(`set ${setting}`)
    await client.query('begin')
    await assertSame(await readTables(client), shape.tables)
    const keys = await dropForeignKeys(client)
    const names = shape.tables.map(({ name }) => quoted(name))
    await client.query(`truncate ${names.join(', ')}`)
    for (const name of names) await client.query(`alter table ${name} disable trigger user`)
    return {
      into: ({ name, columns }) => client.query(copyFrom(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) from stdin`)),
      async finish(sequences) {
        for (const [name, last] of Object.entries(sequences)) await client.query('select setval($1::regclass, $2)', [quoted(name), last])
        for (const { table, name, definition } of keys)
          await client.query(`alter table ${table} add constraint ${quoted(name)} ${definition}`)
        for (const statement of nobodyWorks) await client.query(statement)
        await queueWhatIsLive(client)
        for (const name of names) await client.query(`alter table ${name} enable trigger user`)
        await client.query('commit')
      },
      close: () => client.end(),
    }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw storeError(error)
  }
}

/** The processes that held leases when the backup was made are no more: whoever starts goes on with what they did. */
const nobodyWorks = [
  `update releases set lease_expires_at = now() - interval '1 second' where state = 'running'`,
  `update operations set lease_expires_at = now() - interval '1 second' where finished_at is null and lease_token is not null`,
  `update operations set lease_expires_at = null where finished_at is null and lease_token is null`,
  'update outbox set claimed_until = null where claimed_until is not null',
]

/** Each environment is released once more as it was: what still runs is left as it is, and what is not there is built and started again. */
async function queueWhatIsLive(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `select e.id from environments e where e.live_release_id is not null
     and not exists (select from releases r where r.environment_id = e.id and r.state in ('queued', 'running')) order by e.created_at`,
  )
  for (const { id } of rows)
    await client.query(
      `insert into releases (id, team_id, workspace_id, environment_id, ref, sha, state, triggered_by, options)
       select $1, e.team_id, e.workspace_id, e.id, e.ref, r.sha, 'queued', 'the restore', '{"ofLive": true}'
       from environments e join releases r on r.id = e.live_release_id where e.id = $2`,
      [newId(), id],
    )
}

/** Throws `backup_invalid` for what another version made, unless this one has made the same in its time. */
export async function assertKnown(migrations: readonly string[]): Promise<void> {
  const known = await migrationNames()
  const newest = migrations.at(-1)
  if (newest !== undefined && migrations.every((name, at) => known[at] === name)) return
  throw new KyozoError('backup_invalid', `the backup was made by another version of kyozo: its database has ${newest}`, {
    hint: `restore it with that version or a newer one; this one knows migrations up to ${known.at(-1)}`,
  })
}

/** The schema of the backup's version, at which the rows fit; what is newer comes when kyozo starts. */
async function makeSchema(url: string, migrations: readonly string[]): Promise<void> {
  await assertKnown(migrations)
  const { db, close } = await openDatabase(url, applicationName)
  try {
    if ((await appliedMigrations(db)).some((name, at) => migrations[at] !== name))
      throw new KyozoError('config_invalid', 'the database is not empty: its tables are those of another version', {
        hint: 'give an empty database in DATABASE_URL',
      })
    await migrate(db, { upTo: migrations.at(-1)! })
  } finally {
    await close()
  }
}

function assertSame(found: readonly TableShape[], wanted: readonly TableShape[]): void {
  const text = (tables: readonly TableShape[]) => JSON.stringify(tables.map(({ name, columns }) => [name, columns.toSorted()]))
  if (text(found) === text(wanted)) return
  throw new KyozoError('backup_invalid', 'the tables in the backup are not those of its version', { hint: 'use another backup' })
}

/** Rows arrive table by table, and what they refer to may come later. All of it is checked at the end. */
async function dropForeignKeys(client: pg.Client) {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
     from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0 order by 1, 2`,
  )
  for (const { table, name } of rows) await client.query(`alter table ${table} drop constraint ${quoted(name)}`)
  return rows
}

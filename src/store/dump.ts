// Everything in the database as one moment had it: a single read-only snapshot, each table in PostgreSQL's own text format, so that no program of the
// server's version is needed. Jobs are not in it: they are made again from what they point at.
import { PassThrough, type Readable } from 'node:stream'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { connect, withConnection } from './connect.ts'
import { storeError } from './database.ts'

export interface TableShape {
  readonly name: string
  /** In the order in which the rows have them. */
  readonly columns: readonly string[]
}

/** A repository that lives in kyozo alone, and the commits of it that the database speaks of. */
export interface OwnRepository {
  readonly workspaceId: string
  readonly name: string
  /** The process whose data directory it lies in; null when nobody has said so. */
  readonly home: string | null
  readonly commits: readonly string[]
}

export interface Snapshot {
  readonly instance: string
  readonly migrations: readonly string[]
  readonly tables: readonly TableShape[]
  /** The last value that each sequence gave out. */
  readonly sequences: Readonly<Record<string, string>>
  readonly repositories: readonly OwnRepository[]
  /** Volumes of what is live, which are the engine's. */
  readonly volumes: readonly string[]
  rows(table: TableShape): Readable
  close(): Promise<void>
}

/** Who holds what at the moment, and which migrations have run: both are made anew. */
const leftOut = ['kyozo_migration', 'kyozo_migration_lock', 'duties', 'processes']

/** Others write meanwhile; nothing of that is seen. */
export async function openSnapshot(url: string, options: { readonly silentMs?: number } = {}): Promise<Snapshot> {
  const client = await connect(url, { name: applicationName, ...options })
  try {
    for (const setting of sameTextEverywhere) await client.query(`set ${setting}`)
    await client.query('begin isolation level repeatable read read only')
    const shape = await readShape(client)
    for (const setting of noLimits) await client.query(`set ${setting}`)
    return {
      ...shape,
      rows: (table) => copyOut(client, table),
      close: () => client.end(),
    }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw storeError(error)
  }
}

/** Of the given workspaces those that are there now. */
export async function workspacesStillThere(url: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  return withConnection(url, { name: applicationName }, async (client) => {
    const { rows } = await client.query<{ id: string }>('select id from workspaces where id = any ($1)', [ids])
    return new Set(rows.map(({ id }) => id))
  })
}

const applicationName = 'kyozo backup'

/** What a server is set to must not show in the rows. */
export const sameTextEverywhere = [
  "client_encoding = 'UTF8'",
  "timezone = 'UTC'",
  "datestyle = 'ISO, YMD'",
  "intervalstyle = 'postgres'",
  "bytea_output = 'hex'",
  "search_path = 'public'",
]

/** A table is copied for as long as it takes; a connection that is lost meanwhile is noticed all the same. */
export const noLimits = ["statement_timeout = '0'", "idle_in_transaction_session_timeout = '0'"]

/** A loss in the middle ends the rows with words. */
function copyOut(client: pg.Client, { name, columns }: TableShape): Readable {
  const copy = client.query(copyTo(`copy ${quoted(name)} (${columns.map(quoted).join(', ')}) to stdout`))
  const rows = new PassThrough()
  copy.on('error', (error) => rows.destroy(storeError(error)))
  rows.on('close', () => copy.destroy())
  return copy.pipe(rows)
}

async function readShape(client: pg.Client): Promise<Omit<Snapshot, 'rows' | 'close'>> {
  const list = async <T extends pg.QueryResultRow>(statement: string) => (await client.query<T>(statement)).rows
  const instance = await list<{ id: string }>('select id from instance')
  const migrations = await list<{ name: string }>('select name from kyozo_migration order by name')
  const sequences = await list<{ name: string; last: string }>(
    `select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public' and last_value is not null order by 1`,
  )
  const repositories = await list<OwnRepository & { commits: string[] }>(
    // Before a database knew several processes it had no such column.
    `select id as "workspaceId", name, to_jsonb(w) ->> 'home' as home, array(select distinct sha from releases where workspace_id = w.id order by 1) as commits
     from workspaces w where forge = 'git' order by id`,
  )
  const volumes = await list<{ name: string }>(
    `select distinct (r.stack_spec ->> 'project') || '_' || volume as name from environments e
     join releases r on r.id = e.live_release_id, jsonb_array_elements_text(r.stack_spec -> 'volumes') as volume order by 1`,
  )
  return {
    instance: instance[0]?.id ?? '',
    migrations: migrations.map(({ name }) => name),
    tables: await readTables(client),
    sequences: Object.fromEntries(sequences.map(({ name, last }) => [name, last])),
    repositories,
    volumes: volumes.map(({ name }) => name),
  }
}

/** Tables that a backup holds, in the order of their names, without columns that the database works out itself. */
export async function readTables(client: pg.Client): Promise<readonly TableShape[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select c.table_name as name, array_agg(c.column_name::text order by c.ordinal_position) as columns
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER' and not (c.table_name = any ($1))
     group by 1 order by 1`,
    [leftOut],
  )
  return rows
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return pg.escapeIdentifier(name)
}

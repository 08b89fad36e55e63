// The version before goes on working while this one brings the schema up to date and after it: nothing it reads goes away, nothing it writes is refused,
// and it never waits long for a table.
import { type Kysely, sql } from 'kysely'
import { expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../src/store/database.ts'
import { appliedMigrations, migrate, migrationNames } from '../../src/store/migrate.ts'
import type { Tables } from '../../src/store/tables.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { until } from '../support/until.ts'

/** The last migration of the version before: it may be at work on a database that this version has brought up to date. */
const versionBefore = '0040_team_of_logs_and_routes'

async function databaseAt(upTo: string | undefined): Promise<OpenDatabase> {
  const opened = await openDatabase(await emptyDatabaseUrl(), 'upgrading')
  await migrate(opened.db, upTo === undefined ? {} : { upTo })
  return opened
}

interface Column {
  readonly name: string
  readonly type: string
  readonly isNullable: string
  readonly hasDefault: boolean
}

async function columnsOf(db: Kysely<Tables>): Promise<ReadonlyMap<string, Column>> {
  const { rows } = await sql<Column>`
    select table_name || '.' || column_name as name, udt_name as type, is_nullable as "isNullable",
      (column_default is not null or is_identity = 'YES' or is_generated = 'ALWAYS') as "hasDefault"
    from information_schema.columns where table_schema = 'public' order by 1`.execute(db)
  return new Map(rows.map((row) => [row.name, row]))
}

/** What refuses rows: by name, each with the table and the columns that it looks at. */
async function constraintsOf(db: Kysely<Tables>) {
  const { rows } = await sql<{ readonly name: string; readonly table: string; readonly definition: string; readonly columns: string[] }>`
    select c.conname as name, c.conrelid::regclass::text as table, pg_get_constraintdef(c.oid) as definition,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey)) as columns
    from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype in ('c', 'f', 'u', 'x')
    union all
    select i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid),
      array(select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]))
    from pg_index i join pg_class t on t.oid = i.indrelid
    where t.relnamespace = 'public'::regnamespace and i.indisunique and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    order by 1`.execute(db)
  return rows
}

/** `check (state in ('a', 'b'))` → a, b; undefined for what is no list of words. */
function allowedWords(definition: string): readonly string[] | undefined {
  if (!/= ANY \(ARRAY\[/.test(definition)) return undefined
  return [...definition.matchAll(/'([^']*)'::text/g)].map(([, word]) => word!)
}

it('keeps what the version before reads, and takes what it writes', async () => {
  const [before, now] = await Promise.all([databaseAt(versionBefore), databaseAt(undefined)])
  const [columnsBefore, columns] = [await columnsOf(before.db), await columnsOf(now.db)]
  const constraints = { before: await constraintsOf(before.db), now: await constraintsOf(now.db) }
  const broken = [...missing(columnsBefore, columns), ...demanded(columnsBefore, columns), ...refused(constraints, columnsBefore)]
  expect(broken).toEqual([])
  await Promise.all([before.close(), now.close()])
})

type Columns = ReadonlyMap<string, Column>
type Constraints = Awaited<ReturnType<typeof constraintsOf>>

function missing(before: Columns, now: Columns): readonly string[] {
  return [...before].flatMap(([name, was]) => {
    const is = now.get(name)
    if (is === undefined) return [`${name} was taken away or renamed`]
    if (is.type !== was.type) return [`${name} was ${was.type} and is ${is.type}`]
    if (was.isNullable === 'YES' && is.isNullable === 'NO') return [`${name} must not be null any more`]
    return was.hasDefault && !is.hasDefault ? [`${name} has no default any more`] : []
  })
}

function demanded(before: Columns, now: Columns): readonly string[] {
  const tables = tablesOf(before)
  return [...now]
    .filter(([name, { isNullable, hasDefault }]) => !before.has(name) && tables.has(tableOf(name)) && isNullable === 'NO' && !hasDefault)
    .map(([name]) => `${name} is new and needs a default, or may be null`)
}

/** New conditions on what the version before writes; a list of words may grow. */
function refused({ before, now }: { readonly before: Constraints; readonly now: Constraints }, columnsBefore: Columns): readonly string[] {
  const [known, tables] = [new Map(before.map((one) => [one.name, one])), tablesOf(columnsBefore)]
  const isHarmless = ({ name, table, definition, columns }: Constraints[number]) => {
    const was = known.get(name)
    if (!tables.has(table) || was?.definition === definition) return true
    if (columns.some((column) => !columnsBefore.has(`${table}.${column}`))) return true
    const words = allowedWords(definition)
    return was !== undefined && words !== undefined && (allowedWords(was.definition)?.every((word) => words.includes(word)) ?? false)
  }
  return now
    .filter((one) => !isHarmless(one))
    .map(({ name, definition }) => `${name} refuses what the version before may write: ${definition}`)
}

function tablesOf(columns: Columns): ReadonlySet<string> {
  return new Set([...columns.keys()].map(tableOf))
}

function tableOf(name: string): string {
  return name.split('.')[0]!
}

it('takes a table from nobody: it asks again and again for a moment, and those who use it go on', async () => {
  const opened = await databaseAt(versionBefore)
  const { db } = opened
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  let isHeld = false
  const holding = db.transaction().execute(async (trx) => {
    await sql`lock table releases, workspaces, environments, operations, deliveries, secrets in share mode`.execute(trx)
    isHeld = true
    await held
  })
  await until('the tables to be held', () => isHeld)
  const migrating = migrate(db).then(
    () => 'done',
    (error: Error) => error.message,
  )
  const slowest = await longestRead(db, 3_000)
  // Nobody waits behind a migration for longer than it waits itself.
  expect(slowest).toBeLessThan(2_600)
  release()
  await holding
  expect(await migrating).toBe('done')
  expect(await appliedMigrations(db)).toEqual(await migrationNames())
  expect((await sql<{ wait: string }>`select current_setting('lock_timeout') as wait`.execute(db)).rows).toEqual([{ wait: '5s' }])
  await opened.close()
}, 30_000)

/** Milliseconds of the slowest look at the tables that every request needs, over a time. */
async function longestRead(db: Kysely<Tables>, forMs: number): Promise<number> {
  const end = performance.now() + forMs
  let longest = 0
  while (performance.now() < end) {
    const start = performance.now()
    await db.selectFrom('releases').select('id').limit(1).execute()
    await db.selectFrom('workspaces').select('id').limit(1).execute()
    longest = Math.max(longest, performance.now() - start)
  }
  return longest
}

/** Those before it could not be changed any more when the rule came. */
const beforeTheRule = '0082_host_default_branch'
/** What happens by the clock, and what arrives from others. */
const endless = [
  'audit_events',
  'deliveries',
  'deployment_events',
  'health_checks',
  'live_events',
  'log_chunks',
  'outbox',
  'service_metric_rollups',
  'service_metrics',
]

/** Of `outbox` before anybody saw that it has no end. */
const landed = ['outbox_unsent', 'outbox_claimed']

it('works through no table that grows without end, since whoever writes to it would wait', async () => {
  const opened = await databaseAt(beforeTheRule)
  const { db } = opened
  await sql`create function kyozo_refuse() returns trigger language plpgsql as
    $$ begin raise exception 'a migration changes all of %', tg_table_name; end $$`.execute(db)
  for (const table of endless)
    await sql`create trigger refuse before update or delete on ${sql.table(table)} for each statement execute function kyozo_refuse()`.execute(
      db,
    )
  const before = await filesOf(db)
  expect(new Set(before.map(({ table }) => table))).toEqual(new Set(endless))
  await migrate(db)
  const added = (await filesOf(db))
    .filter(({ file }) => !before.some((known) => known.file === file))
    .filter(({ name }) => !landed.includes(name))
  expect(added.map(({ table, name }) => (name === table ? `${table} is written anew` : `${name} reads through ${table}`))).toEqual([])
  await opened.close()
})

/** A table's own file and those of its indexes; one that is written anew has another. */
async function filesOf(db: Kysely<Tables>) {
  const { rows } = await sql<{ readonly table: string; readonly name: string; readonly file: string }>`
    select t.relname as table, f.relname as name, f.relfilenode::text as file
    from pg_class t join pg_class f on f.oid = t.oid or f.oid in (select indexrelid from pg_index where indrelid = t.oid)
    where t.relnamespace = 'public'::regnamespace and t.relname in (${sql.join(endless)}) order by 1, 2`.execute(db)
  return rows
}

it('gives up in words when a table stays held, and has changed nothing', async () => {
  const { db, url, close } = await databaseAt(versionBefore)
  const other = await openDatabase(url, 'holder')
  await other.db.transaction().execute(async (trx) => {
    await sql`lock table kyozo_migration in share mode`.execute(trx)
    await expect(migrate(db, { triesMs: 100 })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^the database could not be brought up to date: 0041_duties waits for a table that is in use$/),
      hint: expect.stringContaining('the earlier version goes on working'),
    })
  })
  expect((await appliedMigrations(db)).at(-1)).toBe(versionBefore)
  expect((await sql<{ found: string | null }>`select to_regclass('duties') as found`.execute(db)).rows).toEqual([{ found: null }])
  await Promise.all([close(), other.close()])
}, 30_000)

it('refuses a database of a newer version, and changes nothing', async () => {
  const opened = await databaseAt(undefined)
  await sql`insert into kyozo_migration (name, timestamp) values ('9999_from_the_future', '2030-01-01')`.execute(opened.db)
  await expect(migrate(opened.db)).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(
      /^the database belongs to a newer kyozo: it has 9999_from_the_future, and this one knows migrations up to \d{4}_/,
    ),
    hint: expect.stringContaining('restore a backup from before the upgrade'),
  })
  await opened.close()
})

// What the API reads. Every function takes the viewer and narrows by team, and by what of the team the viewer may read: there is no way to ask without.
import { type ExpressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Reach } from '../access/rights.ts'
import { KyozoError } from '../errors.ts'
import type { Executor } from './database.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

/** Tables that carry a team and an id. */
export type TeamTable = {
  [T in keyof Tables]: Tables[T] extends { teamId: unknown; id: unknown } ? T : never
}[keyof Tables]

/** A team is its own; users are of every team that they are members of. */
export type ReadTable = TeamTable | 'teams' | 'users'

/** Which rows of a table there are for a viewer. */
export interface Readable {
  readonly table: ReadTable
  readonly viewer: Viewer
  readonly reach: Reach
  /** The columns that `reach` speaks of. */
  readonly subject: { readonly workspace?: string; readonly service?: string }
  readonly where: Readonly<Record<string, string | boolean | null>>
  /** Holds a user's id: only the viewer's own rows. */
  readonly ownColumn?: string | undefined
}

export type Condition =
  | { readonly kind: 'in'; readonly column: string; readonly values: readonly (string | number | boolean)[]; readonly orNull: boolean }
  | { readonly kind: 'overlaps'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'compare'; readonly column: string; readonly operator: '>' | '>=' | '<' | '<='; readonly value: string | number }
  | { readonly kind: 'null'; readonly column: string; readonly isNull: boolean }

export interface Order {
  readonly column: string
  readonly isDescending: boolean
  /** A time's text in a cursor keeps its microseconds. */
  readonly isTime: boolean
}

export interface RowQuery {
  readonly columns: readonly string[]
  readonly conditions: readonly Condition[]
  /** The last one is unique. */
  readonly order: readonly Order[]
  readonly limit: number
  /** Where to go on, as the texts of the ordered columns; `before` reads backwards, without values from the end, and still answers in order. */
  readonly from?: { readonly side: 'after' | 'before'; readonly values: readonly string[] | undefined } | undefined
}

/** With `cursor0`, `cursor1`, …: the texts of the ordered columns. */
export type ReadRow = Readonly<Record<string, unknown>> & { readonly id: string }

// kysely cannot type a table that is chosen at run time; tables and columns come from the resource descriptions, never from a client.
type Rows = SelectQueryBuilder<Tables, TeamTable, Record<string, unknown>>
type Expressions = ExpressionBuilder<Tables, TeamTable>

export async function readRows(db: Executor, readable: Readable, query: RowQuery): Promise<ReadRow[]> {
  const rows = await asked(paged(readableRows(db, readable, query.columns), query).execute())
  return (query.from?.side === 'before' ? rows.reverse() : rows) as ReadRow[]
}

/** The rows of these ids that there are for the viewer, in no order; with `rowVersion`, which changes whenever the row does. */
export async function readRowsById(
  db: Executor,
  readable: Readable,
  query: { readonly columns: readonly string[]; readonly ids: readonly string[] },
): Promise<(ReadRow & { readonly rowVersion: string })[]> {
  if (query.ids.length === 0) return []
  const rows = readableRows(db, readable, query.columns)
    .select(sql<string>`xmin::text`.as('rowVersion'))
    .where('id', query.ids.length === 1 ? '=' : 'in', (query.ids.length === 1 ? query.ids[0]! : [...query.ids]) as never)
  return (await asked(rows.execute())) as never
}

/** For every one of `ids`, the first rows whose `column` holds it: one query, whatever their number. */
export async function readRelatedRows(
  db: Executor,
  readable: Readable,
  query: RowQuery & { readonly column: string; readonly ids: readonly string[] },
): Promise<(ReadRow & { readonly parentId: string })[]> {
  if (query.ids.length === 0) return []
  const parents = sql<{ parentId: string }>`unnest(${[...query.ids]}::uuid[])`.as<'parent'>(sql`parent(parent_id)`)
  const related = paged(readableRows(db, readable, query.columns), query).where(
    query.column as never,
    '=',
    sql.ref('parent.parentId') as never,
  )
  const rows = db
    .selectFrom(parents)
    .innerJoinLateral(related.as('row'), (join) => join.onTrue())
    .selectAll('row')
    .select('parent.parentId')
  const found = await asked(rows.execute())
  return (query.from?.side === 'before' ? found.reverse() : found) as never
}

/** One row, or undefined; for what reads a table outside the resource descriptions. */
export async function findRow<T extends TeamTable>(
  db: Executor,
  viewer: Viewer,
  query: { readonly table: T; readonly columns: readonly (keyof Tables[T] & string)[]; readonly id: string },
): Promise<Record<string, unknown> | undefined> {
  const readable: Readable = { table: query.table, viewer, reach: { kind: 'all' }, subject: {}, where: {} }
  return (await readRowsById(db, readable, { columns: query.columns, ids: [query.id] }))[0]
}

function readableRows(db: Executor, readable: Readable, columns: readonly string[]): Rows {
  const { table, viewer, reach, subject, where, ownColumn } = readable
  let rows = (db.selectFrom(table as TeamTable) as unknown as Rows).select([...columns] as never) as Rows
  if (table === 'teams') rows = rows.where('id', '=', viewer.teamId)
  else if (table === 'users') rows = rows.where('id', 'in', memberIds(db, viewer) as never)
  else rows = rows.where('teamId', '=', viewer.teamId)
  for (const [column, value] of Object.entries(where))
    rows = value === null ? rows.where(column as never, 'is', null) : rows.where(column as never, '=', value as never)
  if (ownColumn !== undefined) rows = rows.where(ownColumn as never, '=', viewer.userId as never)
  if (reach.kind === 'all') return rows
  return rows.where((eb) =>
    eb.or([
      ...(subject.workspace === undefined ? [] : [isOneOf(eb, subject.workspace, reach.workspaces)]),
      ...(subject.service === undefined ? [] : [isOneOf(eb, subject.service, reach.services)]),
    ]),
  )
}

function memberIds(db: Executor, viewer: Viewer) {
  return db.selectFrom('members').select('userId').where('teamId', '=', viewer.teamId)
}

function isOneOf(eb: Expressions, column: string, values: readonly unknown[]) {
  return values.length === 0 ? eb.val(false).$castTo<SqlBool>() : eb(column as never, 'in', [...values] as never)
}

function paged(rows: Rows, { conditions, order, limit, from }: RowQuery): Rows {
  let found = rows
  for (const condition of conditions) found = found.where((eb) => conditionIn(eb, condition))
  if (from?.values !== undefined) found = found.where((eb) => isBeyond(eb, order, { side: from.side, values: from.values! }))
  for (const [at, term] of order.entries()) {
    const text = term.isTime
      ? sql<string>`to_char(${sql.ref(term.column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
      : sql<string>`${sql.ref(term.column)}::text`
    found = found
      .select(text.as(`cursor${at}`) as never)
      .orderBy(term.column as never, term.isDescending !== (from?.side === 'before') ? 'desc' : 'asc') as Rows
  }
  return found.limit(limit)
}

function conditionIn(eb: Expressions, condition: Condition) {
  const column = condition.column as never
  switch (condition.kind) {
    case 'in': {
      const [first] = condition.values
      const isIn = condition.values.length === 1 ? eb(column, '=', first as never) : isOneOf(eb, condition.column, condition.values)
      return condition.orNull ? eb.or([isIn, eb(column, 'is', null)]) : isIn
    }
    case 'overlaps':
      return eb(column, '&&', sql`${[...condition.values]}::text[]` as never)
    case 'compare':
      return eb(column, condition.operator, condition.value as never)
    case 'null':
      return eb(column, condition.isNull ? 'is' : 'is not', null)
  }
}

/** Rows on that side of the cursor. One direction throughout compares rows as a whole, which an index answers. */
function isBeyond(
  eb: Expressions,
  order: readonly Order[],
  from: { readonly side: 'after' | 'before'; readonly values: readonly string[] },
) {
  const signOf = (term: Order) => (term.isDescending === (from.side === 'after') ? sql`<` : sql`>`)
  const isUniform = order.every((term) => term.isDescending === order[0]!.isDescending)
  if (isUniform) {
    const columns = sql.join(order.map((term) => sql.ref(term.column)))
    return sql<SqlBool>`(${columns}) ${signOf(order[0]!)} (${sql.join(from.values.map((value) => sql.val(value)))})`
  }
  return eb.or(
    order.map((term, at) =>
      eb.and([
        ...order.slice(0, at).map((earlier, index) => eb(earlier.column as never, '=', from.values[index] as never)),
        sql<SqlBool>`${sql.ref(term.column)} ${signOf(term)} ${from.values[at]}`,
      ]),
    ),
  )
}

/** A value that fits its shape and still not its column, such as a number beyond 32 bits, is the asker's mistake. */
async function asked<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('22')) throw error
    throw new KyozoError('bad_request', 'a value in the query is beyond what its attribute can hold', { cause: error })
  }
}

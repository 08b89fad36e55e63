// What the API reads. Every function takes the viewer and narrows by team: there is no way to ask without one.
import type { SelectQueryBuilder } from 'kysely'
import type { Executor } from './database.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

export interface Page {
  readonly limit: number
  /** Only rows older than this id. */
  readonly after?: string
}

/** Tables that carry a team and an id that sorts by time. */
export type TeamTable = {
  [T in keyof Tables]: Tables[T] extends { teamId: unknown; id: unknown } ? T : never
}[keyof Tables]

/** Column → value; a missing value narrows nothing. */
export type Filter = Readonly<Record<string, string | undefined>>

/** Newest first. The columns that a listing does not need (bodies, documents) are left out by `columns`. */
export async function listRows<T extends TeamTable>(
  db: Executor,
  viewer: Viewer,
  query: { readonly table: T; readonly columns: readonly (keyof Tables[T] & string)[]; readonly filter: Filter; readonly page: Page },
): Promise<Record<string, unknown>[]> {
  // kysely cannot type a table that is chosen at run time; columns and filters come from the resource lists, never from a client.
  let rows = db.selectFrom(query.table as TeamTable).select(query.columns as never) as unknown as SelectQueryBuilder<
    Tables,
    TeamTable,
    Record<string, unknown>
  >
  rows = rows.where('teamId', '=', viewer.teamId)
  for (const [column, value] of Object.entries(query.filter))
    if (value !== undefined) rows = rows.where(column as never, '=', value as never)
  if (query.page.after !== undefined) rows = rows.where('id', '<', query.page.after)
  return rows.orderBy('id', 'desc').limit(query.page.limit).execute()
}

export async function findRow<T extends TeamTable>(
  db: Executor,
  viewer: Viewer,
  query: { readonly table: T; readonly columns: readonly (keyof Tables[T] & string)[]; readonly id: string },
): Promise<Record<string, unknown> | undefined> {
  const rows = db.selectFrom(query.table as TeamTable).select(query.columns as never) as unknown as SelectQueryBuilder<
    Tables,
    TeamTable,
    Record<string, unknown>
  >
  return rows.where('teamId', '=', viewer.teamId).where('id', '=', query.id).executeTakeFirst()
}

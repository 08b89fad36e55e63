// A row that somebody is about to act on: found within the viewer's team, and held until the transaction ends, so that of two who act at once the
// second sees what the first has done.
import type { Selectable } from 'kysely'
import { KyozoError } from '../errors.ts'
import type { Executor } from './database.ts'
import type { TeamTable } from './reading.ts'
import type { Tables } from './tables.ts'
import type { Viewer } from './viewer.ts'

/** Throws `not_found`, with the same words for another team's row as for none. */
export async function lockRow<T extends TeamTable>(db: Executor, viewer: Viewer, table: T, id: string): Promise<Selectable<Tables[T]>> {
  // kysely cannot type a table that is chosen at run time.
  const row = await db
    .selectFrom(table as 'workspaces')
    .selectAll()
    .where('id', '=', id)
    .where('teamId', '=', viewer.teamId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new KyozoError('not_found', 'there is nothing with this id')
  return row as unknown as Selectable<Tables[T]>
}

import type { Selectable } from 'kysely'
import type { Executor } from './database.ts'
import type { RouteTable } from './tables.ts'

export type RouteRow = Omit<Selectable<RouteTable>, 'updatedAt'>

export function listRoutes(db: Executor): Promise<RouteRow[]> {
  return db.selectFrom('routes').select(['environmentId', 'service', 'host', 'containerId', 'port', 'state']).execute()
}

/** Makes the environment's routes exactly these. */
export async function replaceRoutes(db: Executor, environmentId: string, rows: readonly RouteRow[]): Promise<void> {
  const kept = rows.map((row) => row.containerId)
  let stale = db.deleteFrom('routes').where('environmentId', '=', environmentId)
  if (kept.length > 0) stale = stale.where('containerId', 'not in', kept)
  await stale.execute()
  if (rows.length === 0) return
  await db
    .insertInto('routes')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['environmentId', 'service', 'containerId']).doUpdateSet((set) => ({ host: set.ref('excluded.host'), port: set.ref('excluded.port'), state: set.ref('excluded.state'), updatedAt: new Date() })),
    )
    .execute()
}

import type { Selectable } from 'kysely'
import type { Executor } from './database.ts'
import type { RouteTable } from './tables/services.ts'

export type RouteRow = Omit<Selectable<RouteTable>, 'teamId' | 'updatedAt'>

export function listRoutes(db: Executor): Promise<RouteRow[]> {
  return db.selectFrom('routes').select(['environmentId', 'service', 'host', 'containerId', 'port', 'state']).execute()
}

export function routesOf(db: Executor, environmentId: string): Promise<RouteRow[]> {
  return db
    .selectFrom('routes')
    .select(['environmentId', 'service', 'host', 'containerId', 'port', 'state'])
    .where('environmentId', '=', environmentId)
    .execute()
}

/** Makes the environment's routes exactly these. */
export async function replaceRoutes(db: Executor, environmentId: string, rows: readonly RouteRow[]): Promise<void> {
  const kept = rows.map((row) => row.containerId)
  let stale = db.deleteFrom('routes').where('environmentId', '=', environmentId)
  if (kept.length > 0) stale = stale.where('containerId', 'not in', kept)
  await stale.execute()
  if (rows.length === 0) return
  const { teamId } = await db.selectFrom('environments').select('teamId').where('id', '=', environmentId).executeTakeFirstOrThrow()
  await db
    .insertInto('routes')
    .values(rows.map((row) => ({ ...row, teamId })))
    .onConflict((conflict) =>
      conflict.columns(['environmentId', 'service', 'containerId']).doUpdateSet((set) => ({
        host: set.ref('excluded.host'),
        port: set.ref('excluded.port'),
        state: set.ref('excluded.state'),
        updatedAt: new Date(),
      })),
    )
    .execute()
}

/** Every service that has a port, whether or not a container of it serves now. */
export async function routedServices(
  db: Executor,
): Promise<
  readonly { readonly service: string; readonly environment: string; readonly workspace: string; readonly environmentId: string }[]
> {
  const rows = await db
    .selectFrom('serviceInstances as s')
    .innerJoin('environments as e', 'e.id', 's.environmentId')
    .innerJoin('workspaces as w', 'w.id', 's.workspaceId')
    .select(['s.name as service', 'e.name as environment', 'w.name as workspace', 's.portMappings', 's.url', 's.environmentId'])
    .where('s.serviceType', '!=', 'backing')
    .where('s.removedAt', 'is', null)
    .execute()
  // What went live under an earlier version has its ports only.
  return rows.filter((row) => row.url !== null || row.portMappings.length > 0)
}

// Where a workspace's repository is, when it is not kyozo's own.
import type { Selectable } from 'kysely'
import { KyozoError } from '../errors.ts'
import type { Executor } from './database.ts'
import type { ForgeConnectionTable } from './tables/forges.ts'
import type { Viewer } from './viewer.ts'

/** A connection of the viewer's team, without what it is sealed with. Throws `not_found`. */
export async function findConnection(
  db: Executor,
  viewer: Viewer,
  id: string,
): Promise<Pick<Selectable<ForgeConnectionTable>, 'id' | 'forge' | 'name'>> {
  const found = await db
    .selectFrom('forgeConnections')
    .select(['id', 'forge', 'name'])
    .where('id', '=', id)
    .where('teamId', '=', viewer.teamId)
    .executeTakeFirst()
  if (found === undefined) throw new KyozoError('not_found', 'there is no forge connection with this id')
  return found
}

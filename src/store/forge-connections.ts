// Connections to Git hosts that people made. Credentials and webhook secrets come sealed: the key never comes here.
import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { notify } from './notify.ts'
import type { ForgeConnectionTable } from './tables/forges.ts'
import type { ForgeName } from './tables/git.ts'
import type { Viewer } from './viewer.ts'

export type StoredConnection = Selectable<ForgeConnectionTable>

/** What each sealed part belongs to. */
export function connectionPlaces(id: string): { readonly webhookSecret: string; readonly credentials: string } {
  return { webhookSecret: `forge_connections/${id}/webhook_secret`, credentials: `forge_connections/${id}/credentials` }
}

export function listConnections(db: Executor): Promise<StoredConnection[]> {
  return db.selectFrom('forgeConnections').selectAll().orderBy('id').execute()
}

/** False when the name is taken, by whichever team. Every process hears of it when the transaction commits. */
export async function addConnection(db: Executor, connection: Insertable<ForgeConnectionTable>): Promise<boolean> {
  const made = await db
    .insertInto('forgeConnections')
    .values(connection)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made !== undefined) await notify(db, 'connections', connection.id)
  return made !== undefined
}

export async function changeConnection(db: Executor, id: string, change: Updateable<ForgeConnectionTable>): Promise<void> {
  await db
    .updateTable('forgeConnections')
    .set({ ...change, updatedAt: databaseNow })
    .where('id', '=', id)
    .execute()
  await notify(db, 'connections', id)
}

export async function removeConnection(db: Executor, id: string): Promise<void> {
  await db.deleteFrom('forgeConnections').where('id', '=', id).execute()
  await notify(db, 'connections', id)
}

/** Names of the workspaces that are fetched and reported by it, at most a few. */
export async function workspacesOf(
  db: Executor,
  connection: Pick<StoredConnection, 'teamId' | 'name'> & { readonly forge: ForgeName },
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('workspaces')
    .select('name')
    .where('forge', '=', connection.forge)
    .where('connection', '=', connection.name)
    .orderBy('name')
    .limit(5)
    .execute()
  return rows.map((row) => row.name)
}

/** Who owns what arrives by a connection. */
export interface ConnectionOwner {
  readonly teamId: string
  readonly connectsRepositories: boolean
}

/** Undefined for the operator's own, which is in no table. Remembers that a delivery came. */
export function ownerOfDelivery(
  db: Executor,
  connection: { readonly forge: string; readonly name: string },
): Promise<ConnectionOwner | undefined> {
  return db
    .updateTable('forgeConnections')
    .set({ lastDeliveryAt: databaseNow, lastError: null })
    .where('forge', '=', connection.forge as ForgeConnectionTable['forge'])
    .where('name', '=', connection.name)
    .returning(['teamId', 'connectsRepositories'])
    .executeTakeFirst()
}

/** Held until the transaction ends; undefined when it is gone or another team's. */
export function holdConnection(db: Executor, viewer: Pick<Viewer, 'teamId'>, id: string): Promise<StoredConnection | undefined> {
  return db
    .selectFrom('forgeConnections')
    .selectAll()
    .where('teamId', '=', viewer.teamId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** As `ownerOfDelivery`, of what was fetched rather than sent. Undefined for the operator's own. */
export function ownerOfConnection(
  db: Executor,
  connection: { readonly forge: string; readonly name: string },
): Promise<(ConnectionOwner & { readonly createdAt: Date }) | undefined> {
  return db
    .selectFrom('forgeConnections')
    .select(['teamId', 'connectsRepositories', 'createdAt'])
    .where('forge', '=', connection.forge as ForgeConnectionTable['forge'])
    .where('name', '=', connection.name)
    .executeTakeFirst()
}

/** What went wrong with it last; null when it answers. */
export async function noteConnectionError(
  db: Executor,
  connection: { readonly forge: string; readonly name: string },
  error: string | null,
): Promise<void> {
  await db
    .updateTable('forgeConnections')
    .set({ lastError: error })
    .where('forge', '=', connection.forge as ForgeConnectionTable['forge'])
    .where('name', '=', connection.name)
    .where('lastError', 'is distinct from', error)
    .execute()
}

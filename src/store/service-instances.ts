// Services in their environments: made when a release's plan is known, changed by what becomes of it, and never deleted while their workspace lives.
import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { ServiceInstanceTable } from './tables/services.ts'

export type ServiceInstance = Selectable<ServiceInstanceTable>

export function findServiceInstance(db: Executor, id: string): Promise<ServiceInstance | undefined> {
  return db.selectFrom('serviceInstances').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Those that the repository has; of two with one name, the newer one. */
export async function instancesByName(db: Executor, environmentId: string): Promise<ReadonlyMap<string, ServiceInstance>> {
  const rows = await db
    .selectFrom('serviceInstances')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where('removedAt', 'is', null)
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.name, row]))
}

export function findInstanceByName(db: Executor, environmentId: string, name: string): Promise<ServiceInstance | undefined> {
  return db
    .selectFrom('serviceInstances')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where('name', '=', name)
    .orderBy('removedAt', (order) => order.desc().nullsFirst())
    .limit(1)
    .executeTakeFirst()
}

/** Which service of which environment; a folder and a name are one service for ever, and so is a name while it moves from folder to folder. */
export type InstanceKey = Pick<
  Insertable<ServiceInstanceTable>,
  'teamId' | 'workspaceId' | 'environmentId' | 'name' | 'folderPath' | 'serviceType'
>
export type InstanceChange = Omit<Updateable<ServiceInstanceTable>, 'id' | 'createdAt' | 'updatedAt' | keyof InstanceKey>

/**
 * Makes the service's row, or brings back and changes the one that is there. `whenNew` is what only a new one is at first. Returns its id.
 */
export async function putServiceInstance(
  db: Executor,
  key: InstanceKey,
  facts: { readonly change: InstanceChange; readonly whenNew?: InstanceChange },
): Promise<string> {
  const { change, whenNew = {} } = facts
  await moveToFolder(db, key)
  const isSameFolder = sql<boolean>`topology_detections.folder_path = ${key.folderPath} and is_latest`
  const row = await db
    .insertInto('serviceInstances')
    .values((values) => ({
      status: 'deployable',
      ...key,
      ...(change as object),
      ...(whenNew as object),
      id: newId(),
      topologyDetectionId: values
        .selectFrom('topologyDetections')
        .select('topologyDetections.id')
        .where('topologyDetections.workspaceId', '=', key.workspaceId)
        .where(isSameFolder)
        .limit(1),
    }))
    .onConflict((conflict) =>
      conflict.columns(['environmentId', 'folderPath', 'name']).doUpdateSet((set) => ({
        serviceType: key.serviceType,
        removedAt: null,
        ...change,
        topologyDetectionId: sql`coalesce(${set.ref('excluded.topologyDetectionId')}, service_instances.topology_detection_id)`,
        updatedAt: sql`now()`,
      })),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** With its history, settings and permissions, where no other row is that folder's already. Of several of one name, which failed releases leave, the newest. */
async function moveToFolder(db: Executor, { environmentId, name, folderPath }: InstanceKey): Promise<void> {
  const named = await db
    .selectFrom('serviceInstances')
    .select(['id', 'folderPath', 'removedAt'])
    .where('environmentId', '=', environmentId)
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .execute()
  const moving = named.find(({ removedAt }) => removedAt === null)
  if (moving === undefined || named.some((row) => row.folderPath === folderPath)) return
  await db.updateTable('serviceInstances').set({ folderPath, updatedAt: sql`now()` }).where('id', '=', moving.id).execute()
}

export async function changeServiceInstance(db: Executor, id: string, change: InstanceChange): Promise<void> {
  await db
    .updateTable('serviceInstances')
    .set({ ...change, updatedAt: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** Services that the live release no longer has. Their events and permissions stay, and they come back with their folder. */
export async function retireServiceInstances(db: Executor, environmentId: string, kept: readonly string[]): Promise<void> {
  let gone = db
    .updateTable('serviceInstances')
    .set({
      removedAt: sql`now()`,
      status: 'stopped',
      statusReason: 'the repository no longer has it',
      healthStatus: 'unknown',
      containerId: null,
      portMappings: '[]',
      url: null,
      updatedAt: sql`now()`,
    })
    .where('environmentId', '=', environmentId)
    .where('removedAt', 'is', null)
  if (kept.length > 0) gone = gone.where('id', 'not in', kept)
  await gone.execute()
}

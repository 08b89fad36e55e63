import { type Insertable, type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { ServiceInstanceTable } from './tables/services.ts'

export type ServiceInstance = Selectable<ServiceInstanceTable>

export function findServiceInstance(db: Executor, id: string): Promise<ServiceInstance | undefined> {
  return db.selectFrom('serviceInstances').selectAll().where('id', '=', id).executeTakeFirst()
}

/** What a release knows about a service once it has ended. */
export type InstanceFacts = Omit<Insertable<ServiceInstanceTable>, 'id' | 'createdAt' | 'updatedAt'>

export async function putServiceInstances(db: Executor, rows: readonly InstanceFacts[]): Promise<void> {
  for (const row of rows) {
    await db
      .insertInto('serviceInstances')
      .values({ ...row, id: newId() })
      .onConflict((conflict) => conflict.columns(['environmentId', 'folderPath', 'name']).doUpdateSet({ ...row, updatedAt: sql`now()` }))
      .execute()
  }
}

/** Services that the live release no longer has. */
export async function dropServiceInstances(db: Executor, environmentId: string, kept: readonly string[]): Promise<void> {
  let gone = db.deleteFrom('serviceInstances').where('environmentId', '=', environmentId)
  if (kept.length > 0) gone = gone.where('name', 'not in', kept)
  await gone.execute()
}

// What people want of the services of an environment, beside what its commits say.
import type { Executor } from './database.ts'
import type { ServiceInstanceTable } from './tables/services.ts'

export interface ServiceWish {
  readonly name: string
  /** What it is, so far. */
  readonly status: ServiceInstanceTable['status']
  readonly desiredState: 'running' | 'stopped' | 'destroyed'
  readonly desiredBy: string | null
  readonly desiredReason: string | null
  readonly settings: Readonly<Record<string, unknown>>
}

/** Of every service that the repository has, and of those that were destroyed: they stay away when their folder comes back. */
export async function serviceWishes(db: Executor, environmentId: string): Promise<readonly ServiceWish[]> {
  const rows = await db
    .selectFrom('serviceInstances')
    .select(['name', 'status', 'desiredState', 'desiredBy', 'desiredReason', 'settings'])
    .where('environmentId', '=', environmentId)
    .where((where) => where.or([where('removedAt', 'is', null), where('desiredState', '=', 'destroyed')]))
    // A service that moved to another folder has two rows for a while: the newer one counts.
    .orderBy('id')
    .execute()
  return [...new Map(rows.map((row) => [row.name, row])).values()]
}

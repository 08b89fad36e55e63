// Who needs whom in an environment, as the live release has it.

import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { ServiceDependencyTable } from './tables/services.ts'

export type DependencyFacts = Pick<
  ServiceDependencyTable,
  'teamId' | 'serviceInstanceId' | 'dependsOnId' | 'dependencyType' | 'environmentVariable' | 'connectionTemplate'
> & { readonly startupOrder: number }

/** Makes the dependencies of these services exactly these; one that stays keeps its id. Those that go go first, so that no circle closes on the way. */
export async function replaceServiceDependencies(
  db: Executor,
  services: readonly string[],
  dependencies: readonly DependencyFacts[],
): Promise<void> {
  if (services.length === 0) return
  const known = await db.selectFrom('serviceDependencies').selectAll().where('serviceInstanceId', 'in', services).execute()
  const wanted = new Map(dependencies.map((one) => [keyOf(one), one]))
  const stale = known.filter((one) => !isSame(wanted.get(keyOf(one)), one)).map(({ id }) => id)
  if (stale.length > 0) await db.deleteFrom('serviceDependencies').where('id', 'in', stale).execute()
  const kept = new Set(known.filter(({ id }) => !stale.includes(id)).map(keyOf))
  const made = [...wanted.values()].filter((one) => !kept.has(keyOf(one)))
  if (made.length === 0) return
  await db
    .insertInto('serviceDependencies')
    .values(made.map((one) => ({ ...one, id: newId() })))
    .execute()
}

function keyOf({ serviceInstanceId, dependsOnId }: Pick<DependencyFacts, 'serviceInstanceId' | 'dependsOnId'>): string {
  return `${serviceInstanceId} ${dependsOnId}`
}

function isSame(wanted: DependencyFacts | undefined, known: DependencyFacts): boolean {
  return (
    wanted !== undefined &&
    wanted.dependencyType === known.dependencyType &&
    wanted.startupOrder === known.startupOrder &&
    wanted.environmentVariable === known.environmentVariable &&
    wanted.connectionTemplate === known.connectionTemplate
  )
}

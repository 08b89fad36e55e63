// Differences between what runs and what the live release says: one row each, from when it was found until it is over.
import type { Selectable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { ServiceInstance } from './service-instances.ts'
import type { DriftTable } from './tables/repairs.ts'

export type Drift = Selectable<DriftTable>

/** Those that are open, and those that somebody adopted: they are not opened again while they stay as they are. */
export function knownDrifts(db: Executor, environmentId: string): Promise<readonly Drift[]> {
  return db
    .selectFrom('drifts')
    .selectAll()
    .where('environmentId', '=', environmentId)
    .where((where) => where.or([where('endedAt', 'is', null), where('ending', '=', 'adopted')]))
    .execute()
}

/** Those that were found since then, whether or not they are over. */
export function driftsSince(db: Executor, environmentId: string, since: Date): Promise<readonly Drift[]> {
  return db.selectFrom('drifts').selectAll().where('environmentId', '=', environmentId).where('foundAt', '>=', since).execute()
}

export interface FoundDrift {
  readonly service: string
  readonly container: string
  readonly field: string
  readonly expected: string
  readonly actual: string
}

export interface DriftsOpened {
  readonly place: Pick<Drift, 'teamId' | 'workspaceId' | 'environmentId'>
  readonly found: readonly FoundDrift[]
  /** Service → its row. */
  readonly instances: ReadonlyMap<string, Pick<ServiceInstance, 'id'>>
  /** Who puts them right, or has; a release that does has no repair. Default is nobody. */
  readonly mender?: Mender | undefined
}

export interface Mender {
  readonly repairId: string | null
}

export interface DriftsFound extends DriftsOpened {
  readonly known: readonly Drift[]
}

/** Opens what is new, which it returns, and ends what is over; what is as it was costs nothing. */
export async function recordDrifts(trx: Executor, { known, ...now }: DriftsFound): Promise<readonly Drift[]> {
  const { found, mender } = now
  const open = new Map(known.filter(({ endedAt }) => endedAt === null).map((drift) => [keyOf(drift), drift]))
  const fresh = found.filter((one) => open.get(keyOf(one))?.actual !== one.actual)
  const kept = new Set(found.filter((one) => !fresh.includes(one)).map(keyOf))
  const over = [...open.values()].filter((drift) => !kept.has(keyOf(drift)))
  for (const drift of over) await endDrift(trx, drift.id, endingOf(drift, mender))
  return openDrifts(trx, { ...now, found: fresh })
}

/** Returns those that were not open already. */
export async function openDrifts(trx: Executor, { place, found, instances, mender }: DriftsOpened): Promise<readonly Drift[]> {
  if (found.length === 0) return []
  return trx
    .insertInto('drifts')
    .values(
      found.map(({ container, ...one }) => ({
        id: newId(),
        ...place,
        ...one,
        containerId: container,
        serviceInstanceId: instances.get(one.service)?.id ?? null,
        repairId: mender?.repairId ?? null,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute()
}

export function keyOf(drift: {
  readonly service: string
  readonly field: string
  readonly container?: string
  readonly containerId?: string
}) {
  return `${drift.service} ${drift.container ?? drift.containerId ?? ''} ${drift.field}`
}

function endingOf({ restoreRequestedAt, repairId }: Drift, mender: Mender | undefined): 'restored' | 'repaired' | 'gone' {
  if (restoreRequestedAt !== null) return 'restored'
  return mender !== undefined || repairId !== null ? 'repaired' : 'gone'
}

export async function endDrift(trx: Executor, id: string, ending: NonNullable<Drift['ending']>): Promise<void> {
  await trx.updateTable('drifts').set({ ending, endedAt: databaseNow }).where('id', '=', id).where('endedAt', 'is', null).execute()
}

export async function requestRestore(trx: Executor, id: string): Promise<void> {
  await trx.updateTable('drifts').set({ restoreRequestedAt: databaseNow }).where('id', '=', id).where('endedAt', 'is', null).execute()
}

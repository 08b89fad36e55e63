// Which volumes of previews were seeded: begun before anything is in them, done when all of it is. What is in between is nobody's data.
import type { Selectable } from 'kysely'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { SeededVolumeTable } from './tables/previews.ts'

export type SeededVolume = Selectable<SeededVolumeTable>

export function seededVolumes(db: Executor, environmentId: string): Promise<readonly SeededVolume[]> {
  return db.selectFrom('seededVolumes').selectAll().where('environmentId', '=', environmentId).orderBy('volume').execute()
}

export async function isSeeded(db: Executor, environmentId: string, volume: string): Promise<boolean> {
  return (await seededVolumes(db, environmentId)).some((one) => one.volume === volume)
}

/** Before the volume is made; what was known of an earlier one of that name does not count any more. */
export async function beginSeeding(
  trx: Executor,
  begun: Pick<SeededVolume, 'environmentId' | 'volume' | 'teamId' | 'service' | 'source'>,
): Promise<void> {
  const { service, source } = begun
  await trx
    .insertInto('seededVolumes')
    .values(begun)
    .onConflict((conflict) =>
      conflict
        .columns(['environmentId', 'volume'])
        .doUpdateSet({ service, source, state: 'begun', mark: null, begunAt: databaseNow, doneAt: null }),
    )
    .execute()
}

/** `mark` tells the volume from another of its name. */
export async function endSeeding(
  trx: Executor,
  { environmentId, volume, mark }: Pick<SeededVolume, 'environmentId' | 'volume'> & { readonly mark: string },
): Promise<void> {
  await trx
    .updateTable('seededVolumes')
    .set({ state: 'done', mark, doneAt: databaseNow })
    .where('environmentId', '=', environmentId)
    .where('volume', '=', volume)
    .execute()
}

/** Before it is made by who does not seed it. */
export async function forgetSeeding(trx: Executor, environmentId: string, volume: string): Promise<void> {
  await trx.deleteFrom('seededVolumes').where('environmentId', '=', environmentId).where('volume', '=', volume).execute()
}

// Volumes of a preview that were begun with and never came to their end: whoever looked at one would see half of the data, or none.
import type { Engine } from '../../engine/engine.ts'
import { seededVolumes } from '../../store/seeded-volumes.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'

/**
 * Takes them away, with the containers that mount them, so that they are made and seeded anew. The same goes for one that another has taken the place
 * of since it was seeded. What is stored of them stays: until they are made again, nobody else makes them.
 */
export async function discardHalfSeeded(
  attempt: Attempt,
  { kyozo, engine }: { readonly kyozo: Pick<Kyozo, 'db'>; readonly engine: Engine },
): Promise<void> {
  const { environment, identity } = attempt
  if (environment.trust === 'trusted') return
  for (const { volume, service, source, state, mark } of await seededVolumes(kyozo.db, environment.id)) {
    const found = await engine.volumeMark(identity, volume)
    if (found === undefined || (state === 'done' && found === mark)) continue
    attempt.say(`The volume ${volume} of ${service} does not hold all of ${source}, so it goes`)
    await engine.discardVolume(identity, volume)
  }
}

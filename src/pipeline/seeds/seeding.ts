// What the databases of a preview begin with. A volume that is about to be made for one is stored as begun first; once its database is healthy it is
// filled, before anything that needs it starts, and only then stored as done.
import type { Engine } from '../../engine/engine.ts'
import { KyozoError } from '../../errors.ts'
import type { ObservedStack } from '../../reconcile/plan.ts'
import { neededVolumes } from '../../reconcile/plan-ground.ts'
import type { PlannedSeed } from '../../stack/seeds/plan-seeds.ts'
import type { StackService, StackSpec } from '../../stack/stack.ts'
import { assertLease } from '../../store/leases.ts'
import { beginSeeding, endSeeding, forgetSeeding, isSeeded } from '../../store/seeded-volumes.ts'
import type { Attempt } from '../attempt.ts'
import type { Kyozo } from '../kyozo.ts'
import type { PreviewGround } from '../pull-requests/ground.ts'
import { fill } from './fill.ts'
import { type Seeds, seedsOf } from './seeds-of.ts'

export interface Seeding {
  /** Hears of each volume before it is made. */
  making(volume: string): Promise<void>
  /** Whether its database was made anew and is still to be filled. */
  owes(service: string): boolean
  /** Its container is healthy. Throws `seed_failed`. */
  seed(spec: StackService, container: string): Promise<void>
}

/** Of what is no preview, and of one that needs none. */
const nothingToSeed: Seeding = { making: async () => undefined, owes: () => false, seed: async () => undefined }

export interface SeedingInput {
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly stack: StackSpec
  readonly observed: ObservedStack
  /** Where the release has looked at it already. */
  readonly ground: PreviewGround | undefined
}

/** Before anything is touched. Throws what is wrong with the seeds that are needed, all of it at once. */
export async function planSeeding(attempt: Attempt, kyozo: Kyozo, input: SeedingInput): Promise<Seeding> {
  const { environment } = attempt
  if (environment.trust === 'trusted') return nothingToSeed
  const needed = neededVolumes(input.stack, (service) => attempt.wishes.destroyed.has(service))
  const missing = new Set(needed.filter((volume) => !input.observed.volumes.includes(volume)))
  const seeds = missing.size === 0 ? undefined : await seedsOf(attempt, kyozo, { ...input, missing })
  return seedingOf(attempt, kyozo, { ...input, missing, seeds })
}

function seedingOf(
  attempt: Attempt,
  kyozo: Kyozo,
  { engine, missing, seeds }: SeedingInput & { readonly missing: ReadonlySet<string>; readonly seeds: Seeds | undefined },
): Seeding {
  const { environment, identity, lease } = attempt
  const owed = new Map<string, PlannedSeed>()
  return {
    async making(volume) {
      if (!missing.has(volume)) return assertUnseeded(attempt, kyozo, volume)
      const seed = seeds?.planned.find((one) => one.volume === volume)
      await kyozo.db.transaction().execute(async (trx) => {
        await assertLease(trx, lease)
        if (seed === undefined) return forgetSeeding(trx, environment.id, volume)
        const { service, source } = seed
        await beginSeeding(trx, { environmentId: environment.id, teamId: environment.teamId, volume, service, source })
      })
      if (seed !== undefined) owed.set(seed.service, seed)
    },
    owes: (service) => owed.has(service),
    async seed(spec, container) {
      const seed = owed.get(spec.name)
      if (seed === undefined || seeds === undefined) return
      await fill(attempt, kyozo, { engine, seed, spec, container, ruling: seeds.ruling })
      const mark = (await engine.volumeMark(identity, seed.volume)) ?? ''
      await kyozo.db.transaction().execute(async (trx) => {
        await assertLease(trx, lease)
        await endSeeding(trx, { environmentId: environment.id, volume: seed.volume, mark })
      })
      owed.delete(spec.name)
    },
  }
}

/** It was there when the plan was made, which therefore knows of no seed for it. */
async function assertUnseeded({ environment }: Attempt, { db }: Kyozo, volume: string): Promise<void> {
  if (!(await isSeeded(db, environment.id, volume))) return
  throw new KyozoError('engine_refused', `the volume ${volume} was removed a moment ago, with the data that it was seeded with`, {
    hint: 'kyozo seeds another',
    retryable: true,
  })
}

// A release whose plan knew of no loss may find that a volume of what was live is gone: it makes it again, and its commit must say that it did.
import { lostVolume, sayLost } from '../reconcile/repair.ts'
import type { StackSpec } from '../stack/stack.ts'
import type { Executor } from '../store/database.ts'
import { driftsSince, endDrift } from '../store/drifts.ts'
import { assertLease } from '../store/leases.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { eventSource } from './record-plan.ts'
import { recordLoss } from './repair/record-differences.ts'
import { byRelease } from './repair/settle.ts'

/** Hears of a volume that the release is about to make, and tells of it where it held data: what is live had it, or what it goes back to. */
export function hearLosses(attempt: Attempt, kyozo: Kyozo, stack: StackSpec): (volume: string) => Promise<void> {
  const services = attempt.release.options.rollbackTo === undefined ? [...attempt.live.values()].map(({ spec }) => spec) : stack.services
  const { environment, lease } = attempt
  return async (volume) => {
    if (!services.some(({ volumes }) => volumes.includes(volume))) return
    await kyozo.db.transaction().execute(async (trx) => {
      await assertLease(trx, lease)
      await recordLoss(trx, { environment, services: stack.services, volume, mender: byRelease, source: eventSource(attempt) })
    })
    attempt.say(`${sayLost(volume)}. It is made again, empty`)
  }
}

/** Of what was lost since the release began, whoever noticed it: the words for each service that kept its data there. */
export async function lossWords(db: Executor, { release, environment }: Attempt, stack: StackSpec): Promise<ReadonlyMap<string, string>> {
  const drifts = await driftsSince(db, environment.id, release.startedAt ?? release.createdAt)
  const lost = new Set(drifts.map(lostVolume).filter((volume) => volume !== undefined))
  const said = stack.services.map(
    ({ name, volumes }) =>
      [
        name,
        volumes
          .filter((volume) => lost.has(volume))
          .map(sayLost)
          .join(', '),
      ] as const,
  )
  return new Map(said.filter(([, words]) => words !== ''))
}

/** In the transaction that makes the release live: what it made again is there. */
export async function endLosses(trx: Executor, { release, environment }: Attempt): Promise<void> {
  const drifts = await driftsSince(trx, environment.id, release.startedAt ?? release.createdAt)
  for (const drift of drifts) if (lostVolume(drift) !== undefined) await endDrift(trx, drift.id, 'repaired')
}

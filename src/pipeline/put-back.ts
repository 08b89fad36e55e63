// A try at a release that could not even be ended, as when the database went away or something happened that nobody foresaw.
import { retryAfterSeconds } from '../release/priority.ts'
import { storeError } from '../store/database.ts'
import { endOvertaken, giveBack } from '../store/give-back.ts'
import { inSeconds } from '../store/instance.ts'
import { attemptLimit, type Claim } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import type { Kyozo } from './kyozo.ts'
import { reportEnd } from './rescue.ts'

/**
 * It is tried again, unless a newer one takes its place, and the worker goes on with the next one. Where that cannot be stored, or was the last try,
 * its lease runs out and the rescue decides.
 */
export async function putBack(claim: Claim, kyozo: Pick<Kyozo, 'db' | 'log' | 'config'>, thrown: unknown): Promise<void> {
  const { release } = claim
  const failure = storeError(thrown)
  if (failure.code === 'lease_lost') return
  kyozo.log.warn({ error: failure, release: release.id }, 'a try at a release broke off')
  if (release.attempt >= attemptLimit) return
  // By its code alone: what nobody foresaw may tell of paths, statements and secrets.
  const reason = `waiting to try again: the last try broke off inside kyozo (${failure.code}), and its log has the cause`
  try {
    await kyozo.db.transaction().execute(async (trx) => {
      const nextAttemptAt = inSeconds(retryAfterSeconds(release.attempt, Math.random()))
      const newer = await giveBack(trx, claim, { reason, nextAttemptAt })
      if (newer === undefined) await notify(trx, 'queue', release.environmentId)
      else await reportEnd(kyozo, trx, { release: await endOvertaken(trx, claim.lease, newer), fate: 'superseded' })
    })
  } catch (error) {
    kyozo.log.warn({ error, release: release.id }, 'a release could not be put back, and is taken up when its lease has run out')
  }
}

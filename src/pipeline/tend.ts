// What serves is looked after while a release fetches and builds, which may take long: by who has the environment, and that is the release itself.
// It ends before the release changes a container.
import type { Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { sayLost } from '../reconcile/repair.ts'
import type { Executor } from '../store/database.ts'
import { assertLease } from '../store/leases.ts'
import { isSeeded } from '../store/seeded-volumes.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { actOn, type Done } from './repair/act.ts'
import { type Seen, see } from './repair/look.ts'
import { recordDifferences, recordLoss } from './repair/record-differences.ts'
import { byRelease, recordTended } from './repair/settle.ts'

export interface Tending {
  /** Runs work while nothing is tended, which reads what is there anew. */
  apart<T>(work: () => Promise<T>): Promise<T>
  /** Resolves, when nothing is tended any more, with whether other containers are there than when `apart` ran last. */
  end(): Promise<boolean>
}

/** What could not be put right is tried again later, and later still. */
const firstPauseMs = 5_000
const longestPauseMs = 60_000

/** Whoever looks at the environment and finds a release at work wakes it. */
export function tendWhatServes(attempt: Attempt, { kyozo, engine }: { readonly kyozo: Kyozo; readonly engine: Engine }): Tending {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, attempt.signal])
  let under: Promise<void> = Promise.resolve()
  let isAsked = false
  let hasRemade = false
  let failures = 0
  let notBefore = 0
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = under.then(work)
    under = mine.then(
      () => undefined,
      () => undefined,
    )
    return mine
  }
  const look = async () => {
    isAsked = false
    if (signal.aborted || performance.now() < notBefore) return
    const done: Done[] = []
    try {
      await tend(attempt, { kyozo, engine, signal, done })
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      notBefore = performance.now() + Math.min(longestPauseMs, firstPauseMs * 2 ** failures++)
      kyozo.log.warn({ error, release: attempt.release.id }, 'what serves could not be put right while a release is made')
    } finally {
      // However it ended: what was done before something failed is there.
      if (done.some(({ kind }) => kind === 'create' || kind === 'remove' || kind === 'sweep')) hasRemade = true
    }
  }
  const off = kyozo.notifications.on('tend', (id) => {
    if (isAsked || (id !== '' && id !== attempt.environment.id)) return
    isAsked = true
    void inTurn(look)
  })
  return {
    apart: (work) =>
      inTurn(() => {
        hasRemade = false
        return work()
      }),
    async end() {
      off()
      stop.abort(new KyozoError('superseded', 'the release goes on'))
      await under
      return hasRemade
    },
  }
}

interface Tender {
  readonly kyozo: Kyozo
  /** Fenced by the release's lease. */
  readonly engine: Engine
  readonly signal: AbortSignal
  /** Grows while it acts. */
  readonly done: Done[]
}

/** Throws what could not be done. */
async function tend(attempt: Attempt, { kyozo, engine, signal, done }: Tender): Promise<void> {
  const found = await see(kyozo, attempt.environment.id)
  if (found?.release === undefined) return
  // What only a release can do is this one's to do.
  const steps = found.plan.steps.filter(({ kind }) => kind !== 'release')
  const seen: Seen = { ...found, plan: { ...found.plan, steps } }
  const { environment, stack } = seen
  const underLease = (write: (trx: Executor) => Promise<void>) =>
    kyozo.db.transaction().execute(async (trx) => {
      await assertLease(trx, attempt.lease)
      await write(trx)
    })
  const losing = async (volume: string) => {
    if (await isSeeded(kyozo.db, environment.id, volume))
      throw new KyozoError('state_conflict', `${sayLost(volume)}; this release seeds it again`)
    await underLease((trx) => recordLoss(trx, { environment, services: stack?.services ?? [], volume, mender: byRelease }))
  }
  if (steps.length > 0) await underLease((trx) => recordDifferences(trx, seen))
  const failure = await actOn(seen, { kyozo, engine, signal, losing, done })
  const words = await recordTended(kyozo, attempt.lease, { seen, done })
  if (done.length > 0) attempt.say(`Meanwhile, of what serves: ${words}`)
  if (failure !== undefined) throw failure
}

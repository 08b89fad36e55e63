// Works on one operation: claims it, does what its kind does, and ends it exactly once, in words.
import { asKyozoError, KyozoError } from '../../errors.ts'
import { createRedactor } from '../../secrets/redact.ts'
import { storeError } from '../../store/database.ts'
import { notify } from '../../store/notify.ts'
import {
  changeLeased,
  claimOperation,
  finishOperation,
  type OperationClaim,
  type OperationLease,
  operationAttemptLimit,
  renewOperation,
  requeueOperation,
  waitingOperations,
} from '../../store/operation-leases.ts'
import { findOperation, type OperationEnd } from '../../store/operations.ts'
import { settleLeftOperations } from '../../store/release-operations.ts'
import { HandedOver, watchForStop } from '../hand-over.ts'
import type { Kyozo } from '../kyozo.ts'
import { awaitedSeconds, nextTry, secondsBefore } from '../next-try.ts'
import { operationFailures, operationKinds } from './index.ts'
import type { OperationContext } from './operation.ts'

/** A third of the lease, so that two renewals may fail. */
const renewMs = 8_000
/** Without a renewal for so long the worker stops by itself, before anybody else may start. */
const selfFenceMs = 20_000
/** More than anybody asks for in the time between two looks. */
const wokenAtOnce = 500

/** Does nothing when it has ended, follows a release, or is somebody else's. */
export async function workOperation(id: string, kyozo: Kyozo): Promise<void> {
  if (kyozo.stopping.begun.aborted) return
  const asked = await findOperation(kyozo.db, id)
  // What this version does not know was asked of a newer one: a process of that one takes it.
  if (asked === undefined || operationKinds[asked.kind] === undefined) return
  const claim = await claimOperation(kyozo.db, id, kyozo.owner)
  if (claim === undefined) return
  const guard = guardLease(kyozo, claim.lease)
  const secrets = new Set<string>()
  const redactAlso = (values: readonly string[]) => {
    for (const value of values) secrets.add(value)
  }
  try {
    await run(claim, { kyozo, lease: claim.lease, signal: guard.signal, redactAlso })
  } catch (thrown) {
    const reason: unknown = guard.signal.reason
    await endFailed(claim, kyozo, { thrown: reason instanceof HandedOver ? reason : thrown, redact: createRedactor(secrets) }).catch(
      (error: unknown) => {
        // Somebody else goes on with it, or the next look does.
        if (asKyozoError(error).code !== 'lease_lost') throw error
      },
    )
  } finally {
    guard.close()
  }
}

/** Wakes a worker for everything that nobody works on, and ends what a release left open. */
export async function rescueOperations(kyozo: Kyozo): Promise<void> {
  await settleLeftOperations(kyozo.db)
  for (const id of await waitingOperations(kyozo.db, wokenAtOnce)) await kyozo.queue.enqueueOperation(kyozo.db, id)
}

async function run({ operation, lease }: OperationClaim, context: OperationContext): Promise<void> {
  if (operation.attempt > operationAttemptLimit)
    throw new KyozoError('internal', `kyozo ended ${operationAttemptLimit} times while working on this operation`)
  const work = operationKinds[operation.kind]
  if (work === undefined)
    throw new KyozoError('internal', `this kyozo knows no operation ${operation.kind}`, { hint: 'it was asked of another version' })
  const outcome = await work(operation, context)
  if (outcome.kind !== 'done') return
  const { words, result } = outcome
  await finishOperation(context.kyozo.db, lease, { state: 'succeeded', words, ...(result === undefined ? {} : { result }) })
}

type FailedEnd = Extract<OperationEnd, { readonly state: 'failed' }>

interface Failed {
  readonly thrown: unknown
  readonly redact: (text: string) => string
}

async function endFailed({ operation, lease }: OperationClaim, kyozo: Kyozo, { thrown, redact }: Failed): Promise<void> {
  const failure = storeError(thrown)
  if (failure.code === 'lease_lost') return
  if (failure instanceof HandedOver) return handBack({ operation, lease }, kyozo, failure)
  const message = redact(failure.message)
  kyozo.log.info({ error: failure, operation: operation.id, kind: operation.kind }, 'an operation failed')
  const again = failure.retryable ? nextTry([failure], operation) : undefined
  if (again !== undefined) {
    // What is waited for does not use up the tries: what was promised is done once it can be.
    const isAwaited = again.awaits !== undefined
    const attempt = isAwaited ? operation.attempt - 1 : operation.attempt
    const afterSeconds = Math.max(isAwaited ? awaitedSeconds : 0, secondsBefore(again, operation.attempt, Math.random()))
    await requeueOperation(kyozo.db, lease, { words: `waiting to try again: ${message}`, afterSeconds, attempt })
    await notify(kyozo.db, 'queue', operation.environmentId ?? '')
    return
  }
  // What nobody foresaw may tell of paths and statements: it is in the log.
  const isForeseen = thrown instanceof KyozoError || failure.code === 'store_unavailable'
  const said = isForeseen ? message : 'something went wrong inside kyozo'
  const hint = isForeseen ? failure.hint : 'the log of kyozo has the cause'
  const error = { code: failure.code, message: said, ...(hint === undefined ? {} : { hint: redact(hint) }) }
  await storeFailed({ operation, lease }, kyozo, { state: 'failed', words: said, error })
}

/** What else its end leaves behind belongs to it, and must not keep it from ending: who cannot store that would be asked for it for ever. */
async function storeFailed({ operation, lease }: OperationClaim, kyozo: Kyozo, end: FailedEnd): Promise<void> {
  const { message, hint } = end.error
  const words = hint === undefined ? message : `${message}; ${hint}`
  try {
    await kyozo.db.transaction().execute(async (trx) => {
      await operationFailures[operation.kind]?.(operation, { trx, baseUrl: kyozo.config.baseUrl, words })
      await finishOperation(trx, lease, end)
    })
  } catch (thrown) {
    const { code } = storeError(thrown)
    // Somebody else ends it, or the next look does when PostgreSQL answers.
    if (code === 'lease_lost' || code === 'store_unavailable') throw thrown
    kyozo.log.error(
      { error: thrown, operation: operation.id, kind: operation.kind },
      'what a failed operation leaves behind could not be stored',
    )
    await finishOperation(kyozo.db, lease, end)
  }
}

/** Not counted as a try, and taken up by whoever looks first. */
async function handBack({ operation, lease }: OperationClaim, kyozo: Kyozo, { message }: HandedOver): Promise<void> {
  await kyozo.db.transaction().execute(async (trx) => {
    const change = { state: 'queued' as const, words: message, leaseToken: null, leaseExpiresAt: null }
    await changeLeased(trx, lease, { ...change, attempt: Math.max(0, operation.attempt - 1) })
    await kyozo.queue.enqueueOperation(trx, operation.id)
  })
}

function guardLease(kyozo: Kyozo, lease: OperationLease): { readonly signal: AbortSignal; close(): void } {
  const stop = new AbortController()
  const leaving = watchForStop(kyozo, stop)
  const lost = () => stop.abort(new KyozoError('lease_lost', 'another worker has taken this operation over'))
  let renewedAt = performance.now()
  const timer = setInterval(() => {
    if (performance.now() - renewedAt > selfFenceMs) lost()
    renewOperation(kyozo.db, lease).then(
      (isHeld) => {
        if (isHeld) renewedAt = performance.now()
        else lost()
      },
      (error: unknown) => kyozo.log.warn({ error, operation: lease.operationId }, 'an operation’s lease could not be renewed'),
    )
  }, renewMs)
  return {
    signal: stop.signal,
    close() {
      clearInterval(timer)
      leaving.close()
    },
  }
}

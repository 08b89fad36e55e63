// Works on one operation: claims it, does what its kind does, and ends it exactly once, in words.
import { asKyozoError, KyozoError } from '../../errors.ts'
import { createRedactor } from '../../secrets/redact.ts'
import {
  claimOperation,
  finishOperation,
  type OperationClaim,
  type OperationLease,
  operationAttemptLimit,
  renewOperation,
  requeueOperation,
  waitingOperations,
} from '../../store/operation-leases.ts'
import { settleLeftOperations } from '../../store/release-operations.ts'
import type { Kyozo } from '../kyozo.ts'
import { operationKinds } from './index.ts'
import type { OperationContext } from './operation.ts'

/** A third of the lease, so that two renewals may fail. */
const renewMs = 8_000
const firstRetrySeconds = 2
/** More than anybody asks for in the time between two looks. */
const wokenAtOnce = 500

/** Does nothing when it has ended, follows a release, or is somebody else's. */
export async function workOperation(id: string, kyozo: Kyozo): Promise<void> {
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
    await endFailed(claim, kyozo, { thrown, redact: createRedactor(secrets) }).catch((error: unknown) => {
      // Somebody else goes on with it, or the next look does.
      if (asKyozoError(error).code !== 'lease_lost') throw error
    })
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

interface Failed {
  readonly thrown: unknown
  readonly redact: (text: string) => string
}

async function endFailed({ operation, lease }: OperationClaim, kyozo: Kyozo, { thrown, redact }: Failed): Promise<void> {
  const failure = asKyozoError(thrown)
  if (failure.code === 'lease_lost') return
  const message = redact(failure.message)
  kyozo.log.info({ error: failure, operation: operation.id, kind: operation.kind }, 'an operation failed')
  if (failure.retryable && operation.attempt < operationAttemptLimit) {
    const afterSeconds = firstRetrySeconds * 2 ** (operation.attempt - 1)
    await requeueOperation(kyozo.db, lease, { words: `waiting to try again: ${message}`, afterSeconds })
    return
  }
  // What nobody foresaw may tell of paths and statements: it is in the log.
  const isForeseen = thrown instanceof KyozoError
  const said = isForeseen ? message : 'something went wrong inside kyozo'
  const hint = isForeseen ? failure.hint : 'the log of kyozo has the cause'
  await finishOperation(kyozo.db, lease, {
    state: 'failed',
    words: said,
    error: { code: failure.code, message: said, ...(hint === undefined ? {} : { hint: redact(hint) }) },
  })
}

function guardLease(kyozo: Kyozo, lease: OperationLease): { readonly signal: AbortSignal; close(): void } {
  const stop = new AbortController()
  const timer = setInterval(() => {
    renewOperation(kyozo.db, lease).then(
      (isHeld) => {
        if (!isHeld) stop.abort(new KyozoError('lease_lost', 'another worker has taken this operation over'))
      },
      (error: unknown) => kyozo.log.warn({ error, operation: lease.operationId }, 'an operation’s lease could not be renewed'),
    )
  }, renewMs)
  return { signal: stop.signal, close: () => clearInterval(timer) }
}

// A release that does not go live: what it left is taken away, and it ends in words, or goes back to the queue when trying again can help.
import type { Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { servingContainers } from '../reconcile/recover.ts'
import { releaseWords } from '../release/verdict.ts'
import type { StackSpec } from '../stack/stack.ts'
import { attemptLimit, endRelease, updateRelease } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { newerRelease, type ReleaseVerdict } from '../store/releases.ts'
import { replaceRoutes } from '../store/routes.ts'
import { type Attempt, Superseded } from './attempt.ts'
import { Canceled } from './cancel.ts'
import type { Kyozo } from './kyozo.ts'
import { failedVerdicts, failuresOf, supersededVerdictsOf } from './outcomes.ts'
import { keepLivePorts } from './ports.ts'
import { startRelease } from './receive.ts'
import { type NotLive, recordFailure } from './record-failure.ts'
import { elapsedMs } from './record-live.ts'
import { eventSource } from './record-plan.ts'
import { recover } from './recover.ts'
import { reportRelease } from './report.ts'
import { routeRows } from './routes.ts'
import { sayVerdicts } from './switch-over.ts'
import { liveFacts } from './wishes.ts'

/** What is left to do when an attempt ends without going live. */
export type EndOutcome = { readonly kind: 'ended' } | { readonly kind: 'retry'; readonly afterMs: number } | { readonly kind: 'lost' }

const firstRetryMs = 2_000

export async function endWithoutGoingLive(
  attempt: Attempt,
  kyozo: Kyozo,
  end: { readonly engine: Engine; readonly thrown: unknown; readonly stack: StackSpec | undefined; readonly hasTouchedContainers: boolean },
): Promise<EndOutcome> {
  const thrown = failuresOf(end.thrown)
  if (thrown.some((failure) => failure.code === 'lease_lost')) return { kind: 'lost' }
  const reason = attempt.signal.aborted ? (attempt.signal.reason as unknown) : end.thrown
  if (reason instanceof Superseded) return supersede(attempt, kyozo, { stack: end.stack, bySha: reason.bySha })
  const causes = reason instanceof Canceled ? [reason] : thrown
  const failures = end.hasTouchedContainers ? [...causes, ...(await recoverRoutes(attempt, kyozo, end.engine))] : causes
  if (mayRetry(attempt, failures)) {
    const newer = await newerRelease(kyozo.db, attempt.release)
    if (newer !== undefined) return supersede(attempt, kyozo, { stack: end.stack, bySha: newer.sha })
    return retryLater(attempt, kyozo, failures.find(isEngineAway) ?? failures[0]!)
  }
  await fail(attempt, kyozo, { stack: end.stack, failures })
  return { kind: 'ended' }
}

async function supersede(
  attempt: Attempt,
  kyozo: Kyozo,
  by: { readonly stack: StackSpec | undefined; readonly bySha: string },
): Promise<EndOutcome> {
  const verdicts = supersededVerdictsOf(attempt, by.stack, by.bySha)
  const change = {
    state: 'superseded' as const,
    supersededBy: by.bySha,
    reason: `superseded by ${by.bySha.slice(0, 7)}`,
    timings: JSON.stringify(attempt.timings),
  }
  await sayVerdicts(attempt, { ...attempt.release, ...change, timings: {} }, verdicts)
  await kyozo.db.transaction().execute(async (trx) => {
    const ended = await endRelease(trx, attempt.lease, { change, verdicts })
    await recordFailure(trx, notLive(attempt, { stack: by.stack, failures: [], verdicts, code: 'superseded', reason: change.reason }))
    await reportRelease(
      trx,
      { workspace: attempt.workspace, environment: attempt.environment, release: ended, verdicts },
      kyozo.config.baseUrl,
    )
    // The branch may have moved without a delivery having arrived yet: its tip gets its release now.
    if ((await newerRelease(trx, attempt.release)) === undefined) {
      await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, {
        workspace: attempt.workspace,
        environment: attempt.environment,
        sha: by.bySha,
        triggeredBy: attempt.release.triggeredBy,
      })
    }
  })
  return { kind: 'ended' }
}

/** A host that is away gets a few tries. An engine that is away is waited for: no commit is at fault, and nothing runs without it. */
function mayRetry(attempt: Attempt, failures: readonly KyozoError[]): boolean {
  // While the engine is away nothing can be mended, so nothing can end.
  if (failures.some(isEngineAway)) return true
  return failures.every((failure) => failure.retryable) && attempt.release.attempt < attemptLimit
}

function isEngineAway(failure: KyozoError): boolean {
  return failure.code === 'engine_unavailable'
}

const longestRetryMs = 15_000

async function retryLater(attempt: Attempt, kyozo: Kyozo, failure: KyozoError): Promise<EndOutcome> {
  const { release } = attempt
  const afterMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (release.attempt - 1))
  const tries = isEngineAway(failure) ? '' : ` (attempt ${release.attempt} of ${attemptLimit})`
  const reason = `waiting to try again: ${attempt.redact(failure.message)}`
  // Said once, not at each try.
  if (release.reason !== reason) attempt.say(`${attempt.redact(failure.message)}; trying again in ${afterMs / 1000} s${tries}`)
  await updateRelease(kyozo.db, attempt.lease, {
    state: 'queued',
    stage: null,
    reason,
    leaseToken: null,
    leaseExpiresAt: null,
    attempt: isEngineAway(failure) ? Math.min(release.attempt, attemptLimit - 1) : release.attempt,
  })
  return { kind: 'retry', afterMs }
}

async function fail(
  attempt: Attempt,
  kyozo: Kyozo,
  cause: { readonly stack: StackSpec | undefined; readonly failures: readonly KyozoError[] },
): Promise<void> {
  const first = cause.failures[0]!
  const verdicts: ReleaseVerdict[] = failedVerdicts(attempt, cause.stack, cause.failures).map((verdict) => ({
    ...verdict,
    words: attempt.redact(verdict.words),
  }))
  const words = attempt.redact(releaseWords('failed', verdicts, first.message))
  const serving = verdicts.some((verdict) => verdict.kind === 'failed') || attempt.live.size === 0 ? '' : '. Previous release still serving'
  const change = { state: 'failed' as const, errorCode: first.code, reason: `${words}${serving}`, timings: JSON.stringify(attempt.timings) }
  for (const failure of cause.failures) attempt.say(`${failure.message}${failure.hint === undefined ? '' : `\n  ${failure.hint}`}`)
  await sayVerdicts(attempt, { ...attempt.release, ...change, timings: {} }, verdicts)
  await kyozo.db.transaction().execute(async (trx) => {
    const ended = await endRelease(trx, attempt.lease, { change, verdicts })
    await recordFailure(trx, notLive(attempt, { ...cause, verdicts, code: first.code, reason: change.reason }))
    await keepLivePorts(trx, attempt)
    await reportRelease(
      trx,
      { workspace: attempt.workspace, environment: attempt.environment, release: ended, verdicts },
      kyozo.config.baseUrl,
    )
  })
}

interface EndedBadly {
  readonly stack: StackSpec | undefined
  readonly failures: readonly KyozoError[]
  readonly verdicts: readonly ReleaseVerdict[]
  readonly code: string
  readonly reason: string
}

function notLive(attempt: Attempt, { stack, failures, ...ended }: EndedBadly): NotLive {
  return {
    ...ended,
    environmentId: attempt.environment.id,
    source: eventSource(attempt),
    sha: attempt.release.sha,
    codes: new Map(failures.flatMap(({ service, code }) => (service === undefined ? [] : [[service, code] as const]))),
    live: attempt.live,
    stopped: attempt.wishes.stopped,
    specs: new Map((stack?.services ?? []).map((spec) => [spec.name, spec])),
    durationMs: elapsedMs(attempt),
  }
}

/** What was stopped first got new loopback ports when it started again. */
/** The failure that kept it from mending, if one did: the cause of the release's own is still said. */
async function recoverRoutes(attempt: Attempt, kyozo: Kyozo, engine: Engine): Promise<readonly KyozoError[]> {
  try {
    await recover(attempt, engine)
    await refreshRoutes(attempt, kyozo, engine)
    return []
  } catch (error) {
    if (!(error instanceof KyozoError) || error.code !== 'engine_unavailable') throw error
    return [error]
  }
}

async function refreshRoutes(attempt: Attempt, kyozo: Kyozo, engine: Engine): Promise<void> {
  const containers = servingContainers(await engine.observe(attempt.identity, []), liveFacts(attempt.live, attempt.wishes))
  const services = [...attempt.live.values()].map((live) => live.spec)
  await replaceRoutes(
    kyozo.db,
    attempt.environment.id,
    routeRows({ environmentId: attempt.environment.id, identity: attempt.identity, services, containers }, kyozo.config),
  )
  await notify(kyozo.db, 'routes', attempt.environment.id)
  await kyozo.edge?.refresh()
}

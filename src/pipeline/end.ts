// A release that does not go live: what it left is taken away, and it ends in words, or goes back to the queue when trying again can help.
import type { Engine } from '../engine/engine.ts'
import { KyozoError } from '../errors.ts'
import { servingContainers } from '../reconcile/recover.ts'
import { releaseWords } from '../release/verdict.ts'
import type { StackSpec } from '../stack/stack.ts'
import { reached } from '../steps.ts'
import type { Executor } from '../store/database.ts'
import { giveBack, overtakenBy } from '../store/give-back.ts'
import { inSeconds } from '../store/instance.ts'
import { attemptLimit, endRelease } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { pullRequestOf } from '../store/pull-requests.ts'
import { newerRelease, type Release, type ReleaseVerdict } from '../store/releases.ts'
import { replaceRoutes } from '../store/routes.ts'
import { instancesByName } from '../store/service-instances.ts'
import type { Attempt } from './attempt.ts'
import { Canceled } from './cancel.ts'
import { HandedOver, handBack } from './hand-over.ts'
import type { Kyozo } from './kyozo.ts'
import { isLate } from './late.ts'
import { Superseded } from './newer.ts'
import { type NextTry, nextTry, secondsBefore } from './next-try.ts'
import { failedVerdicts, failuresOf, supersededVerdictsOf } from './outcomes.ts'
import { keepLivePorts } from './ports.ts'
import { whyUnapprovedIn } from './pull-requests/approval.ts'
import { followPullRequest } from './pull-requests/note.ts'
import { startRelease } from './receive.ts'
import { type NotLive, recordFailure } from './record-failure.ts'
import { elapsedMs } from './record-live.ts'
import { eventSource } from './record-plan.ts'
import { recover } from './recover.ts'
import { reportRelease } from './report.ts'
import { routeRows } from './routes.ts'
import { discardHalfSeeded } from './seeds/half-seeded.ts'
import { sickOf } from './starts.ts'
import { sayVerdicts } from './switch-over.ts'
import { liveFacts } from './wishes.ts'

export async function endWithoutGoingLive(
  attempt: Attempt,
  kyozo: Kyozo,
  end: { readonly engine: Engine; readonly thrown: unknown; readonly stack: StackSpec | undefined; readonly hasTouchedContainers: boolean },
): Promise<void> {
  const thrown = failuresOf(end.thrown)
  // An earlier try may have come further.
  const stack = end.stack ?? attempt.release.stackSpec ?? undefined
  const reason = attempt.signal.aborted ? (attempt.signal.reason as unknown) : end.thrown
  if ([...thrown, ...failuresOf(reason)].some((failure) => failure.code === 'lease_lost')) return
  // Whatever is to become of the release: neither a process that stops nor a newer commit, which begins by fetching, leaves a service stopped.
  const besides = end.hasTouchedContainers ? await bringBack(attempt, kyozo, end.engine) : []
  if (reason instanceof Superseded) return supersede(attempt, kyozo, { stack, bySha: reason.bySha })
  const causes = reason instanceof Canceled ? [reason] : thrown
  const failures = [...causes, ...besides]
  const isHandedOver = reason instanceof HandedOver
  const again = isHandedOver ? undefined : nextTry(failures, attempt.release)
  if (isHandedOver || again !== undefined) {
    const newer = await (again === undefined ? handBack(attempt, kyozo) : retryLater(attempt, kyozo, again))
    if (newer !== undefined) await supersede(attempt, kyozo, { stack, bySha: newer.sha })
    return
  }
  await reached('release.failing', attempt.release.id)
  await fail(attempt, kyozo, { stack, failures: causes, unmended: besides[0] })
  await reached('release.ended', attempt.release.id)
}

async function supersede(
  attempt: Attempt,
  kyozo: Kyozo,
  by: { readonly stack: StackSpec | undefined; readonly bySha: string },
): Promise<void> {
  const verdicts = supersededVerdictsOf(attempt, by.stack, by.bySha)
  const change = { ...overtakenBy({ sha: by.bySha }), timings: JSON.stringify(attempt.timings) }
  await sayVerdicts(attempt, { ...attempt.release, ...change, timings: {} }, verdicts)
  await kyozo.db.transaction().execute(async (trx) => {
    const isServed = await isLate(trx, { release: attempt.release, tip: by.bySha })
    const options = isServed ? { options: JSON.stringify({ late: true }) } : {}
    const ended = await endRelease(trx, attempt.lease, { change: { ...change, ...options }, verdicts })
    await recordFailure(trx, notLive(attempt, { stack: by.stack, failures: [], verdicts, code: 'superseded', reason: change.reason }))
    // The branch may have moved without a delivery having arrived yet: its tip gets its release now, unless it has one that serves.
    if (!isServed && (await newerRelease(trx, attempt.release)) === undefined) await releaseTip(attempt, kyozo, { trx, sha: by.bySha })
    // After the release above, which holds the workspace: what is told is locked last.
    await reportRelease(
      trx,
      { workspace: attempt.workspace, environment: attempt.environment, release: ended, verdicts },
      kyozo.config.baseUrl,
    )
    // This process goes on with nothing.
    if (kyozo.stopping.begun.aborted) await kyozo.queue.enqueueDeploy(trx, attempt.environment.id)
  })
}

/** Of a fork's head that nobody has approved no release begins: whoever looks at the pull request holds it and says so. */
async function releaseTip(
  { workspace, environment, release }: Attempt,
  kyozo: Kyozo,
  { trx, sha }: { readonly trx: Executor; readonly sha: string },
): Promise<void> {
  const { triggeredBy } = release
  if ((await whyUnapprovedIn(trx, environment, sha)) === undefined) {
    await startRelease({ queue: kyozo.queue, baseUrl: kyozo.config.baseUrl }, trx, { workspace, environment, sha, triggeredBy })
    return
  }
  const pullRequest = await pullRequestOf(trx, environment.id)
  if (pullRequest !== undefined) await followPullRequest(trx, kyozo.queue, { pullRequest, by: triggeredBy })
}

/** The newer release that takes its place instead, if one waits. */
async function retryLater(attempt: Attempt, kyozo: Kyozo, again: NextTry): Promise<Release | undefined> {
  const { release } = attempt
  const { because: failure, awaits } = again
  const seconds = secondsBefore(again, release.attempt, Math.random())
  const how =
    awaits === undefined ? ` in ${seconds.toFixed(1)} s (attempt ${release.attempt} of ${attemptLimit})` : ' as soon as it can be asked'
  const reason = `waiting to try again: ${attempt.redact(failure.message)}`
  const newer = await kyozo.db.transaction().execute(async (trx) => {
    const overtaking = await giveBack(trx, attempt, {
      reason,
      nextAttemptAt: inSeconds(seconds),
      ...(awaits === undefined ? {} : { attempt: release.attempt - 1 }),
      // Nobody hears that a registry is back: for that it waits by time alone.
      ...(awaits === 'engine' || awaits === 'repository' ? { waitsFor: awaits } : {}),
    })
    if (overtaking === undefined) await notify(trx, 'queue', release.environmentId)
    return overtaking
  })
  // Said once, not at each try.
  if (newer === undefined && release.reason !== reason) attempt.say(`${attempt.redact(failure.message)}; trying again${how}`)
  return newer
}

interface Failing {
  readonly stack: StackSpec | undefined
  readonly failures: readonly KyozoError[]
  /** What kept what served from being brought back: said behind the causes, of which it is none. */
  readonly unmended: KyozoError | undefined
}

async function fail(attempt: Attempt, kyozo: Kyozo, cause: Failing): Promise<void> {
  const first = cause.failures[0]!
  const isBack = cause.unmended === undefined
  const verdicts: ReleaseVerdict[] = failedVerdicts(attempt, cause.stack, { ...cause, isBack }).map((verdict) => ({
    ...verdict,
    words: attempt.redact(verdict.words),
  }))
  const words = attempt.redact(releaseWords('failed', verdicts, first.message))
  const reason = `${words}${servingWords(attempt, cause, verdicts)}`
  const change = { state: 'failed' as const, errorCode: first.code, reason, timings: JSON.stringify(attempt.timings) }
  for (const failure of cause.failures) attempt.say(`${failure.message}${failure.hint === undefined ? '' : `\n  ${failure.hint}`}`)
  if (cause.unmended !== undefined) attempt.say(`Bringing back what served failed: ${cause.unmended.message}`)
  await sayVerdicts(attempt, { ...attempt.release, ...change, timings: {} }, verdicts)
  await kyozo.db.transaction().execute(async (trx) => {
    const ended = await endRelease(trx, attempt.lease, { change, verdicts })
    await recordFailure(trx, notLive(attempt, { ...cause, verdicts, code: first.code, reason }))
    await keepLivePorts(trx, attempt)
    await reportRelease(
      trx,
      { workspace: attempt.workspace, environment: attempt.environment, release: ended, verdicts },
      kyozo.config.baseUrl,
    )
  })
}

function servingWords({ live, redact }: Attempt, { unmended }: Failing, verdicts: readonly ReleaseVerdict[]): string {
  if (unmended !== undefined) return `. Bringing back what served failed: ${redact(unmended.message)}`
  return verdicts.some((verdict) => verdict.kind === 'failed') || live.size === 0 ? '' : '. Previous release still serving'
}

interface EndedBadly {
  readonly stack: StackSpec | undefined
  readonly failures: readonly KyozoError[]
  readonly verdicts: readonly ReleaseVerdict[]
  readonly code: string
  readonly reason: string
}

function notLive(attempt: Attempt, { stack, failures, verdicts, code, reason }: EndedBadly): NotLive {
  return {
    verdicts,
    code,
    reason,
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

/** A process that stops has no time for one that does not hear that it is to end, and never proved itself: what served waits for its place. */
const hurried = { graceSeconds: 2 }

/** The failure that kept what served from being brought back, if one did: whoever looks at the environment next goes on with that. */
async function bringBack(attempt: Attempt, kyozo: Kyozo, engine: Engine): Promise<readonly KyozoError[]> {
  try {
    // Which the next try does, too: a process that stops has no time for it.
    if (!kyozo.stopping.begun.aborted) await discardHalfSeeded(attempt, { kyozo, engine }).catch(unlessLost(kyozo, attempt))
    await recover(attempt, engine, kyozo.stopping.begun.aborted ? hurried : {})
    await refreshRoutes(attempt, kyozo, engine)
    return []
  } catch (error) {
    if (!(error instanceof KyozoError) || error.code === 'lease_lost') throw error
    kyozo.log.warn({ error, release: attempt.release.id }, 'what served could not be brought back')
    return [error]
  }
}

/** What a preview keeps is looked at again by its next release, before anything else of it. */
function unlessLost({ log }: Kyozo, { release }: Attempt): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof KyozoError) || error.code === 'lease_lost') throw error
    log.warn({ error, release: release.id }, 'a volume that was not seeded to its end could not be removed')
  }
}

/** What was stopped first got new loopback ports when it started again, and what is sick gets no requests now either. */
async function refreshRoutes(attempt: Attempt, kyozo: Kyozo, engine: Engine): Promise<void> {
  const environmentId = attempt.environment.id
  const containers = servingContainers(await engine.observe(attempt.identity, []), liveFacts(attempt.live, attempt.wishes))
  const services = [...attempt.live.values()].map((live) => live.spec)
  const sick = await sickOf(kyozo.db, { environmentId, instances: await instancesByName(kyozo.db, environmentId), containers })
  await replaceRoutes(
    kyozo.db,
    environmentId,
    routeRows({ environmentId, identity: attempt.identity, services, containers, sick }, kyozo.config),
  )
  await notify(kyozo.db, 'routes', environmentId)
  await kyozo.edge?.refresh()
}

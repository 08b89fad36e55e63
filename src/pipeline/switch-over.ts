// The switch: new containers take over names and routes, the release becomes live in one transaction, and only then the old ones drain and go.
// That transaction is the commit point: a crash before it goes back to the old release, a crash after it goes on with the new one.
import type { Engine } from '../engine/engine.ts'
import type { ObservedContainer, StackPlan } from '../reconcile/plan.ts'
import { stateWords } from '../release/states.ts'
import { releaseWords, short } from '../release/verdict.ts'
import type { Committed } from '../stack/edits/with-edits.ts'
import type { StackSpec } from '../stack/stack.ts'
import { reached } from '../steps.ts'
import { sickContainers } from '../store/container-health.ts'
import { endDrained, holdUntilDrained } from '../store/draining-operations.ts'
import { recordAnalyzed } from '../store/environments.ts'
import { keepRelease } from '../store/kept-releases.ts'
import { endRelease } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { type Release, type ReleaseVerdict, retireLiveReleases } from '../store/releases.ts'
import { replaceRoutes } from '../store/routes.ts'
import { freeServices } from '../store/service-guards.ts'
import type { Topology } from '../topology/topology.ts'
import type { Applied } from './apply.ts'
import type { Attempt } from './attempt.ts'
import { keepFoundFile } from './commit-back/keep-found.ts'
import type { Kyozo } from './kyozo.ts'
import { endLosses, lossWords } from './lost-volumes.ts'
import { liveVerdicts, touchedServices } from './outcomes.ts'
import { keepOnlyPorts } from './ports.ts'
import { followRuled } from './pull-requests/follow-ruled.ts'
import { recordLive } from './record-live.ts'
import { differingNames, type ReleaseValues, sealValues, valuesOfRelease } from './release-values.ts'
import { reportRelease } from './report.ts'
import { leavingContainers, retire } from './retire.ts'
import { routeRows, serviceUrls } from './routes.ts'

export interface Switching {
  readonly stack: StackSpec
  readonly topology: Topology | null
  /** compose.kyozo.yaml of the commit; null where nobody looks at it. */
  readonly committed: Committed | null
  readonly plan: StackPlan
  readonly applied: Applied
  readonly tree: string
  /** What its containers were started with. */
  readonly values: ReleaseValues
}

export async function switchOver(attempt: Attempt, kyozo: Kyozo, engine: Engine, switching: Switching): Promise<void> {
  const { stack, applied } = switching
  for (const [service, containers] of applied.hidden) await engine.giveAlias(attempt.identity, service, containers)
  const live = await becomeLive(attempt, kyozo, engine, switching).finally(() => settleRoutes(attempt, kyozo))
  await reached('switch.stored', attempt.release.id)
  // The release is live: whatever goes wrong from here on is mended later and takes nothing back.
  try {
    // What is left to the next release is gone when that says so.
    if (await retire(attempt, kyozo, { stack, applied })) await endDrained(kyozo.db, live)
  } catch (error) {
    kyozo.log.warn({ error, release: attempt.release.id }, 'replaced containers could not be taken away; the next mending does it')
  }
}

/** Whatever became of it; what the edge cannot read now it reads at the next change. */
async function settleRoutes({ environment, release }: Attempt, { edge, log }: Kyozo): Promise<void> {
  await edge
    ?.settled(environment.id)
    .catch((error: unknown) => log.warn({ error, release: release.id }, 'the edge could not read its routes and keeps the ones it has'))
}

async function becomeLive(attempt: Attempt, kyozo: Kyozo, engine: Engine, switching: Switching): Promise<Release> {
  const { stack, plan, applied } = switching
  const { environment, release } = attempt
  const containers = await stayingContainers(attempt, engine, applied)
  const sick = await sickContainers(
    kyozo.db,
    containers.map(({ id }) => id),
  )
  const routes = routeRows(
    { environmentId: environment.id, identity: attempt.identity, services: stack.services, containers, sick },
    kyozo.config,
  )
  const urls = serviceUrls(attempt.identity, stack.services, kyozo.config)
  const back = release.options.rollbackTo === undefined ? '' : `back to ${short(release.sha)} as ${release.triggeredBy} asked`
  const others = await otherValues(attempt, kyozo, switching.values)
  const losses = await lossWords(kyozo.db, attempt, stack)
  const verdicts = liveVerdicts(attempt, { stack, plan, healthyAfterMs: applied.healthyAfterMs, urls, wishes: attempt.wishes }).map(
    (verdict) => {
      const changed = verdict.kind === 'unchanged' ? [] : [back, others.get(verdict.service)]
      return { ...verdict, words: joined(verdict.words, ...changed, losses.get(verdict.service)) }
    },
  )
  const hasChanged = touchedServices(plan).size > 0 || changesResting(attempt, stack)
  const state = hasChanged || environment.liveReleaseId === null ? ('live' as const) : ('unchanged' as const)
  await sayVerdicts(attempt, { ...release, state }, verdicts)
  return kyozo.db.transaction().execute(async (trx) => {
    if (leavingContainers(applied).length > 0) await holdUntilDrained(trx, release.id)
    const ended = await endRelease(trx, attempt.lease, {
      change: {
        state,
        timings: JSON.stringify(attempt.timings),
        reason: `${back === '' ? '' : `${back}: `}${releaseWords(state, verdicts, null)}`,
      },
      verdicts,
    })
    if (state === 'live') await retireLiveReleases(trx, release)
    await keepRelease(trx, release, {
      kept: kyozo.config.keptReleases,
      values: sealValues(kyozo.vault, release.id, switching.values),
    })
    await recordAnalyzed(trx, environment.id, {
      tree: switching.tree,
      sha: release.sha,
      ...(state === 'live' ? { liveReleaseId: release.id } : {}),
    })
    await freeServices(trx, environment.id, beginningAnew(release, switching))
    await replaceRoutes(trx, environment.id, routes)
    await keepOnlyPorts(trx, attempt, stack)
    await recordLive(trx, attempt, { ...switching, containers, urls })
    await endLosses(trx, attempt)
    if (switching.committed !== null) await keepFoundFile(trx, kyozo.queue, { ...attempt, committed: switching.committed })
    await followRuled(trx, kyozo.queue, { workspace: attempt.workspace, environment, diff: ended.diff, by: release.triggeredBy })
    await reportRelease(trx, { workspace: attempt.workspace, environment, release: ended, verdicts }, kyozo.config.baseUrl)
    await notify(trx, 'routes', environment.id)
    // Who reads that it is live must reach the new containers at once.
    await kyozo.edge?.goAhead(trx, environment.id)
    await reached('switch.storing', release.id)
    return ended
  })
}

/** Names of the variables that a service gets another value of than from the release that is live, in words, by service. */
async function otherValues({ environment }: Attempt, kyozo: Kyozo, values: ReleaseValues): Promise<ReadonlyMap<string, string>> {
  const live = environment.liveReleaseId === null ? undefined : await valuesOfRelease(kyozo, environment.liveReleaseId)
  if (live === undefined) return new Map()
  const names = differingNames(live.secrets, values.secrets)
  return new Map([...names].map(([service, changed]) => [service, `with another ${changed.join(', ')}`]))
}

function joined(...words: readonly (string | undefined)[]): string {
  return words.filter((part) => part !== undefined && part !== '').join(', ')
}

/** Services that have no past from now on: those that it touched, and all of them when a person asked for what is live, which starts what was held back. */
function beginningAnew({ options, triggeredById, triggeredBy }: Release, { stack, plan }: Switching): readonly string[] {
  const isAsked = options.ofLive === true && (triggeredById !== null || triggeredBy !== 'kyozo')
  return isAsked ? stack.services.map(({ name }) => name) : [...touchedServices(plan)]
}

/** What a resting service comes back as is what the live release says, so a commit that changes only such a one goes live too. */
function changesResting({ live }: Attempt, stack: StackSpec): boolean {
  return stack.services.some(({ name, configHash }) => live.get(name)?.spec.configHash !== configHash)
}

/** What stays after the switch: a container that is leaving gets no new requests. */
async function stayingContainers(attempt: Attempt, engine: Engine, applied: Applied): Promise<readonly ObservedContainer[]> {
  const leaving = new Set(leavingContainers(applied))
  const { containers } = await engine.observe(attempt.identity, [])
  return containers.filter(({ id }) => !leaving.has(id))
}

/** Stored before the release ends: who follows it stops reading at its end. */
export async function sayVerdicts(attempt: Attempt, release: Release, verdicts: readonly ReleaseVerdict[]): Promise<void> {
  const width = Math.max(0, ...verdicts.map((verdict) => verdict.service.length))
  for (const verdict of verdicts)
    attempt.say(`  ${verdict.service.padEnd(width)}  ${verdict.words}${verdict.url === undefined ? '' : `  ${verdict.url}`}`)
  // A reason of several lines has been said in full by whoever found it.
  const [words = ''] = releaseWords(release.state, verdicts, release.reason).split('\n')
  attempt.say(`${release.sha.slice(0, 7)} ${stateWords(release.state)}: ${words.replace(/:$/, '')}`)
  await attempt.storeSaid()
}

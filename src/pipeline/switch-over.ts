// The switch: new containers take over names and routes, the release becomes live in one transaction, and only then the old ones drain and go.
// That transaction is the commit point: a crash before it goes back to the old release, a crash after it goes on with the new one.
import type { Engine } from '../engine/engine.ts'
import type { ObservedContainer, StackPlan } from '../reconcile/plan.ts'
import { stateWords } from '../release/states.ts'
import { releaseWords, short } from '../release/verdict.ts'
import type { StackSpec } from '../stack/stack.ts'
import { endDrained, holdUntilDrained } from '../store/draining-operations.ts'
import { recordAnalyzed } from '../store/environments.ts'
import { endRelease } from '../store/leases.ts'
import { notify } from '../store/notify.ts'
import { type Release, type ReleaseVerdict, retireLiveReleases } from '../store/releases.ts'
import { replaceRoutes } from '../store/routes.ts'
import type { Topology } from '../topology/topology.ts'
import type { Applied } from './apply.ts'
import type { Attempt } from './attempt.ts'
import type { Kyozo } from './kyozo.ts'
import { liveVerdicts, touchedServices } from './outcomes.ts'
import { keepOnlyPorts } from './ports.ts'
import { recordLive } from './record-live.ts'
import { reportRelease } from './report.ts'
import { routeRows, serviceUrls } from './routes.ts'

/** For requests under way to a container that is going. */
const drainMs = 10_000

export interface Switching {
  readonly stack: StackSpec
  readonly topology: Topology | null
  readonly plan: StackPlan
  readonly applied: Applied
  readonly tree: string
}

export async function switchOver(attempt: Attempt, kyozo: Kyozo, engine: Engine, switching: Switching): Promise<void> {
  const { stack, applied } = switching
  for (const [service, containers] of applied.hidden) await engine.giveAlias(attempt.identity, service, containers)
  const live = await becomeLive(attempt, kyozo, engine, switching)
  await kyozo.edge?.refresh()
  // The release is live: whatever goes wrong from here on is mended later and takes nothing back.
  try {
    await retire(attempt, kyozo, { stack, applied })
    await endDrained(kyozo.db, live)
  } catch (error) {
    kyozo.log.warn({ error, release: attempt.release.id }, 'replaced containers could not be taken away; the next mending does it')
  }
}

async function retire(attempt: Attempt, kyozo: Kyozo, { stack, applied }: Pick<Switching, 'stack' | 'applied'>): Promise<void> {
  const going = applied.retire.flatMap((retired) => retired.containers)
  const leaving = leavingContainers(applied)
  if (leaving.length === 0) return
  await drain(kyozo, leaving)
  const kept = new Set(stack.services.map((service) => service.name))
  for (const { service, containers } of applied.retire)
    if (kept.has(service)) await kyozo.engine.takeAlias(attempt.identity, service, containers)
  // A sibling that resolved the old address a moment ago is still about to connect to it.
  await new Promise((resolve) => setTimeout(resolve, siblingGraceMs))
  await kyozo.engine.stop(applied.stop)
  await kyozo.engine.remove(going)
}

function leavingContainers({ retire, stop }: Applied): readonly string[] {
  return [...retire.flatMap(({ containers }) => containers), ...stop]
}

const siblingGraceMs = 1_000

async function drain(kyozo: Kyozo, containers: readonly string[]): Promise<void> {
  if (kyozo.edge !== undefined) return kyozo.edge.drain(containers, drainMs)
  // Another process has the edge: it has taken over the routes by now, and its requests get a moment to end.
  await new Promise((resolve) => setTimeout(resolve, remoteDrainMs))
}

const remoteDrainMs = 2_000

async function becomeLive(attempt: Attempt, kyozo: Kyozo, engine: Engine, switching: Switching): Promise<Release> {
  const { stack, plan, applied } = switching
  const { environment, release } = attempt
  const containers = await stayingContainers(attempt, engine, applied)
  const routes = routeRows(
    { environmentId: environment.id, identity: attempt.identity, services: stack.services, containers },
    kyozo.config,
  )
  const urls = serviceUrls(attempt.identity, stack.services, kyozo.config)
  const back = release.options.rollbackTo === undefined ? '' : `back to ${short(release.sha)} as ${release.triggeredBy} asked`
  const verdicts = liveVerdicts(attempt, { stack, plan, healthyAfterMs: applied.healthyAfterMs, urls, wishes: attempt.wishes }).map(
    (verdict) => (back === '' || verdict.kind === 'unchanged' ? verdict : { ...verdict, words: `${verdict.words}, ${back}` }),
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
    await recordAnalyzed(trx, environment.id, {
      tree: switching.tree,
      sha: release.sha,
      ...(state === 'live' ? { liveReleaseId: release.id } : {}),
    })
    await replaceRoutes(trx, environment.id, routes)
    await keepOnlyPorts(trx, attempt, stack)
    await recordLive(trx, attempt, { ...switching, containers, urls })
    await reportRelease(trx, { workspace: attempt.workspace, environment, release: ended, verdicts }, kyozo.config.baseUrl)
    await notify(trx, 'routes', environment.id)
    // Who reads that it is live must reach the new containers at once.
    await kyozo.edge?.refresh(trx)
    return ended
  })
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

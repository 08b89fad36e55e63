// What a look or a repair leaves: how services stand, where requests go, what differs, and who is held back; in one transaction that nobody overtakes.
import { KyozoError } from '../../errors.ts'
import { type GuardMemory, nextLookMs } from '../../reconcile/flap-guard.ts'
import type { Sickness } from '../../store/container-health.ts'
import type { Executor } from '../../store/database.ts'
import { recordEvents, type ServiceEvent } from '../../store/deployment-events.ts'
import { endHeldOf } from '../../store/draining-operations.ts'
import type { Mender } from '../../store/drifts.ts'
import { holdIdleEnvironment } from '../../store/environments.ts'
import { assertLease, type Lease } from '../../store/leases.ts'
import { notify } from '../../store/notify.ts'
import { endRepair, type RepairEnd, type RepairLease } from '../../store/repairs.ts'
import { replaceRoutes, routesOf } from '../../store/routes.ts'
import { steadyMs } from '../health-news.ts'
import type { Kyozo } from '../kyozo.ts'
import { recordObserved } from '../record-observed.ts'
import { reportHealth } from '../report-health.ts'
import { routeRows } from '../routes.ts'
import { sickOf } from '../starts.ts'
import type { Done } from './act.ts'
import { heldWords, recordGuards } from './hold.ts'
import { lookAt, type Seen, see } from './look.ts'
import { recordDifferences, sourceOf } from './record-differences.ts'

interface Settled {
  readonly againMs?: number
}

const busyMs = 2_000
const retryMs = 1_000
const engineAwayMs = 5_000
/** A moment after one that came back may be called well. */
const steadyAgainMs = steadyMs + 1_000

/** Nothing had to be done. */
export async function settle(kyozo: Kyozo, seen: Seen): Promise<Settled> {
  const words = await heldWords(kyozo, seen)
  const isStored = await kyozo.db.transaction().execute(async (trx) => {
    const held = await holdIdleEnvironment(trx, seen.environment.id)
    if (held === undefined || held.generation !== seen.environment.generation) return false
    await recordStanding(trx, kyozo, { seen, words })
    await recordDifferences(trx, seen)
    return true
  })
  if (!isStored) return { againMs: busyMs }
  await tellGone(kyozo, seen)
  return againAfter(seen)
}

/** What waits for the containers that the live release has replaced or stopped is done: none of them is left, whoever took them away. */
async function tellGone({ db }: Kyozo, { environment, plan }: Seen): Promise<void> {
  const isLeft = plan.steps.length > 0 || plan.drainsForMs > 0
  if (environment.liveReleaseId !== null && !isLeft) await endHeldOf(db, environment.liveReleaseId)
}

/** The release that has the environment puts right what a repair would. */
export const byRelease: Mender = { repairId: null }

interface Tended {
  readonly seen: Seen
  readonly done: readonly Done[]
}

/**
 * What the release that has the environment did for what serves. Requests go where they are answered; how services stand is told when it has ended.
 * Returns what was done, in words.
 */
export async function recordTended(kyozo: Kyozo, lease: Lease, { seen, done }: Tended): Promise<string> {
  const after = done.length === 0 ? seen : ((await see(kyozo, seen.environment.id)) ?? seen)
  const words = await heldWords(kyozo, seen)
  await kyozo.db.transaction().execute(async (trx) => {
    await assertLease(trx, lease)
    await recordEvents(trx, sourceOf(seen.environment), eventsOf(seen, done))
    await recordDifferences(trx, after, done.length === 0 ? undefined : byRelease)
    await recordGuards(trx, kyozo, { seen, words })
    await recordRoutes(trx, kyozo, after)
  })
  return outcomeWords(done)
}

interface Repaired {
  /** Before it. */
  readonly seen: Seen
  readonly lease: RepairLease
  readonly done: readonly Done[]
  /** Why it came to no end: somebody waits for the environment, or a step failed. Undefined when it did what it was to do. */
  readonly failure: unknown
}

/** What is there now is looked at once more, however it ended: what it brought back gets requests at once. */
export async function settleRepair(kyozo: Kyozo, repaired: Repaired): Promise<Settled> {
  const { seen, lease, done } = repaired
  const error = errorOf(repaired.failure)
  if (error?.code === 'lease_lost') throw error
  const looked = await lookAt(kyozo, seen.environment.id).catch(() => undefined)
  const after = looked === undefined || looked === 'under_release' ? undefined : looked
  const words = await heldWords(kyozo, seen)
  await kyozo.db.transaction().execute(async (trx) => {
    await finish(trx, kyozo, { lease, end: endOf(error, done) })
    await recordEvents(trx, sourceOf(seen.environment), eventsOf(seen, done))
    if (after === undefined) return
    // Why it is held back was seen before it was stopped.
    await recordStanding(trx, kyozo, { seen: { ...after, flapping: seen.flapping }, words })
    await recordDifferences(trx, after, lease)
  })
  await kyozo.edge?.refresh()
  if (after !== undefined) await tellGone(kyozo, after)
  if (error === undefined) return after === undefined || after.plan.steps.length > 0 ? { againMs: retryMs } : againAfter(after)
  const isQuiet = error.code === 'superseded' || error.code === 'stopping'
  if (!isQuiet) kyozo.log.warn({ error, environment: seen.environment.id }, 'an environment could not be repaired')
  return { againMs: error.code === 'engine_unavailable' ? engineAwayMs : retryMs }
}

function errorOf(failure: unknown): KyozoError | undefined {
  if (failure === undefined || failure instanceof KyozoError) return failure
  return new KyozoError('internal', String(failure), { cause: failure })
}

function endOf(error: KyozoError | undefined, done: readonly Done[]): RepairEnd {
  if (error === undefined) return { state: 'succeeded', outcome: outcomeWords(done) }
  const failed = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`
  const outcome = done.length === 0 ? failed : `${failed}. Before that: ${outcomeWords(done)}`
  const hasYielded = error.code === 'superseded' || error.code === 'stopping'
  return hasYielded ? { state: 'yielded', outcome } : { state: 'failed', outcome, errorCode: error.code }
}

/** The environment's row first, as everybody who claims it. Whoever asked it to give way is woken. */
async function finish(
  trx: Executor,
  kyozo: Kyozo,
  { lease, end }: { readonly lease: RepairLease; readonly end: RepairEnd },
): Promise<void> {
  const ended = await endRepair(trx, lease, end)
  if (ended.yieldRequestedAt === null) return
  await kyozo.queue.enqueueDeploy(trx, ended.environmentId)
  await notify(trx, 'queue', ended.environmentId)
}

interface Standing {
  readonly seen: Seen
  /** Why services are held back, by name. */
  readonly words: ReadonlyMap<string, string>
}

async function recordStanding(trx: Executor, kyozo: Kyozo, { seen, words }: Standing): Promise<void> {
  const { workspace, environment, live, plan, now } = seen
  const sick = await sickNow(trx, seen)
  const about = { environmentId: environment.id, teamId: environment.teamId, live, containers: plan.proven, sick, now }
  await reportHealth(trx, { workspace, environment, changes: await recordObserved(trx, about), now }, kyozo.config.baseUrl)
  await recordGuards(trx, kyozo, { seen, words })
  await putRoutes(trx, kyozo, { seen, sick })
}

function sickNow(trx: Executor, { environment, instances, live, plan }: Seen): Promise<ReadonlyMap<string, Sickness>> {
  const containers = plan.proven.filter(({ service }) => live.get(service)?.spec.isOneShot === false)
  return sickOf(trx, { environmentId: environment.id, instances, containers })
}

/** In a transaction that proves that nobody else works on the environment. What is as it was is not written. */
export async function recordRoutes(trx: Executor, kyozo: Kyozo, seen: Seen): Promise<void> {
  await putRoutes(trx, kyozo, { seen, sick: await sickNow(trx, seen) })
}

interface Routed {
  readonly seen: Seen
  readonly sick: ReadonlyMap<string, Sickness>
}

async function putRoutes(trx: Executor, kyozo: Kyozo, { seen, sick }: Routed): Promise<void> {
  const { environment, identity, live, plan } = seen
  const services = [...live.values()].map(({ spec }) => spec)
  const rows = routeRows({ environmentId: environment.id, identity, services, containers: plan.proven, sick }, kyozo.config)
  const text = (routes: typeof rows) =>
    routes
      .map((row) => `${row.service} ${row.host} ${row.containerId} ${row.port}`)
      .sort()
      .join('\n')
  if (text(rows) === text(await routesOf(trx, environment.id))) return
  await replaceRoutes(trx, environment.id, rows)
  await notify(trx, 'routes', environment.id)
}

function eventsOf({ instances }: Seen, done: readonly Done[]): ServiceEvent[] {
  return done.flatMap(({ service, kind, containers, because: cause }): ServiceEvent[] => {
    const id = instances.get(service)?.id
    if (id === undefined) return []
    const about = { serviceInstanceId: id }
    if (kind === 'start' || kind === 'create') return [{ ...about, type: 'service_started', data: { containers: [...containers], cause } }]
    if (kind === 'restart') return [{ ...about, type: 'service_restarted', data: { containers: [...containers], inPlace: true, cause } }]
    return kind === 'stop' ? [{ ...about, type: 'service_stopped', data: { containers: [...containers], cause } }] : []
  })
}

const verbs: Partial<Record<Done['kind'], string>> = {
  make_network: 'the network made again',
  make_volume: 'a volume made again, empty',
  remove: 'removed',
  sweep: 'removed',
  unpause: 'unpaused',
  stop: 'stopped',
  start: 'started again',
  restart: 'restarted',
  connect: 'connected again',
  rename: 'given its name back',
  restore: 'put back as released',
  create: 'made again',
}

function outcomeWords(done: readonly Done[]): string {
  const said = done.map(({ service, kind, containers }) => {
    const verb = verbs[kind] ?? kind
    return service === '' ? verb : `${service}: ${containers.length} ${containers.length === 1 ? 'container' : 'containers'} ${verb}`
  })
  return said.length === 0 ? 'nothing was left to do' : said.join('; ')
}

function againAfter({ flapping, instances, plan, now }: Seen): Settled {
  const guarded = [...flapping.values()].map(({ memory }) => nextLookMs(memory as GuardMemory, now.getTime()))
  const isRecovering = [...instances.values()].some(
    ({ status, healthStatus, desiredState }) => desiredState === 'running' && (status === 'error' || healthStatus === 'unhealthy'),
  )
  const young = plan.proven.some(({ startedAt }) => startedAt !== null && now.getTime() - Date.parse(startedAt) < steadyAgainMs)
  const waits = [
    ...guarded,
    plan.drainsForMs > 0 ? plan.drainsForMs + 500 : undefined,
    isRecovering && young ? steadyAgainMs : undefined,
  ].filter((ms) => ms !== undefined)
  return waits.length === 0 ? {} : { againMs: Math.min(...waits) }
}

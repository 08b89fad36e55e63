// The worker: takes deploys from the queue, one at a time for each environment, and looks after what nobody was woken for.

import type { Kyozo } from '../pipeline/kyozo.ts'
import { rescueOperations, workOperation } from '../pipeline/operations/work.ts'
import { lookAgain } from '../pipeline/pull-requests/look-again.ts'
import { expirePreviews, removeLingering } from '../pipeline/pull-requests/tidy.ts'
import { rescue } from '../pipeline/rescue.ts'
import { deployNext } from '../pipeline.ts'
import { startSchedule } from '../queue/schedule.ts'
import { forgetBodies } from '../store/deliveries.ts'
import { expireDrainingOf } from '../store/draining-operations.ts'
import { holdDuty, leaveDuties } from '../store/duties.ts'
import { expireLeasesOf, giveUpLeasesOf } from '../store/leases.ts'
import { forgetLiveEvents, orderLive } from '../store/live.ts'
import { rollUpMetrics } from '../store/metrics.ts'
import { expireOperationsOf, giveUpOperationsOf } from '../store/operation-leases.ts'
import { createOverlongLeases, type OverlongLeases } from '../store/overlong-leases.ts'
import { deleteSpentLogins } from '../store/people.ts'
import { abandonRepairs, expireRepairsOf } from '../store/repairs.ts'
import { deleteExpired } from '../store/retention.ts'
import { lookAtAlerts } from '../watch/alerts.ts'
import { followEngine, type Reconciler } from '../watch/follow-engine.ts'
import { watchHealth } from '../watch/health.ts'
import { createMeter } from '../watch/measure.ts'
import { createCollecting } from './collecting.ts'
import { startDue } from './due.ts'
import { startLedgerChecks } from './ledger-checks.ts'
import type { StopControl } from './stopping.ts'
import { underWay } from './under-way.ts'

/** Environments that are deployed at once; their builds share the machine's build slots. */
const concurrency = 8
/** Longer than the shortest time between two looks that keep it: whoever does the schedule goes on doing it. */
const dutySeconds = 25
/** Beyond those, for what must not wait behind a row of branches and previews. */
const reserved = 2
/** Operations mostly store something or ask for a release; those that analyze read a repository. */
const operationsAtOnce = 4
/** What serves is led to before kyozo says that it is ready; a repair that takes longer goes on behind that. */
const firstLookMs = 10_000

export async function startWorker(kyozo: Kyozo & { readonly stopping: StopControl }): Promise<{ stop(): Promise<void> }> {
  // The data directory's lock is ours, so whoever held these leases is dead.
  await expireLeasesOf(kyozo.db, kyozo.owner)
  await expireOperationsOf(kyozo.db, kyozo.owner)
  await expireRepairsOf(kyozo.db, kyozo.owner)
  await abandonRepairs(kyozo.db)
  await rescue(kyozo)
  const reconciler = followEngine(kyozo)
  await within(firstLookMs, reconciler.lookAtAll())
  await expireDrainingOf(kyozo.db, kyozo.owner)
  const works = underWay()
  const stopping = new AbortController()
  let busy = 0
  const deployInTurn = async () => {
    busy++
    const lowest = busy > concurrency ? 'production' : 'preview'
    await deployNext(kyozo, () => (stopping.signal.aborted ? undefined : { lowest })).finally(() => busy--)
  }
  // A job only wakes: what is deployed is what the queue has next.
  await kyozo.queue.work(() => works.run(deployInTurn), { concurrency: concurrency + reserved })
  const due = startDue(kyozo)
  await rescueOperations(kyozo)
  await kyozo.queue.workOperations((id) => works.run(() => workOperation(id, kyozo)), { concurrency: operationsAtOnce })
  const overlong = createOverlongLeases()
  const meter = createMeter(kyozo)
  const collecting = createCollecting(kyozo, stopping.signal)
  // Of several processes one does it; rescuing is everybody's, since rows are held while they are rescued.
  const byOne = (run: () => Promise<unknown>) => async () => {
    if (await holdDuty(kyozo.db, { name: 'schedule', holder: kyozo.owner, seconds: dutySeconds })) await run()
  }
  const health = watchHealth({ ...kyozo, settle: (id) => void reconciler.look(id) })
  const schedule = startSchedule(
    [
      { name: 'rescue releases', expression: '*/10 * * * * *', run: () => rescue(kyozo) },
      { name: 'end leases that the clock made too long', expression: '3-53/10 * * * * *', run: () => endOverlong(kyozo, overlong) },
      { name: 'wake for jobs that the clock put off', expression: '8-58/10 * * * * *', run: () => hastenJobs(kyozo) },
      { name: 'rescue operations', expression: '5-55/10 * * * * *', run: () => rescueOperations(kyozo) },
      { name: 'look for changes', expression: '*/15 * * * * *', run: byOne(() => reconciler.pulse()) },
      { name: 'rescue repairs', expression: '7-57/10 * * * * *', run: () => rescueRepairs(kyozo, reconciler) },
      { name: 'measure services', expression: '*/15 * * * * *', run: byOne(() => meter.measure()) },
      { name: 'roll up metrics', expression: '20 */5 * * * *', run: byOne(() => rollUpMetrics(kyozo.db)) },
      { name: 'remove previews that nobody uses', expression: '15,45 * * * * *', run: byOne(() => expirePreviews(kyozo)) },
      { name: 'remove previews that stayed', expression: '20,50 * * * * *', run: byOne(() => removeLingering(kyozo)) },
      { name: 'look again at pull requests', expression: '25,55 * * * * *', run: byOne(() => lookAgain(kyozo)) },
      { name: 'delete what is old', expression: '40 17 * * * *', run: byOne(() => deleteExpired(kyozo.db, stopping.signal)) },
      { name: 'forget bodies of deliveries', expression: '10 */10 * * * *', run: byOne(() => forgetBodies(kyozo.db)) },
      { name: 'forget spent logins', expression: '50 27 * * * *', run: byOne(() => deleteSpentLogins(kyozo.db)) },
      { name: 'look at alerts', expression: '10,25,40,55 * * * * *', run: byOne(() => lookAtAlerts(kyozo)) },
      { name: 'collect what nobody needs', expression: '35 */3 * * * *', run: () => collecting.collect() },
      { name: 'watch the room on disks', expression: '*/5 * * * * *', run: () => collecting.watchRoom() },
      // Who follows orders them at once; when nobody does, they must not pile up.
      { name: 'order live events', expression: '*/10 * * * * *', run: byOne(() => orderLive(kyozo.db)) },
      { name: 'forget live events', expression: '45 * * * * *', run: byOne(() => forgetLiveEvents(kyozo.db)) },
    ].map((work) => ({ ...work, run: () => works.run(work.run) })),
    kyozo.log,
  )
  const checks = startLedgerChecks(kyozo)
  return {
    async stop() {
      stopping.abort()
      // Before anything is given back, so that this process does not take it again.
      await kyozo.queue.pause()
      kyozo.stopping.begin()
      // Side by side: one that waits for an engine that hangs must not take the others' time.
      const rest = Promise.allSettled([checks.stop(), due.stop(), schedule.stop(), health.stop(), reconciler.stop()])
      if (!(await works.ended(kyozo.stopping.workMs))) await giveUp(kyozo)
      await leaveDuties(kyozo.db, kyozo.owner)
      await rest
    },
  }
}

/** What a repairer that died left is looked at again; the next one that dies is not kept waiting for that. */
async function rescueRepairs(kyozo: Kyozo, reconciler: Reconciler): Promise<void> {
  for (const id of new Set(await abandonRepairs(kyozo.db))) void reconciler.look(id)
}

async function endOverlong({ db, log }: Kyozo, overlong: OverlongLeases): Promise<void> {
  const ended = await overlong.end(db)
  if (ended > 0) log.warn({ ended }, 'the clock was put back: what somebody who is dead held until a time far ahead is free now')
}

async function hastenJobs({ queue, log }: Kyozo): Promise<void> {
  const hastened = await queue.hasten()
  if (hastened > 0) log.warn({ hastened }, 'the clock was put back: jobs that were to wait until a time far ahead are taken now')
}

async function giveUp({ db, owner, log }: Kyozo): Promise<void> {
  const releases = await giveUpLeasesOf(db, owner)
  const operations = await giveUpOperationsOf(db, owner)
  const repairs = await expireRepairsOf(db, owner)
  log.warn({ releases, operations, repairs }, 'what did not end in time is left to another process, or to the next start')
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

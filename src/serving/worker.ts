// The worker: takes deploys from the queue, one at a time for each environment, and looks after what nobody was woken for.

import type { Kyozo } from '../pipeline/kyozo.ts'
import { rescueOperations, workOperation } from '../pipeline/operations/work.ts'
import { recoverEnvironment } from '../pipeline/recover-environment.ts'
import { rescue, sweepBuiltInRemotes } from '../pipeline/rescue.ts'
import { slots } from '../pipeline/slots.ts'
import { deployEnvironment } from '../pipeline.ts'
import { startSchedule } from '../queue/schedule.ts'
import { expireDrainingOf } from '../store/draining-operations.ts'
import { expireLeasesOf } from '../store/leases.ts'
import { forgetLiveEvents, orderLive } from '../store/live.ts'
import { rollUpMetrics } from '../store/metrics.ts'
import { expireOperationsOf } from '../store/operation-leases.ts'
import { deleteSpentLogins } from '../store/people.ts'
import { deleteExpired } from '../store/retention.ts'
import { lookAtAlerts } from '../watch/alerts.ts'
import { allEnvironments, followEngine } from '../watch/follow-engine.ts'
import { createMeter } from '../watch/measure.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** Environments that are deployed at once; their builds share the machine's build slots. */
const concurrency = 8
/** Operations mostly store something or ask for a release; those that analyze read a repository. */
const operationsAtOnce = 4
/** Each holds a connection of the database meanwhile. */
const mendedAtOnce = 4

export async function startWorker(kyozo: Kyozo): Promise<{ stop(): Promise<void> }> {
  // The data directory's lock is ours, so whoever held these leases is dead.
  await expireLeasesOf(kyozo.db, kyozo.owner)
  await expireOperationsOf(kyozo.db, kyozo.owner)
  await rescue(kyozo)
  await forEachEnvironment(kyozo, (id) => mend(kyozo, id))
  await expireDrainingOf(kyozo.db, kyozo.owner)
  const oneEach = oneAtATime()
  // Asked for while a deploy runs, it is the deploy that runs once more; so mending is always followed by one.
  const mendInTurn = (id: string) => oneEach(id, () => mend(kyozo, id).then(() => deployEnvironment(id, kyozo)))
  await kyozo.queue.work((id) => oneEach(id, () => deployEnvironment(id, kyozo)), { concurrency })
  await rescueOperations(kyozo)
  await kyozo.queue.workOperations((id) => workOperation(id, kyozo), { concurrency: operationsAtOnce })
  const watching = followEngine(kyozo)
  const meter = createMeter(kyozo)
  const stopping = new AbortController()
  const schedule = startSchedule(
    [
      { name: 'rescue releases', expression: '*/10 * * * * *', run: () => rescue(kyozo) },
      { name: 'rescue operations', expression: '5-55/10 * * * * *', run: () => rescueOperations(kyozo) },
      { name: 'mend environments', expression: '15 * * * * *', run: () => forEachEnvironment(kyozo, mendInTurn) },
      { name: 'measure services', expression: '*/15 * * * * *', run: () => meter.measure() },
      { name: 'roll up metrics', expression: '20 */5 * * * *', run: async () => void (await rollUpMetrics(kyozo.db)) },
      { name: 'delete what is old', expression: '40 17 * * * *', run: async () => void (await deleteExpired(kyozo.db, stopping.signal)) },
      { name: 'forget spent logins', expression: '50 27 * * * *', run: () => deleteSpentLogins(kyozo.db) },
      { name: 'sweep built-in remotes', expression: '30 * * * * *', run: () => sweepBuiltInRemotes(kyozo) },
      { name: 'look at alerts', expression: '10,25,40,55 * * * * *', run: () => lookAtAlerts(kyozo) },
      // Who follows orders them at once; when nobody does, they must not pile up.
      { name: 'order live events', expression: '*/10 * * * * *', run: () => orderLive(kyozo.db) },
      { name: 'forget live events', expression: '45 * * * * *', run: () => forgetLiveEvents(kyozo.db).then(() => undefined) },
    ],
    kyozo.log,
  )
  // Nobody waits for it: what it finds was missed before, and is queued like any push.
  const swept = sweepBuiltInRemotes(kyozo).catch((error: unknown) => kyozo.log.warn({ error }, 'the built-in remotes could not be swept'))
  return {
    async stop() {
      stopping.abort()
      await schedule.stop()
      await watching.stop()
      await swept
    },
  }
}

async function forEachEnvironment(kyozo: Kyozo, work: (environmentId: string) => Promise<void>): Promise<void> {
  const inSlot = slots(mendedAtOnce)
  await Promise.all((await allEnvironments(kyozo)).map(({ id }) => inSlot(() => work(id))))
}

/** What an ended or failed process left half-made is taken away, and what should serve is started. The engine may be away: the next time does it. */
async function mend(kyozo: Kyozo, environmentId: string): Promise<void> {
  await recoverEnvironment(kyozo, environmentId, { repair: true }).catch((error: unknown) =>
    kyozo.log.warn({ error, environment: environmentId }, 'an environment could not be mended'),
  )
}

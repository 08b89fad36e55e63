// The worker: takes deploys from the queue, one at a time for each environment, and looks after what nobody was woken for.

import type { Kyozo } from '../pipeline/kyozo.ts'
import { recoverEnvironment } from '../pipeline/recover-environment.ts'
import { rescue, sweepBuiltInRemotes } from '../pipeline/rescue.ts'
import { slots } from '../pipeline/slots.ts'
import { deployEnvironment } from '../pipeline.ts'
import { startSchedule } from '../queue/schedule.ts'
import { expireLeasesOf } from '../store/leases.ts'
import { allEnvironments, followEngine } from '../watch/follow-engine.ts'
import { oneAtATime } from './one-at-a-time.ts'

/** Environments that are deployed at once; their builds share the machine's build slots. */
const concurrency = 8
/** Each holds a connection of the database meanwhile. */
const mendedAtOnce = 4

export async function startWorker(kyozo: Kyozo): Promise<{ stop(): Promise<void> }> {
  // The data directory's lock is ours, so whoever held these leases is dead.
  await expireLeasesOf(kyozo.db, kyozo.owner)
  await rescue(kyozo)
  await sweepBuiltInRemotes(kyozo)
  await mendAll(kyozo)
  const oneEach = oneAtATime()
  await kyozo.queue.work((environmentId) => oneEach(environmentId, () => deployEnvironment(environmentId, kyozo)), { concurrency })
  const watching = followEngine(kyozo)
  const schedule = startSchedule(
    [
      { name: 'rescue releases', expression: '*/10 * * * * *', run: () => rescue(kyozo) },
      { name: 'sweep built-in remotes', expression: '30 * * * * *', run: () => sweepBuiltInRemotes(kyozo) },
    ],
    kyozo.log,
  )
  return {
    async stop() {
      await schedule.stop()
      await watching.stop()
    },
  }
}

/** What an ended process left half-made is mended before anything new begins. The engine may be away: then its return does it. */
async function mendAll(kyozo: Kyozo): Promise<void> {
  const inSlot = slots(mendedAtOnce)
  const mend = ({ id, identity }: Awaited<ReturnType<typeof allEnvironments>>[number]) =>
    recoverEnvironment(kyozo, id, { repair: true }).catch((error: unknown) =>
      kyozo.log.warn({ error, project: identity.project }, 'an environment could not be mended at the start'),
    )
  await Promise.all((await allEnvironments(kyozo)).map((environment) => inSlot(() => mend(environment))))
}

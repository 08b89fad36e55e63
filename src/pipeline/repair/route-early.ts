// While a repair goes on: what has come back gets requests at once, and does not wait for a service beside it that takes long to become healthy.
import { assertRepair, type RepairLease } from '../../store/repairs.ts'
import type { Kyozo } from '../kyozo.ts'
import type { Done } from './act.ts'
import { see } from './look.ts'
import { recordRoutes } from './settle.ts'

export interface RoutingEarly {
  /** Resolves when nothing is written any more. */
  close(): Promise<void>
}

/** Most repairs end sooner, and route what they brought back when they do. */
const everyMs = 1_000

/** `done` grows while the repair goes on. */
export function routeEarly(kyozo: Kyozo, lease: RepairLease, done: readonly Done[]): RoutingEarly {
  let routed = 0
  let under = Promise.resolve()
  const route = async () => {
    if (done.length === routed) return
    const count = done.length
    try {
      await routeNow(kyozo, lease)
      routed = count
    } catch (error) {
      kyozo.log.warn({ error, repair: lease.repairId }, 'what came back could not be routed before the repair has ended')
    }
  }
  const timer = setInterval(() => {
    under = under.then(route)
  }, everyMs)
  return {
    async close() {
      clearInterval(timer)
      await under
    },
  }
}

async function routeNow(kyozo: Kyozo, lease: RepairLease): Promise<void> {
  const seen = await see(kyozo, lease.environmentId)
  if (seen === undefined) return
  await kyozo.db.transaction().execute(async (trx) => {
    await assertRepair(trx, lease)
    await recordRoutes(trx, kyozo, seen)
  })
  await kyozo.edge?.refresh()
}

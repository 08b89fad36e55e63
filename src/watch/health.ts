// Looks at every running service by its own health check, on its own interval. One of several processes does it, by a duty; what was found so far
// is stored, so that another one goes on where this one ended. What a service's containers were found to be becomes true of the service elsewhere
// (pipeline/record-observed.ts), beside what the engine says of them: here is only looked, remembered and asked for that.
import type { Engine, RunningContainer } from '../engine/engine.ts'
import type { Log } from '../log.ts'
import {
  markHealthUnknown,
  readContainerHealth,
  storeFoundHealth,
  type WatchedService,
  watchedServices,
} from '../store/container-health.ts'
import type { Database } from '../store/database.ts'
import { holdDuty, leaveDuty } from '../store/duties.ts'
import type { Notifications } from '../store/notify.ts'
import { createLooks, type Looks } from './looks.ts'
import { unsettledEnvironments } from './unsettled.ts'
import { watchedContainers } from './watched-containers.ts'

export interface HealthParts {
  readonly db: Database
  readonly engine: Pick<Engine, 'running' | 'inspect' | 'exec'>
  readonly instance: string
  /** Names this process. */
  readonly owner: string
  readonly notifications: Pick<Notifications, 'on'>
  readonly log: Log
  /** Has what was found made true of an environment's services. That may take as long as a repair, and what is found of others does not wait for it. */
  readonly settle: (environmentId: string) => void
}

export interface HealthWatch {
  stop(): Promise<void>
}

/** What runs is read this often, and when one was started again; a container is looked at from then on. */
const refreshMs = 5_000
const wokenAfterMs = 100
/** What was found is stored this often. */
const storeMs = 1_000
const tickMs = 100
const gonePerRefreshes = 12
const dutyMs = 5_000
/** Looks that are under way when it stops get this long. */
const stopMs = 1_000
const dutyName = 'watch health'
/** A process that died is followed by another after this time. */
const dutySeconds = 20
/** An engine that does not answer for so long is away: nothing is known of what runs on it. */
const awayAfterMs = 20_000

export function watchHealth(parts: HealthParts): HealthWatch {
  const watch: Watch = {
    ...parts,
    looks: undefined,
    isMine: false,
    refreshes: 0,
    services: [],
    running: [],
    engineSince: performance.now(),
    isAway: false,
  }
  const stopping = new AbortController()
  let waking = new AbortController()
  const off = parts.notifications.on('health', () => waking.abort())
  const loops = [
    every(dutyMs, { signal: stopping.signal, run: () => keepDuty(watch), log: parts.log }),
    every(wokenAfterMs, {
      signal: stopping.signal,
      run: async () => {
        waking = new AbortController()
        await refresh(watch).finally(() => pause(refreshMs - wokenAfterMs, AbortSignal.any([stopping.signal, waking.signal])))
      },
      log: parts.log,
    }),
    every(storeMs, { signal: stopping.signal, run: () => store(watch), log: parts.log }),
    every(tickMs, { signal: stopping.signal, run: async () => watch.looks?.begin(performance.now()), log: parts.log }),
  ]
  return {
    async stop() {
      stopping.abort()
      off()
      await Promise.all(loops)
      // One that hangs is nobody's any more: what it would find, the next process finds.
      await Promise.race([watch.looks?.ended(), pause(stopMs, new AbortController().signal)])
      await store(watch).catch(() => undefined)
      if (watch.isMine) await leaveDuty(parts.db, { name: dutyName, holder: parts.owner }).catch(() => undefined)
    },
  }
}

interface Watch extends HealthParts {
  isMine: boolean
  /** Undefined while another process has the duty. */
  looks: Looks | undefined
  refreshes: number
  services: readonly WatchedService[]
  running: readonly RunningContainer[]
  /** When the engine answered last. */
  engineSince: number
  isAway: boolean
}

interface Loop {
  readonly signal: AbortSignal
  readonly run: () => Promise<void>
  readonly log: Log
}

/** The next run begins a pause after the one before has ended, so that none ever waits behind another. */
async function every(ms: number, { signal, run, log }: Loop): Promise<void> {
  while (!signal.aborted) {
    await run().catch((error: unknown) => log.warn({ error }, 'the health of services could not be looked after and is tried again'))
    await pause(ms, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}

async function keepDuty(watch: Watch): Promise<void> {
  watch.isMine = await holdDuty(watch.db, { name: dutyName, holder: watch.owner, seconds: dutySeconds })
  if (!watch.isMine) watch.looks = undefined
}

async function refresh(watch: Watch): Promise<void> {
  const { db } = watch
  if (!watch.isMine) await keepDuty(watch)
  if (!watch.isMine) return
  watch.services = await watchedServices(db)
  const known = await readContainerHealth(db)
  watch.looks ??= createLooks({ engine: watch.engine, isEngineAway: () => watch.isAway })
  const { looks } = watch
  if (!(await readRunning(watch))) return
  looks.look(watchedContainers(watch.services, { running: watch.running, instance: watch.instance }), {
    known,
    running: new Set(watch.running.map(({ id }) => id)),
    nowMs: performance.now(),
  })
  // Those that do not run may be started again; of those that are gone nothing is kept.
  if (watch.refreshes++ % gonePerRefreshes === 0) looks.forget(await goneOf(watch, looks.resting()))
  settleWhatDiffers(watch, looks)
}

async function goneOf({ engine }: Watch, containers: readonly string[]): Promise<readonly string[]> {
  const there = new Set((await engine.inspect(containers)).map(({ id }) => id))
  return containers.filter((id) => !there.has(id))
}

/** False when the engine does not answer. After a while nothing is known any more, which is no sickness. */
async function readRunning(watch: Watch): Promise<boolean> {
  try {
    watch.running = await watch.engine.running()
    watch.engineSince = performance.now()
    watch.isAway = false
    return true
  } catch (error) {
    watch.isAway = true
    if (performance.now() - watch.engineSince < awayAfterMs) return false
    const well = watch.services.filter(({ healthStatus, status }) => healthStatus === 'healthy' && status === 'running')
    if (well.length > 0)
      watch.log.warn({ error, services: well.length }, 'the engine does not answer, so the health of services is unknown')
    const ids = well.map(({ id }) => id)
    await markHealthUnknown(watch.db, ids, 'the engine does not answer, so its health is not known')
    return false
  }
}

/** What is found and what is said differ until it is settled: after a change, and for as long as a release has the environment. */
function settleWhatDiffers({ services, running, instance, settle }: Watch, { isSick }: Looks): void {
  for (const id of unsettledEnvironments(services, { running, isSick, instance })) settle(id)
}

async function store(watch: Watch): Promise<void> {
  const { looks, db, owner } = watch
  if (looks === undefined) return
  const found = looks.take()
  if (found.changed.length + found.checks.length + found.gone.length === 0) return
  const isStored = await storeFoundHealth(db, { name: dutyName, holder: owner }, found).catch((error: unknown) => {
    looks.putBack(found)
    throw error
  })
  if (!isStored) watch.looks = undefined
  // The news is told as soon as it is stored, not at the next reading of what runs.
  else for (const id of found.turned) watch.settle(id)
}

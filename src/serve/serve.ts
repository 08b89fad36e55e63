// The composition root: wires the parts, starts them, and stops them.
import type { Credentials } from '../access/access.ts'
import type { Config } from '../config.ts'
import { createLog } from '../log.ts'
import { startBackups } from '../serving/backups.ts'
import { greeting } from '../serving/greeting.ts'
import { startOutbox } from '../serving/outbox.ts'
import { presenceOf, startPresence } from '../serving/presence.ts'
import { startResealing } from '../serving/reseal.ts'
import { endWhenTold } from '../serving/stopping.ts'
import { startWorker } from '../serving/worker.ts'
import { storeError } from '../store/database.ts'
import { expireClaimsOf } from '../store/outbox-sending.ts'
import { openParts, type Parts } from './parts.ts'
import { type Stops, stopAll } from './stops.ts'
import { startWeb } from './web.ts'

export interface Serving {
  /** The token made on the first run; undefined on every later one. */
  readonly firstToken: string | undefined
  /** The person made on the first run, with the password; undefined on every later one. */
  readonly firstPerson: Credentials | undefined
  close(): Promise<void>
}

/** Serves until SIGTERM or SIGINT, and says on standard output how to begin. */
export async function serve(config: Config): Promise<void> {
  const start = performance.now()
  const starting = startServing(config)
  // A start that fails says so itself.
  const close = () =>
    starting.then(
      (serving) => serving.close(),
      () => new Promise<never>(() => undefined),
    )
  const told = endWhenTold({ stopMs: config.stopMs, close })
  const serving = await starting
  process.stdout.write(greeting(config, serving, performance.now() - start))
  await told
}

export async function startServing(config: Config): Promise<Serving> {
  const log = createLog(config.logLevel)
  const stops: Stops = { work: [], voices: [], ground: [] }
  const close = () => stopAll(stops, log)
  try {
    const parts = await openParts(config, log, stops.ground)
    const presence = presenceOf(config)
    if (config.role !== 'worker') await startWeb({ ...parts, credential: presence.credential }, stops.voices)
    const present = await startPresence(parts.kyozo, presence)
    stops.voices.push(() => present.stop())
    const backups = startBackups(parts.kyozo, presence.version)
    stops.work.push(() => backups.stop())
    if (config.role !== 'web') await startWork(parts, stops)
    return { firstToken: parts.firstToken, firstPerson: parts.firstPerson, close }
  } catch (error) {
    await close()
    // A database that goes away meanwhile is nobody's defect, and is told in words.
    const failure = storeError(error)
    throw failure.code === 'store_unavailable' ? failure : error
  }
}

async function startWork({ kyozo, connections }: Parts, stops: Stops): Promise<void> {
  const worker = await startWorker(kyozo)
  stops.work.push(() => worker.stop())
  // The data directory's lock is ours, so whoever made these claims has ended.
  await expireClaimsOf(kyozo.db, { owner: kyozo.owner })
  const outbox = startOutbox({ owner: kyozo.owner, db: kyozo.db, notifications: kyozo.notifications, connections, log: kyozo.log })
  stops.voices.push(() => outbox.stop())
  const resealing = startResealing(kyozo)
  stops.work.push(() => resealing.stop())
}

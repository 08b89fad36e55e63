// A process of its own that looks at every service of a database for a while, or fetches as often: what it took. Arguments: `watch` or `bare`, the
// database, the ports that answer.
import { setTimeout as delay } from 'node:timers/promises'
import type { Engine, RunningContainer } from '../../src/engine/engine.ts'
import { createLog } from '../../src/log.ts'
import { identityOf } from '../../src/pipeline/attempt.ts'
import { watchedServices } from '../../src/store/container-health.ts'
import { openDatabase } from '../../src/store/database.ts'
import { watchHealth } from '../../src/watch/health.ts'

export interface HealthCost {
  readonly cpuMs: number
  readonly seconds: number
  readonly rssBytes: number
  readonly kept: number
}

const [mode = '', url = '', listed = ''] = process.argv.slice(2)
const ports = listed.split(',').map(Number)
const count = 1_000
const intervalMs = 30_000
/** What is done once, such as compiling, is over after this. */
const warmMs = 15_000
const measuredMs = 60_000

process.stdout.write(JSON.stringify(mode === 'watch' ? await watched() : await bare()))
process.exit(0)

async function watched(): Promise<HealthCost> {
  const { db } = await openDatabase(url, 'kyozo bench')
  const services = await watchedServices(db)
  const instance = 'bench'
  const running = services.map((service, at): RunningContainer => {
    const { project } = identityOf(instance, { name: service.workspace }, { name: service.environment })
    const publishedPorts = { 8080: ports[at % ports.length]! }
    return { id: service.id, project, service: service.name, configHash: 'v1', health: 'none', addressOnNetwork: null, publishedPorts }
  })
  const engine: Pick<Engine, 'running' | 'inspect' | 'exec'> = {
    running: async () => running,
    inspect: async () => [],
    exec: async () => ({ exitCode: 1, output: '' }),
  }
  const log = createLog('warn')
  const settle = async (id: string) => log.warn({ id }, 'nothing should be sick')
  const notifications = { on: () => () => undefined }
  const watch = watchHealth({ db, engine, instance, owner: 'bench', notifications, log, settle })
  const cost = await measured()
  await watch.stop()
  const kept = await db
    .selectFrom('healthChecks')
    .select(({ fn }) => fn.countAll<string>().as('rows'))
    .executeTakeFirstOrThrow()
  const sick = await db.selectFrom('containerHealth').select('containerId').where('status', '=', 'unhealthy').execute()
  if (sick.length > 0 || Number(kept.rows) < count)
    throw new Error(`${kept.rows} of ${count} services were looked at, ${sick.length} found sick`)
  return { ...cost, kept: Number(kept.rows) }
}

async function bare(): Promise<HealthCost> {
  const begun = performance.now()
  const loop = async () => {
    for (let at = 0; ; at++) {
      const dueMs = (at * intervalMs) / count
      const waitMs = dueMs - (performance.now() - begun)
      if (waitMs > 0) await delay(waitMs)
      void fetch(`http://127.0.0.1:${ports[at % ports.length]}/healthz`, { signal: AbortSignal.timeout(5_000) }).then((answer) =>
        answer.text(),
      )
    }
  }
  void loop()
  return { ...(await measured()), kept: 0 }
}

async function measured(): Promise<Pick<HealthCost, 'cpuMs' | 'seconds' | 'rssBytes'>> {
  await delay(warmMs)
  const before = process.cpuUsage()
  const begun = performance.now()
  await delay(measuredMs)
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1_000, seconds: Math.round((performance.now() - begun) / 1_000), rssBytes: process.memoryUsage.rss() }
}

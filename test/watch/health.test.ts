// The watch over health with a real database and real servers; the engine is handed in, so that it can be away.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, expect, it } from 'vitest'
import type { Engine, RunningContainer } from '../../src/engine/engine.ts'
import { KyozoError } from '../../src/errors.ts'
import { createLog } from '../../src/log.ts'
import type { ObservedContainer } from '../../src/reconcile/plan.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { listen } from '../../src/store/notify.ts'
import { findServiceInstance, putServiceInstance } from '../../src/store/service-instances.ts'
import { createWorkspace } from '../../src/store/workspaces.ts'
import { type HealthWatch, watchHealth } from '../../src/watch/health.ts'
import { testDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const { db, url } = await testDatabase()
const notifications = await listen(url)
const teamId = await defaultTeam(db)
const workspace = await createWorkspace(db, { teamId, name: 'shop', forge: 'git' })
const environment = await putEnvironment(db, workspace, { name: 'production', ref: 'refs/heads/main' })
const service = await putServiceInstance(
  db,
  { teamId, workspaceId: workspace.id, environmentId: environment.id, name: 'api', folderPath: 'api', serviceType: 'nodejs' },
  {
    change: {
      ...{ status: 'running', healthStatus: 'healthy', deployedAt: new Date(), deploymentConfig: JSON.stringify({ configHash: 'v1' }) },
      healthCheckConfig: JSON.stringify({ kind: 'http', path: '/healthz', port: 8080, interval: '1s', timeout: '1s', retries: 3 }),
    },
  },
)

let status = 200
let asked = 0
const server = createServer((_, answer) => {
  asked++
  answer.writeHead(status).end()
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
afterAll(async () => {
  server.close()
  await notifications.close()
})

let isAway = false
let reads = 0
const container: RunningContainer = {
  ...{ id: 'c1', project: 'kyozo-shop-production', service: 'api', configHash: 'v1', health: 'none', addressOnNetwork: null },
  publishedPorts: { 8080: port },
}
const answer = <T>(value: T) =>
  isAway ? Promise.reject(new KyozoError('engine_unavailable', 'the engine is away')) : Promise.resolve(value)
const engine: Pick<Engine, 'running' | 'inspect' | 'exec'> = {
  running: () => {
    reads++
    return answer([container])
  },
  inspect: (ids) => answer(ids.map((id) => ({ id, state: 'running' }) as ObservedContainer)),
  exec: () => answer({ exitCode: 0, output: '' }),
}

const watches: HealthWatch[] = []
const settled: string[] = []
function watchAs(owner: string, settling: Promise<void> = Promise.resolve()): HealthWatch {
  const settle = (id: string) => {
    settled.push(id)
    return settling
  }
  const watch = watchHealth({ db, engine, instance: 'one', owner, notifications, log: createLog('silent'), settle })
  watches.push(watch)
  return watch
}
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.stop()
  await db.deleteFrom('containerHealth').execute()
  settled.length = 0
})

const stored = () => db.selectFrom('containerHealth').selectAll().executeTakeFirst()

it('is done by one process, and goes on in another with what was found so far', async () => {
  status = 503
  const one = watchAs('one')
  await until('two failures to be stored', async () => (await stored())?.history.startsWith('FF'))
  const before = asked
  const two = watchAs('two')
  await one.stop()
  expect(asked - before).toBeLessThanOrEqual(2)
  status = 200
  const { history = '' } = (await stored()) ?? {}
  await until('the other process to look', async () => (await stored())?.history.startsWith(`${history}P`))
  status = 503
  await until('the container to be sick', async () => (await stored())?.status === 'unhealthy')
  expect(await stored()).toMatchObject({ words: 'GET /healthz answered 503 (3 of 3)' })
  await until('the environment to be settled', () => settled.includes(environment.id))
  await two.stop()
  const rows = await db.selectFrom('healthChecks').selectAll().where('serviceInstanceId', '=', service).execute()
  expect(rows.filter(({ status: found }) => found === 'unhealthy').length).toBeGreaterThanOrEqual(3)
})

it('stores what it finds, and reads what runs, while an environment takes long to be settled', async () => {
  status = 503
  watchAs('one', new Promise(() => undefined))
  await until('the environment to be settled', () => settled.includes(environment.id), { deadlineMs: 30_000 })
  const read = reads
  status = 200
  await until('the next answer to be stored', async () => (await stored())?.history.endsWith('P') || undefined)
  await until('what runs to be read again', () => reads > read)
}, 60_000)

it('says that nothing is known while the engine is away, and takes no failure of then for sickness', async () => {
  status = 200
  watchAs('one')
  await until('the service to be asked', async () => (await findServiceInstance(db, service))?.healthStatus === 'healthy' && asked > 0)
  isAway = true
  // Ports of containers are the engine's, and go with it.
  status = 503
  const unknown = await until(
    'its health to be unknown',
    async () => {
      const found = await findServiceInstance(db, service)
      return found?.healthStatus === 'unknown' ? found : undefined
    },
    { deadlineMs: 60_000 },
  )
  expect(unknown).toMatchObject({ status: 'running', statusReason: 'the engine does not answer, so its health is not known' })
  expect((await stored())?.status ?? 'healthy').toBe('healthy')
  isAway = false
  status = 200
  settled.length = 0
  await until('the environment to be settled', () => settled.includes(environment.id))
}, 90_000)

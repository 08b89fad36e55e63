// What it costs to look at 1,000 services every 30 seconds: the real watch on a real database, asking 200 servers by HTTP on a new connection each
// time, in a process of its own; beside a process that does nothing but the same number of fetches. The listing of containers is handed to the watch
// ready-made: what it costs is the engine's.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { migrate, openDatabase } from '../../src/store/database.ts'
import { putEnvironment } from '../../src/store/environments.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { putServiceInstance } from '../../src/store/service-instances.ts'
import { createWorkspace } from '../../src/store/workspaces.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import type { HealthCost } from './health-once.ts'
import { ownPostgres } from './own-postgres.ts'
import { mebibytes } from './show.ts'

export const health: Benchmark = {
  name: 'health',
  title: '1,000 health checks every 30 s: share of one core, and memory',
  run,
}

const workspaces = 50
const servicesEach = 20
const servers = 200
const execute = promisify(execFile)
let asked = 0

async function run(bench: Bench): Promise<readonly Row[]> {
  const url = await ownPostgres(bench)
  const { db, close } = await openDatabase(url, 'kyozo bench')
  await migrate(db)
  const teamId = await defaultTeam(db)
  for (let at = 0; at < workspaces; at++) await addWorkspace(db, teamId, `shop-${at}`)
  await close()
  const ports = await Promise.all(Array.from({ length: servers }, () => startServer(bench)))
  bench.note('the watch, then the bare loop, 75 s each')
  const watch = await costOf('watch', url, ports)
  const bare = await costOf('bare', url, ports)
  // 1,000 every 30 s for 75 s; who looks less often costs less.
  for (const { asked } of [watch, bare]) if (asked < 2_250) throw new Error(`${asked} checks were made where 2,500 were due`)
  bench.note(`in some 75 s the watch asked ${watch.asked} times and stored ${watch.kept} rows; the loop asked ${bare.asked} times`)
  const share = ({ cpuMs, seconds }: HealthCost) => cpuMs / (seconds * 1_000)
  const percent = (cost: HealthCost) => `${(share(cost) * 100).toFixed(1)} % of a core`
  return [
    {
      what: '1,000 checks every 30 s',
      against: 'as many bare fetches',
      kyozo: percent(watch),
      other: percent(bare),
      ratio: share(watch) / share(bare),
      aim: '< 15 % of a core',
    },
    {
      what: 'memory of that process',
      against: 'as many bare fetches',
      kyozo: mebibytes(watch.rssBytes),
      other: mebibytes(bare.rssBytes),
      ratio: watch.rssBytes / bare.rssBytes,
    },
  ]
}

async function addWorkspace(db: Awaited<ReturnType<typeof openDatabase>>['db'], teamId: string, name: string): Promise<void> {
  const workspace = await createWorkspace(db, { teamId, name, forge: 'git' })
  const environment = await putEnvironment(db, workspace, { name: 'production', ref: 'refs/heads/main' })
  for (let at = 0; at < servicesEach; at++) {
    const key = {
      teamId,
      workspaceId: workspace.id,
      environmentId: environment.id,
      name: `api-${at}`,
      folderPath: `api-${at}`,
      serviceType: 'nodejs',
    }
    const healthCheckConfig = JSON.stringify({ kind: 'http', path: '/healthz', port: 8080, interval: '30s', timeout: '5s', retries: 3 })
    const deploymentConfig = JSON.stringify({ configHash: 'v1' })
    const change = {
      status: 'running' as const,
      healthStatus: 'healthy' as const,
      deployedAt: new Date(),
      healthCheckConfig,
      deploymentConfig,
    }
    await putServiceInstance(db, key, { change })
  }
}

async function startServer(bench: Bench): Promise<number> {
  const server = createServer((_, answer) => {
    asked++
    answer.end('well')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  bench.afterwards(async () => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function costOf(mode: 'watch' | 'bare', url: string, ports: readonly number[]): Promise<HealthCost & { readonly asked: number }> {
  asked = 0
  const script = path.join(import.meta.dirname, 'health-once.ts')
  const { stdout } = await execute(process.execPath, [script, mode, url, ports.join(',')])
  return { ...(JSON.parse(stdout) as HealthCost), asked }
}

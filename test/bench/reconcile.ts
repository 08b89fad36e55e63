// A hundred services that are as they should be: what a pass of the reconciler costs beside `docker compose up -d` on the same stack. And how long
// it takes until a container that was killed or removed serves again.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { readConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import type { Kyozo } from '../../src/pipeline/kyozo.ts'
import { reconcileEnvironment } from '../../src/pipeline/repair.ts'
import { openParts } from '../../src/serve/parts.ts'
import type { Stop } from '../../src/serve/stops.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { deployByKyozo } from './deployed.ts'
import { inTurns, median } from './measure.ts'
import { milliseconds } from './show.ts'

const run = promisify(execFile)
const services = 100

export const reconcile: Benchmark = {
  name: 'reconcile',
  title: `${services} services without a change, and one that was killed`,
  run: async (bench) => [...(await unchanged(bench)), ...(await repaired(bench))],
}

interface Cost {
  readonly ms: number
  readonly cpuMs: number
}

/** kyozo deploys them and ends; then its own parts make the passes in this process, so that nothing else of kyozo is measured. */
async function unchanged(bench: Bench): Promise<readonly Row[]> {
  const server = await startKyozo()
  bench.afterwards(() => server.remove())
  const names = Array.from({ length: services }, (_, index) => `s${index + 1}`)
  const files = Object.assign({}, ...names.map((name) => busyboxService(name, 'first'))) as Record<string, string>
  const repository = await createRepository({ files })
  bench.afterwards(() => repository.remove())
  const { project } = await deployByKyozo(server, repository, 'hundred')
  await server.stop()
  const stops: Stop[] = []
  const config = readConfig({ KYOZO_DATA_DIR: server.dataDir, KYOZO_PORT: String(server.port), KYOZO_LOG_LEVEL: 'warn' })
  const { kyozo } = await openParts(config, createLog('warn'), stops)
  bench.afterwards(async () => {
    for (const stop of stops.reverse()) await stop()
  })
  const { id } = await kyozo.db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
  const documents = ['compose.kyozo.yaml', 'compose.overlay.yaml'].flatMap((file) => [
    '-f',
    path.join(server.dataDir, 'stacks', project, file),
  ])
  // Without it Compose replaces all hundred: it did not make them under the names that it would give them.
  const up = ['compose', ...documents, '-p', project, 'up', '-d', '--no-recreate']
  const containers = await containersOf(project)
  const costs = await inTurns({
    glance: () => costOf(() => kyozo.engine.glance()),
    pass: () => costOf(() => reconcileEnvironment(kyozo, id)),
    up: () => costOf(() => run('docker', up, { maxBuffer: 1 << 26 })),
  })
  await assertUntouched(kyozo, { containers, now: await containersOf(project) })
  const row = (what: string, side: readonly Cost[], measure: keyof Cost): Row => {
    const [own, other] = [median(side.map((cost) => cost[measure])), median(costs.up.map((cost) => cost[measure]))]
    return {
      what: `${what}: ${measure === 'ms' ? 'time' : 'CPU of the machine'}`,
      kyozo: milliseconds(own),
      against: '`docker compose up -d --no-recreate`',
      other: milliseconds(other),
      ratio: own / other,
      aim: '< 1',
    }
  }
  const pass = `a pass over ${services} services`
  const glance = 'a glance, every 15 s'
  return [row(pass, costs.pass, 'ms'), row(pass, costs.pass, 'cpuMs'), row(glance, costs.glance, 'ms'), row(glance, costs.glance, 'cpuMs')]
}

interface Stood {
  readonly containers: ReadonlyMap<string, string>
  readonly now: ReadonlyMap<string, string>
}

async function assertUntouched({ db }: Kyozo, { containers, now }: Stood): Promise<void> {
  const repairs = await db.selectFrom('repairs').select('reason').execute()
  if (repairs[0] !== undefined) throw new Error(`the passes repaired ${repairs.length} times: ${repairs[0].reason}`)
  const others = [...containers].filter(([service, id]) => now.get(service) !== id)
  if (containers.size !== services || others.length > 0)
    throw new Error(`of ${containers.size} services ${others.length} run in other containers than before`)
}

/** Of the whole machine, the engine and PostgreSQL included: they work for both sides. */
async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [start, before] = [performance.now(), await busyMs()]
  await work()
  return { ms: performance.now() - start, cpuMs: (await busyMs()) - before }
}

/** Since the machine started: user, nice, system, irq, softirq of all cores (proc(5)). */
async function busyMs(): Promise<number> {
  const [user, nice, system, , , irq, softirq] = (await readFile('/proc/stat', 'utf8')).split('\n')[0]!.split(/\s+/).slice(1).map(Number)
  // Clock ticks, of which Linux has a hundred a second.
  return (user! + nice! + system! + irq! + softirq!) * 10
}

async function repaired(bench: Bench): Promise<readonly Row[]> {
  const kyozo = await startKyozo()
  bench.afterwards(() => kyozo.remove())
  const repository = await createRepository({ files: busyboxService('web', 'first') })
  bench.afterwards(() => repository.remove())
  const { workspace, project } = await deployByKyozo(kyozo, repository, 'mend')
  const id = async () => (await containersOf(project)).get('web')
  const answers = async () => (await kyozo.ask(`web.${workspace}.localhost`)).status === 200
  const timed = async (...args: string[]) => {
    const before = (await until('the service', id, { deadlineMs: 120_000 }))!
    await run('docker', [...args, before])
    const start = performance.now()
    await until('the service to answer again', async () => (await id()) !== undefined && (await answers()), {
      everyMs: 20,
      deadlineMs: 120_000,
    })
    return performance.now() - start
  }
  const killed = [await timed('kill'), await timed('kill'), await timed('kill')]
  const begun = await begunAfterMs(kyozo, (await id())!)
  const removed = [await timed('rm', '-f'), await timed('rm', '-f'), await timed('rm', '-f')]
  const row = (what: string, ms: number, aim: number): Row => ({
    what,
    kyozo: milliseconds(ms),
    against: 'the aim',
    other: milliseconds(aim),
    ratio: ms / aim,
    aim: '≤ 1',
  })
  return [
    row('from `docker kill` to the repair’s beginning', begun, 1_000),
    row('from `docker kill` to an answer', median(killed), 2_000),
    row('from `docker rm -f` to an answer', median(removed), 5_000),
  ]
}

/** Between the end of the container that was killed last and the moment at which somebody had claimed its environment. */
async function begunAfterMs(kyozo: TestKyozo, container: string): Promise<number> {
  const { stdout } = await run('docker', ['inspect', '--format', '{{.State.FinishedAt}}', container])
  const [newest] = (await kyozo.api('/repairs?sort=-started_at&page[size]=1')).data
  return Date.parse(String(newest?.attributes.started_at)) - Date.parse(stdout.trim())
}

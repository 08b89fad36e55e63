// The ten busiest reads of the API on 100 workspaces of 100 services each, with a day of metrics, asked by 200 clients at once; beside it the same
// rows from a bare server. Both are processes of their own on one database, and are asked in turns.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import path from 'node:path'
import pg from 'pg'
import { adminToken, startKyozo } from '../support/kyozo.ts'
import { type Read, reads } from './api/reads.ts'
import { minutes, type Seeded, seed, servicesEach, workspaceCount } from './api/seed.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { quantile } from './measure.ts'
import { ownPostgres } from './own-postgres.ts'
import { mebibytes, milliseconds } from './show.ts'

export const api: Benchmark = {
  name: 'api',
  title: 'the ten busiest reads on 10,000 services, 200 clients at once, against bare queries',
  run,
}

const clients = 200
const measuredMs = 4_000
const rounds = 2

async function run(bench: Bench): Promise<readonly Row[]> {
  const databaseUrl = await ownPostgres(bench)
  const kyozo = await startKyozo({
    DATABASE_URL: databaseUrl,
    KYOZO_ROLE: 'web',
    KYOZO_LOG_LEVEL: 'silent',
    KYOZO_API_RATE: '100000000',
    ...(process.env.KYOZO_BENCH_PROFILE ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${process.env.KYOZO_BENCH_PROFILE}` } : {}),
  })
  bench.afterwards(() => kyozo.remove())
  const seeded = await seeding(bench, databaseUrl)
  const bare = await startBare(bench, databaseUrl)
  const memory = watchMemory(kyozo.pid())
  bench.afterwards(memory.stop)
  const idle = await memory.now()
  const chosen = reads.filter(({ name }) => name.includes(process.env.KYOZO_BENCH_READ ?? ''))
  const rows: Row[] = []
  for (const read of chosen) rows.push(...(await compare(bench, { read, seeded, kyozo: kyozo.port, bare })))
  const most = await memory.stop()
  rows.push({ what: 'memory of kyozo meanwhile', kyozo: mebibytes(most), against: 'before', other: mebibytes(idle) })
  return rows
}

async function seeding(bench: Bench, url: string): Promise<Seeded> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const start = performance.now()
  const seeded = await seed(client)
  const size = await client.query<{ size: string }>('select pg_size_pretty(pg_database_size(current_database())) as size')
  await client.end()
  const samples = (workspaceCount * servicesEach * minutes * 2) / 1e6
  bench.note(`${samples.toFixed(1)} million samples, ${size.rows[0]!.size}, seeded in ${((performance.now() - start) / 1000).toFixed(0)} s`)
  return seeded
}

async function startBare(bench: Bench, databaseUrl: string): Promise<number> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'api/bare-server.ts'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  bench.afterwards(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return Number(line.toString())
}

interface Compared {
  readonly read: Read
  readonly seeded: Seeded
  readonly kyozo: number
  readonly bare: number
}

async function compare(bench: Bench, { read, seeded, kyozo, bare }: Compared): Promise<readonly Row[]> {
  const number = reads.indexOf(read)
  const sides = {
    kyozo: { port: kyozo, path: () => `/api/v1${read.path(seeded)}`, headers: { authorization: `Bearer ${adminToken}` } },
    bare: { port: bare, path: () => `/${number}/${/[0-9a-f-]{36}/.exec(read.path(seeded))?.[0] ?? ''}`, headers: {} },
  }
  const measured: Record<keyof typeof sides, Measured> = { kyozo: await load(sides.kyozo, 500), bare: await load(sides.bare, 500) }
  const all = { kyozo: [] as Measured[], bare: [] as Measured[] }
  for (let round = 0; round < rounds; round++)
    for (const side of ['kyozo', 'bare'] as const) all[side].push(await load(sides[side], measuredMs))
  for (const side of ['kyozo', 'bare'] as const) measured[side] = together(all[side])
  const { kyozo: own, bare: other } = measured
  bench.note(
    `${read.name}: ${own.perSecond.toFixed(0)}/s of ${(own.bytes / 1024).toFixed(0)} KiB, bare ${other.perSecond.toFixed(0)}/s of ${(other.bytes / 1024).toFixed(0)} KiB${own.later > 0 ? `, ${own.later} answers were 503` : ''}`,
  )
  const at = (share: number): Row => {
    const [mine, theirs] = [quantile(own.times, share), quantile(other.times, share)]
    return {
      what: `${read.name}, p${share * 100}`,
      kyozo: milliseconds(mine),
      against: 'bare pg query',
      other: milliseconds(theirs),
      ratio: mine / theirs,
    }
  }
  return [at(0.5), at(0.99)]
}

interface Asked {
  readonly port: number
  path(): string
  readonly headers: Readonly<Record<string, string>>
}

interface Measured {
  readonly times: readonly number[]
  readonly perSecond: number
  /** Of one answer. */
  readonly bytes: number
  /** How many were told to come later (503). */
  readonly later: number
}

function together(parts: readonly Measured[]): Measured {
  const mean = (of: (part: Measured) => number) => parts.reduce((sum, part) => sum + of(part), 0) / parts.length
  return {
    times: parts.flatMap(({ times }) => times),
    perSecond: mean((part) => part.perSecond),
    bytes: mean((part) => part.bytes),
    later: parts.reduce((sum, { later }) => sum + later, 0),
  }
}

/** Each client asks again as soon as it has its answer. */
async function load(asked: Asked, ms: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const times: number[] = []
  let [bytes, later] = [0, 0]
  const start = performance.now()
  const client = async () => {
    while (performance.now() - start < ms) {
      const begun = performance.now()
      const answered = await ask(asked, agent)
      if (answered === 'come later') later++
      else {
        bytes += answered
        times.push(performance.now() - begun)
      }
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  return { times, perSecond: times.length / seconds, bytes: bytes / times.length, later }
}

function ask({ port, path: pathOf, headers }: Asked, agent: Agent): Promise<number | 'come later'> {
  const at = pathOf()
  return new Promise((resolve, reject) => {
    get({ agent, host: '127.0.0.1', port, path: at, headers }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      answer.once('end', () => {
        if (answer.statusCode === 200) resolve(bytes)
        else if (answer.statusCode === 503) resolve('come later')
        else reject(new Error(`${at} answered ${answer.statusCode}`))
      })
    }).once('error', reject)
  })
}

/** The most that a process kept resident. Linux only, since it reads /proc. */
function watchMemory(pid: number) {
  const now = async () => {
    const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
    return Number(pages) * 4_096
  }
  let most = 0
  const timer = setInterval(() => void now().then((bytes) => (most = Math.max(most, bytes))), 200)
  return {
    now,
    async stop() {
      clearInterval(timer)
      return most
    },
  }
}

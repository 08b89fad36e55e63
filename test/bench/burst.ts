// A thousand pushes within ten seconds, to fifty connected repositories that run already: whether each is answered and kept, whether every
// environment ends at the newest commit of its branch, how soon, and what it costs in memory. Linux only, since it reads /proc.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { githubEnvironment, webhookSecret } from '../e2e/connected.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../support/github/github.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import type { Bench, Benchmark, Row } from './benchmark.ts'
import { quantile } from './measure.ts'
import { ownPostgres } from './own-postgres.ts'
import { mebibytes, milliseconds } from './show.ts'

export const burst: Benchmark = {
  name: 'burst',
  title: '1,000 pushes in 10 s to 50 workspaces that run: none lost, the newest live, memory',
  run,
}

const workspaceCount = 50
const pushesEach = 20
const burstMs = 10_000
const minute = 60_000

async function run(bench: Bench): Promise<readonly Row[]> {
  const databaseUrl = await ownPostgres(bench)
  const github = await startGitHub()
  bench.afterwards(() => github.close())
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  const kyozo = await startKyozo({ ...githubEnvironment(github, token), DATABASE_URL: databaseUrl, KYOZO_LOG_LEVEL: 'silent' })
  bench.afterwards(() => kyozo.remove())
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  bench.afterwards(() => database.end())
  const places = await connectAll(bench, { github, kyozo })
  await until('all workspaces to be live', async () => (await liveCount(database, places, 0)) === workspaceCount, {
    deadlineMs: 10 * minute,
  })
  const before = await memoryOf(kyozo)
  bench.note(`${workspaceCount} workspaces are live; now the pushes`)
  const { answers, ms } = await pushAll(places)
  const sentAt = performance.now()
  const refused = answers.filter(({ status }) => status >= 300)
  if (refused.length > 0) bench.note(`${refused.length} were not taken, the first with ${refused[0]!.status}: ${refused[0]!.answer}`)
  await until('the newest commits to be live', async () => (await liveCount(database, places, pushesEach)) === workspaceCount, {
    deadlineMs: 15 * minute,
    everyMs: 500,
  })
  const settledMs = performance.now() - sentAt
  const wrong = (await Promise.all(places.map((place) => answerOf(kyozo, place)))).filter((text) => !text.endsWith(` ${pushesEach}`))
  if (wrong.length > 0) throw new Error(`${wrong.length} services answer with an old version: ${wrong[0]}`)
  const stored = await count(database, `select count(*) from deliveries where decision = 'accepted'`)
  const unended = await count(database, `select count(*) from releases where finished_at is null`)
  const deployed = await count(database, `select count(*) from releases where state in ('live', 'replaced', 'unchanged')`)
  const peak = await memoryOf(kyozo)
  const taken = answers.length - refused.length
  if (stored - workspaceCount < taken) throw new Error(`${taken} pushes were answered with 202 and ${stored - workspaceCount} are stored`)
  const times = answers.map(({ answeredMs }) => answeredMs)
  const alone = { against: '', other: '' }
  return [
    { ...alone, what: `${answers.length} pushes were sent within`, kyozo: milliseconds(ms) },
    {
      what: 'stored as accepted',
      kyozo: String(stored - workspaceCount),
      against: 'answered 202',
      other: String(taken),
      ratio: (stored - workspaceCount) / taken,
      aim: '1',
    },
    { ...alone, what: 'answered, p50', kyozo: milliseconds(quantile(times, 0.5)) },
    { ...alone, what: 'answered, p99', kyozo: milliseconds(quantile(times, 0.99)), aim: '< 1 s' },
    { ...alone, what: 'answered, slowest', kyozo: milliseconds(Math.max(...times)), aim: '< 10 s' },
    { ...alone, what: 'last push to the newest commit of all workspaces live', kyozo: milliseconds(settledMs) },
    {
      what: 'releases that were deployed',
      kyozo: String(deployed - workspaceCount),
      against: 'pushes',
      other: String(taken),
      ratio: (deployed - workspaceCount) / taken,
    },
    { ...alone, what: 'releases without an end', kyozo: String(unended), aim: '0' },
    {
      what: 'highest resident memory',
      kyozo: mebibytes(peak.highest),
      against: 'before the pushes',
      other: mebibytes(before.resident),
      ratio: peak.highest / before.resident,
      aim: '≤ 512 MiB',
    },
  ]
}

interface Place {
  readonly repository: GitHubRepository
  readonly workspace: string
  /** Commits of the line that the branch is moved along; the first is live before the burst. */
  readonly shas: readonly string[]
}

interface Parts {
  readonly github: GitHubDouble
  readonly kyozo: TestKyozo
}

async function connectAll(bench: Bench, { github, kyozo }: Parts): Promise<readonly Place[]> {
  bench.note(`${workspaceCount} repositories with ${pushesEach + 1} commits each`)
  const run = randomBytes(3).toString('hex')
  return Promise.all(
    Array.from({ length: workspaceCount }, async (_, at) => {
      const workspace = `burst-${run}-${at}`
      const repository = await github.createRepository({ fullName: `mona/${workspace}` })
      const shas: string[] = []
      for (let version = 0; version <= pushesEach; version++)
        shas.push((await repository.push({ branch: 'line', change: { files: busyboxService('web', String(version)) } })).sha)
      repository.addHook({ url: `${kyozo.url}/webhooks/github`, secret: webhookSecret })
      await repository.moveTo('main', shas[0]!)
      return { repository, workspace, shas }
    }),
  )
}

interface Answer {
  readonly status: number
  readonly answer: string
  readonly answeredMs: number
}

/** Evenly over the burst, one workspace after the other; nobody waits for an answer before the next is sent. */
async function pushAll(places: readonly Place[]): Promise<{ readonly answers: readonly Answer[]; readonly ms: number }> {
  const start = performance.now()
  const total = places.length * pushesEach
  const sent: Promise<Answer>[] = []
  for (let at = 0; at < total; at++) {
    const due = start + (at / total) * burstMs
    if (due > performance.now()) await delay(due - performance.now())
    const place = places[at % places.length]!
    sent.push(push(place, place.shas[1 + Math.floor(at / places.length)]!))
  }
  const ms = performance.now() - start
  return { answers: await Promise.all(sent), ms }
}

async function push({ repository }: Place, sha: string): Promise<Answer> {
  const { deliveries } = await repository.moveTo('main', sha)
  const { status, answer, answeredMs } = deliveries[0]!
  return { status, answer, answeredMs }
}

/** Throws when a release has failed: nobody would wait for it to go live. */
async function liveCount(database: pg.Client, places: readonly Place[], version: number): Promise<number> {
  const failed = await database.query<{ reason: string }>(`select reason from releases where state = 'failed' limit 1`)
  if (failed.rows[0] !== undefined) throw new Error(`a release failed: ${failed.rows[0].reason}`)
  const { rows } = await database.query<{ sha: string }>(
    'select r.sha from environments e join releases r on r.id = e.live_release_id join workspaces w on w.id = e.workspace_id where w.name = any($1)',
    [places.map(({ workspace }) => workspace)],
  )
  const wanted = new Set(places.map(({ shas }) => shas[version]!))
  return rows.filter(({ sha }) => wanted.has(sha)).length
}

async function answerOf(kyozo: TestKyozo, { workspace }: Place): Promise<string> {
  return (await kyozo.ask(`web.${workspace}.localhost`)).text.trim()
}

async function count(database: pg.Client, query: string): Promise<number> {
  return Number((await database.query<{ count: string }>(query)).rows[0]!.count)
}

async function memoryOf(kyozo: TestKyozo): Promise<{ readonly resident: number; readonly highest: number }> {
  const status = await readFile(`/proc/${kyozo.pid()}/status`, 'utf8')
  const bytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024
  return { resident: bytes('VmRSS'), highest: bytes('VmHWM') }
}

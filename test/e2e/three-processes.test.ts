// Three kyozo processes share a database and an engine, and are killed at random while people push: everything comes out once.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, migrate, openDatabase } from '../../src/store/database.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { githubEnvironment, history, webhookSecret } from './connected.ts'

const run = promisify(execFile)
const minutes = 60_000
/** More of both for a longer run: 12 and 5 are sixty pushes. */
const projects = Number(process.env.KYOZO_TEST_PROJECTS ?? 4)
const rounds = Number(process.env.KYOZO_TEST_ROUNDS ?? 3)
const endsMs = 60_000 + projects * rounds * 3_000

let db: Database
let github: GitHubDouble
let environment: Readonly<Record<string, string>>
const undo: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  const databaseUrl = await emptyDatabaseUrl()
  const opened = await openDatabase(databaseUrl, 'three processes')
  db = opened.db
  undo.push(opened.close)
  await migrate(db)
  github = await startGitHub()
  undo.push(() => github.close())
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  environment = {
    ...githubEnvironment(github, token),
    DATABASE_URL: databaseUrl,
    KYOZO_SECRET_KEY: randomBytes(32).toString('hex'),
  }
}, minutes)

afterAll(async () => {
  for (const one of undo.reverse()) await one()
}, 3 * minutes)

/** A service that says its version, from an image that is there: nothing is built. */
const page = (version: string) => ({
  'compose.yaml': `services:
  web:
    image: busybox:stable
    command: ["sh", "-c", "mkdir /tmp/www; echo ${version} > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www"]
    expose: ["8080"]
`,
})

interface Project {
  readonly workspace: string
  /** Pushes, again until somebody has taken it, and resolves with the commit. */
  push(version: string): Promise<string>
  /** What its host was told of a commit; undefined when it has none. */
  told(sha: string): Readonly<Record<string, readonly string[]>> | undefined
}

it.each([
  ['a web process and two workers', ['web', 'worker', 'worker']],
  ['three processes that do everything', ['all', 'all', 'all']],
] as const)(
  '%s, killed at random while people push, do everything once',
  async (_, roles) => {
    const kyozos: TestKyozo[] = []
    for (const role of roles) {
      const kyozo = await startKyozo({ ...environment, KYOZO_ROLE: role })
      undo.push(() => kyozo.remove())
      kyozos.push(kyozo)
    }
    const door = await balance(kyozos.filter((_, at) => roles[at] !== 'worker'))
    const name = `${roles[0]}-${randomBytes(3).toString('hex')}`
    const all = await Promise.all(
      Array.from({ length: projects }, (_, at) => (at % 2 === 0 ? pushedTo(`${name}-${at}`, door) : onGitHub(`${name}-${at}`, door))),
    )
    const stop = new AbortController()
    const killing = killAtRandom(kyozos, stop.signal)
    const pushed = await Promise.all(all.map((project) => pushRounds(project)))
    stop.abort()
    const kills = await killing
    await until('every release to have ended', async () => (await openReleases(name)) === 0, { deadlineMs: endsMs, everyMs: 250 })
    for (const [at, project] of all.entries()) await expectServed(project, pushed[at]!)
    await expectEndedOnce(name)
    await expectToldInOrder(all, pushed, kills)
    await expectNumbersWithoutGaps()
    for (const kyozo of kyozos) await kyozo.remove()
  },
  4 * minutes + 2 * endsMs,
)

/** One address for several doors, as behind a balancer: each connection goes to the next one. */
async function balance(doors: readonly TestKyozo[]): Promise<string> {
  let turn = 0
  const proxy = await startChaosProxy({ target: () => doors[turn++ % doors.length]!.port })
  undo.push(() => proxy.close())
  return `127.0.0.1:${proxy.port}`
}

async function pushedTo(workspace: string, door: string): Promise<Project> {
  const repository = await createRepository({ files: page('0') })
  undo.push(() => repository.remove())
  const remote = `http://test:${adminToken}@${door}/git/${workspace}.git`
  return {
    workspace,
    told: () => undefined,
    async push(version) {
      const sha = await repository.commit(`Version ${version}`, page(version))
      const isTaken = async () => (await repository.push(remote, { options: ['no-wait'] })).exitCode === 0
      await until(`${workspace} to be pushed`, isTaken, { deadlineMs: 2 * minutes, everyMs: 500 })
      return sha
    },
  }
}

async function onGitHub(workspace: string, door: string): Promise<Project> {
  const repository = await github.createRepository({ fullName: `mona/${workspace}` })
  repository.addHook({ url: `http://${door}/webhooks/github`, secret: webhookSecret })
  return {
    workspace,
    told: (sha) => history(repository.statuses(sha)),
    async push(version) {
      const pushed = await repository.push({ change: { files: page(version) }, message: `Version ${version}` })
      let delivery = pushed.deliveries[0]!
      // As a person, or a script, redelivers what was not answered well.
      const isTaken = async () => {
        if (delivery.status >= 200 && delivery.status < 300) return true
        delivery = await repository.redeliver(delivery)
        return false
      }
      await until(`the delivery of ${workspace} to be taken`, isTaken, { deadlineMs: 2 * minutes, everyMs: 500 })
      return pushed.sha
    },
  }
}

async function pushRounds(project: Project): Promise<readonly string[]> {
  const shas: string[] = []
  for (let round = 1; round <= rounds; round++) {
    shas.push(await project.push(String(round)))
    await delay(Math.random() * 3_000)
  }
  return shas
}

/** One after the other, now and then, and started again as a supervisor does. Resolves with how often. */
async function killAtRandom(kyozos: readonly TestKyozo[], signal: AbortSignal): Promise<number> {
  for (let kills = 0; ; kills++) {
    await delay(500 + Math.random() * 2_500, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return kills
    const kyozo = kyozos[Math.floor(Math.random() * kyozos.length)]!
    await kyozo.kill()
    await kyozo.start()
  }
}

async function releasesOf(name: string) {
  return db
    .selectFrom('releases as r')
    .innerJoin('workspaces as w', 'w.id', 'r.workspaceId')
    .select(['r.id', 'r.sha', 'r.state', 'r.reason', 'r.finishedAt', 'r.generation', 'r.environmentId', 'w.name'])
    .where('w.name', 'like', `${name}-%`)
    .orderBy('r.sequence')
    .execute()
}

async function openReleases(name: string): Promise<number> {
  return (await releasesOf(name)).filter(({ state }) => state === 'queued' || state === 'running').length
}

async function expectServed({ workspace }: Project, shas: readonly string[]): Promise<void> {
  const live = await db
    .selectFrom('environments as e')
    .innerJoin('releases as r', 'r.id', 'e.liveReleaseId')
    .select('r.sha')
    .where('e.project', '=', `kyozo-${workspace}-production`)
    .executeTakeFirst()
  expect([workspace, live?.sha]).toEqual([workspace, shas.at(-1)])
  const filter = ['--filter', `label=com.docker.compose.project=kyozo-${workspace}-production`]
  const states = async () => (await run('docker', ['container', 'ls', '--all', '--format', '{{.State}}', ...filter])).stdout.trim()
  // What was replaced drains first; where whoever was draining it was killed, a repair takes it away.
  await until(`exactly one container of ${workspace}`, async () => (await states()) === 'running', { deadlineMs: minutes })
}

async function expectEndedOnce(name: string): Promise<void> {
  const releases = await releasesOf(name)
  const ended = ['live', 'unchanged', 'superseded', 'replaced']
  expect(releases.filter(({ state, finishedAt }) => !ended.includes(state) || finishedAt === null)).toEqual([])
  const begun = releases.filter(({ generation }) => generation !== null)
  expect(new Set(begun.map(({ environmentId, generation }) => `${environmentId} ${generation}`)).size).toBe(begun.length)
  // An environment only goes forward: of those that went live the later commit has the higher generation.
  for (const environmentId of new Set(begun.map((release) => release.environmentId))) {
    const live = begun.filter((release) => release.environmentId === environmentId && release.state !== 'superseded')
    expect(live.map(({ generation }) => generation)).toEqual(live.map(({ generation }) => generation).toSorted((a, b) => a! - b!))
  }
  // Whoever began it and was killed, it went live once for each service.
  const { rows } = await sql`select release_id, service_instance_id from deployment_events
    where event_type = 'deployment_completed' and release_id is not null
    group by release_id, service_instance_id having count(*) > 1`.execute(db)
  expect(rows).toEqual([])
}

/** A status whose sender was killed before it could note that is sent once more, and says the same. */
async function expectToldInOrder(all: readonly Project[], pushed: readonly (readonly string[])[], kills: number): Promise<void> {
  // Both tests speak with one credential, and a host takes so many statuses of it in a minute.
  await until('everything to be told', async () => (await unsent()).length === 0, { deadlineMs: 3 * minutes }).catch(
    async (error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(await unsent())}`)
    },
  )
  let again = 0
  for (const [at, project] of all.entries())
    for (const sha of pushed[at]!) {
      const contexts = project.told(sha)
      if (contexts === undefined) continue
      expect(Object.keys(contexts)).toContain('kyozo/production')
      for (const [context, states] of Object.entries(contexts)) {
        const different = states.filter((state, index) => state !== 'pending' && state !== states[index - 1])
        expect([context, states, different.length, states.at(-1)]).toEqual([context, states, 1, different[0]])
        again += states.filter((state) => state !== 'pending').length - 1
      }
    }
  expect(again).toBeLessThanOrEqual(kills)
  const { rows } = await sql`select * from (
      select target, sent_at, lag(sent_at) over (partition by target order by sequence) as before from outbox where sent_at is not null
    ) sent where sent_at < before`.execute(db)
  expect(rows).toEqual([])
}

function unsent() {
  return db.selectFrom('outbox').selectAll().where('sentAt', 'is', null).where('droppedAt', 'is', null).execute()
}

async function expectNumbersWithoutGaps(): Promise<void> {
  const { rows: events } = await sql`select service_instance_id from deployment_events group by service_instance_id
    having count(*) <> max(sequence_number) or count(distinct sequence_number) <> count(*)`.execute(db)
  expect(events).toEqual([])
  const { rows: live } = await sql`select count(*) from live_events
    having count(*) <> max(position) - min(position) + 1 or count(distinct position) <> count(*)`.execute(db)
  expect(live).toEqual([])
  // Services are sampled every 15 seconds, by one process at a time.
  const { rows: samples } = await sql`select * from (
      select service_instance_id, recorded_at - lag(recorded_at) over (partition by service_instance_id order by recorded_at) as gap
      from service_metrics where metric_type = 'memory'
    ) sampled where gap < interval '5 seconds'`.execute(db)
  expect(samples).toEqual([])
}

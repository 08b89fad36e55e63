// Several kyozo processes share a database and an engine: one has the repository, others deploy it, and one that lost its lease does nothing more.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Database, migrate, openDatabase } from '../../src/store/database.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 60_000
const tag = randomBytes(3).toString('hex')
const secretKey = randomBytes(32).toString('hex')

let databaseUrl: string
let db: Database
const undo: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  databaseUrl = await emptyDatabaseUrl()
  const opened = await openDatabase(databaseUrl, 'three processes')
  db = opened.db
  undo.push(opened.close)
  await migrate(db)
}, minutes)

afterAll(async () => {
  for (const one of undo.reverse()) await one()
}, 2 * minutes)

async function start(role: 'web' | 'worker' | 'all'): Promise<TestKyozo> {
  const kyozo = await startKyozo({ DATABASE_URL: databaseUrl, KYOZO_SECRET_KEY: secretKey, KYOZO_ROLE: role })
  undo.push(() => kyozo.remove())
  return kyozo
}

it(
  'a worker deploys what was pushed to another process, and waits in words while that one is away',
  async () => {
    const [web, worker] = [await start('web'), await start('worker')]
    const workspace = `one-${tag}`
    const repository = await createRepository({ files: busyboxService('web', '0') })
    undo.push(() => repository.remove())
    const first = await repository.push(web.remote(workspace))
    expect(first.output).toContain('1 live')
    await until(
      'the edge of the web process to know it',
      async () => (await web.ask(`web.${workspace}.localhost`)).text.trim() === 'web 0',
      {
        deadlineMs: minutes,
      },
    )
    const { data } = await web.api<{ data: { attributes: { processes: { role: string; state: string }[] } } }>('/instance')
    expect(data.attributes.processes.map(({ role, state }) => [role, state]).sort()).toEqual([
      ['web', 'running'],
      ['worker', 'running'],
    ])
    // Stored, and the only process that has the objects is gone before the worker asks for them.
    process.kill(worker.pid(), 'SIGSTOP')
    const sha = await repository.commit('Second', busyboxService('web', '1'))
    await repository.push(web.remote(workspace), { options: ['no-wait'] })
    await web.kill()
    process.kill(worker.pid(), 'SIGCONT')
    const waiting = await until(
      'the release to wait',
      async () => {
        const release = await db.selectFrom('releases').selectAll().where('sha', '=', sha).executeTakeFirst()
        return release?.waitsFor === 'repository' ? release : undefined
      },
      { deadlineMs: minutes },
    )
    expect(waiting).toMatchObject({ state: 'queued', attempt: 0 })
    expect(waiting.reason).toMatch(/^waiting to try again: the repository of .+ is with .+, which does not answer$/)
    await web.start()
    await until('the release to be live', async () => (await stateOf(sha)) === 'live', { deadlineMs: 90_000 })
    await web.remove()
    await worker.remove()
  },
  4 * minutes,
)

async function stateOf(sha: string): Promise<string | undefined> {
  return (await db.selectFrom('releases').select('state').where('sha', '=', sha).executeTakeFirst())?.state
}

async function containersIn(project: string): Promise<readonly string[]> {
  const { stdout } = await run('docker', ['container', 'ls', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${project}`])
  return stdout.split('\n').filter(Boolean)
}

it(
  'a worker that stood still for longer than its lease does nothing more with it',
  async () => {
    const [web, worker] = [await start('web'), await start('worker')]
    const workspace = `zombie-${tag}`
    const repository = await createRepository({
      files: { 'slow/Dockerfile': `FROM busybox:stable\nRUN echo ${tag} && sleep 4\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080"]\n` },
    })
    undo.push(() => repository.remove())
    await repository.push(web.remote(workspace), { options: ['no-wait'] })
    const sha = (await repository.git('rev-parse', 'HEAD')).output.trim()
    const release = () => db.selectFrom('releases').selectAll().where('sha', '=', sha).executeTakeFirst()
    await until('the build to begin', async () => (await release())?.stage === 'build')
    process.kill(worker.pid(), 'SIGSTOP')
    const held = (await release())!
    // As if more than a lease had passed on the database's clock.
    await sql`update releases set lease_expires_at = now() - interval '1 second' where sha = ${sha}`.execute(db)
    const other = await start('worker')
    await until('the other to have finished it', async () => (await release())?.state === 'live', { deadlineMs: 2 * minutes })
    const ended = (await release())!
    expect(ended.generation).toBe(held.generation! + 1)
    const containers = await containersIn(`kyozo-${workspace}-production`)
    process.kill(worker.pid(), 'SIGCONT')
    // Its next look at the lease tells it; then it takes part again.
    await until('the woken worker to be seen again', async () => {
      const seen = await db.selectFrom('processes').select('seenAt').where('stoppedAt', 'is', null).execute()
      return seen.every(({ seenAt }) => Date.now() - seenAt.getTime() < 6_000)
    })
    expect(await containersIn(`kyozo-${workspace}-production`)).toEqual(containers)
    expect(await release()).toMatchObject({ state: 'live', generation: ended.generation, finishedAt: ended.finishedAt })
    for (const kyozo of [web, worker, other]) await kyozo.remove()
  },
  3 * minutes,
)

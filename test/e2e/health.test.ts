// Services that run, looked at by their own checks, with a real kyozo and Docker: what becomes of one that is sick, and that every change is told once.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { type Acting, openActing } from './acting.ts'

const run = promisify(execFile)
const workspace = `sick-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const minutes = 60_000

const api = dockerfile('api', [
  'RUN mkdir /www && echo well > /www/healthz && ln -s /tmp/name /www/name.txt',
  'EXPOSE 8080',
  'CMD ["sh", "-c", "hostname > /tmp/name; [ ! -f /tmp/slow ] || sleep 6; exec httpd -f -p 8080 -h /www"]',
])
const declared = (health: string) => ({ 'kyozo.yaml': `services:\n  api: {replicas: 2, health: ${health}}\n` })

let kyozo: TestKyozo
let acting: Acting
let repository: TestRepository

beforeAll(async () => {
  const url = await emptyDatabaseUrl()
  kyozo = await startKyozo({ DATABASE_URL: url })
  acting = await openActing(url)
  repository = await createRepository({ files: { ...api, ...declared('{path: /healthz, interval: 1s, timeout: 2s}') } })
  expect((await push()).output).toContain('1 live')
}, 2 * minutes)

afterAll(async () => {
  await acting?.close()
  await kyozo?.remove()
  await repository?.remove()
}, minutes)

const push = () => repository.push(kyozo.remote(workspace))

async function copies(): Promise<readonly string[]> {
  const { stdout } = await run('docker', [
    ...['container', 'ls', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${project}`],
  ])
  return stdout.split('\n').filter(Boolean).sort()
}

const within = (container: string, script: string) => run('docker', ['exec', '--user', '0', container, 'sh', '-c', script])

const stands = (healthStatus: string, reason?: string | null) =>
  until(
    `api to be ${healthStatus}`,
    async () => {
      const found = await acting.instance('api')
      return found.healthStatus === healthStatus && (reason === undefined || found.statusReason === reason) ? found : undefined
    },
    { deadlineMs: 90_000 },
  ).catch(async (error: unknown) => {
    const { healthStatus: now, status, statusReason } = await acting.instance('api')
    throw new Error(`${String(error)}; it is ${status}, ${now}: ${statusReason}\n${kyozo.output()}`)
  })

function posted(): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(kyozo.url)
    const sent = request(
      { hostname, port, method: 'POST', path: '/name.txt', headers: { host: `api.${workspace}.localhost` } },
      (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      },
    )
    sent.once('error', reject).end()
  })
}

async function told(): Promise<readonly string[]> {
  const { id } = await acting.instance('api')
  const events = await acting.db
    .selectFrom('deploymentEvents')
    .selectAll()
    .where('serviceInstanceId', '=', id)
    .where('releaseId', 'is', null)
    .orderBy('sequenceNumber')
    .execute()
  return events.map(({ eventType, errorMessage }) => [eventType, errorMessage].filter(Boolean).join(': '))
}

const sick = '1 of 2 copies healthy: GET /healthz answered 404 (3 of 3)'

it(
  'says which of two copies is sick, sends it no requests, and tells each change once, whoever is killed in between',
  async () => {
    await acting.db
      .updateTable('workspaces')
      .set({ forge: 'github', connection: 'nowhere', repositoryId: '1', repositoryName: 'ada/shop' })
      .where('name', '=', workspace)
      .execute()
    const [one = '', two = ''] = await copies()
    expect((await acting.instance('api')).healthCheckConfig).toMatchObject({ path: '/healthz', interval: '1s', timeout: '2s', retries: 3 })
    await within(one, 'rm /www/healthz')
    expect(await stands('unhealthy', sick)).toMatchObject({ status: 'running' })
    const answers = async () => {
      const asked = await Promise.all(Array.from({ length: 10 }, () => kyozo.ask(`api.${workspace}.localhost`, '/name.txt')))
      return [...new Set(asked.map(({ status, text }) => `${status} ${text.trim()}`))].join()
    }
    const other = `200 ${two.slice(0, 12)}`
    // The edge hears of it a moment after it is stored.
    await until('requests to go to the other copy', async () => (await answers()) === other)
    expect(await answers()).toBe(other)
    await within(two, 'rm /www/healthz')
    await until('both copies to be sick', async () => {
      const rows = await acting.db.selectFrom('containerHealth').selectAll().where('status', '=', 'unhealthy').execute()
      return rows.length === 2
    })
    await kyozo.kill()
    await kyozo.start()
    // The last ones get requests all the same: a bad answer tells more than none.
    expect((await kyozo.ask(`api.${workspace}.localhost`, '/name.txt')).status).toBe(200)
    for (const copy of [one, two]) await within(copy, 'echo well > /www/healthz')
    await stands('healthy', null)
    expect(await told()).toEqual([`health_check_failed: ${sick}`, 'health_check_passed'])
    const statuses = await acting.db.selectFrom('outbox').select('payload').orderBy('sequence').execute()
    expect(statuses.map(({ payload }) => payload)).toMatchObject([
      {
        context: 'kyozo/production/api',
        state: 'failure',
        description: expect.stringMatching(/^api is unhealthy since \d\d:\d\d UTC: 1 of 2/),
      },
      {
        context: 'kyozo/production/api',
        state: 'success',
        description: expect.stringMatching(/^api is healthy again since \d\d:\d\d UTC$/),
      },
    ])
    await acting.db
      .updateTable('workspaces')
      .set({ forge: 'git', connection: null, repositoryId: null, repositoryName: null })
      .where('name', '=', workspace)
      .execute()
  },
  4 * minutes,
)

it(
  'sends a copy that was killed and started again no requests before it answers',
  async () => {
    const [one = ''] = await copies()
    const health = async () => acting.db.selectFrom('containerHealth').selectAll().where('containerId', '=', one).executeTakeFirst()
    const { start } = await until('the copy to be known', health)
    await within(one, 'touch /tmp/slow')
    await run('docker', ['kill', one])
    await until('the copy to run again', async () => {
      const found = await health()
      return found?.isUnproven === true && found.start !== start
    })
    const answers: number[] = []
    // A request that changes something is sent once: one that went where nobody listens would be answered by the edge.
    await until('the copy to be proven', async () => {
      answers.push(await posted())
      return (await health())?.status === 'healthy'
    })
    expect(answers.length).toBeGreaterThan(5)
    expect([...new Set(answers)]).not.toContain(502)
    await within(one, 'rm /tmp/slow')
    await stands('healthy', null)
  },
  2 * minutes,
)

it(
  'keeps failures with how long they took, and takes up another pace without another container',
  async () => {
    const before = await copies()
    const { id } = await acting.instance('api')
    const checks = await acting.db.selectFrom('healthChecks').selectAll().where('serviceInstanceId', '=', id).execute()
    expect(checks.filter(({ errorMessage }) => errorMessage === 'GET /healthz answered 404').length).toBeGreaterThanOrEqual(3)
    expect(checks.filter(({ status, responseTimeMs }) => status === 'healthy' && responseTimeMs !== null).length).toBeGreaterThan(0)
    await repository.commit('Slower', declared('{path: /healthz, interval: 2s}'))
    await push()
    expect((await acting.instance('api')).healthCheckConfig).toMatchObject({ path: '/healthz', interval: '2s', timeout: '5s', retries: 3 })
    expect(await copies()).toEqual(before)
  },
  2 * minutes,
)

it(
  'recognises a service that answers every second time',
  async () => {
    const [one = ''] = await copies()
    await within(one, '(while :; do rm -f /www/healthz; sleep 2; echo well > /www/healthz; sleep 2; done) >/dev/null 2>&1 &')
    const found = await until(
      'api to be told to answer by turns',
      async () => {
        const rows = await acting.db.selectFrom('containerHealth').selectAll().where('containerId', '=', one).execute()
        return rows.find(({ isFlapping }) => isFlapping)
      },
      { deadlineMs: 90_000 },
    )
    expect(found).toMatchObject({
      status: 'unhealthy',
      words: expect.stringMatching(/^answers by turns: \d+ of the last \d+ checks failed, the last: GET \/healthz answered 404$/),
    })
  },
  3 * minutes,
)

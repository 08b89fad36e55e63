// The life of single services, with a real kyozo and Docker: what a person asks of one holds, whatever is pushed and whoever is killed.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findOperation } from '../../src/store/operations.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { type Acting, openActing } from './acting.ts'

const run = promisify(execFile)
const workspace = `life-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const minutes = 60_000

let kyozo: TestKyozo
let acting: Acting
let repository: TestRepository

beforeAll(async () => {
  const url = await emptyDatabaseUrl()
  kyozo = await startKyozo({ DATABASE_URL: url })
  acting = await openActing(url)
  repository = await createRepository({ files: { ...busyboxService('api', '1'), ...busyboxService('web', '1') } })
  expect((await push()).output).toContain('2 live')
}, 2 * minutes)

afterAll(async () => {
  await acting?.close()
  await kyozo?.remove()
  await repository?.remove()
}, minutes)

const push = () => repository.push(kyozo.remote(workspace))
const ask = async (service: string) => {
  const { status, text } = await kyozo.ask(`${service}.${workspace}.localhost`)
  return `${status} ${text.trim()}`
}

/** Ids of a service's containers, running ones only. */
async function running(service: string): Promise<readonly string[]> {
  return listed(['--filter', `label=kyozo.service=${service}`])
}

/** The same, once what was replaced is gone. */
function settled(service: string, count: number): Promise<readonly string[]> {
  return until(`${count} containers of ${service}`, async () => {
    const found = await running(service)
    return found.length === count ? found : undefined
  })
}

async function listed(filters: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('docker', [
    ...['container', 'ls', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project=${project}`],
    ...filters,
  ])
  return stdout.split('\n').filter(Boolean).sort()
}

it(
  'keeps a service that a person stopped as it is through pushes, until it is started',
  async () => {
    const stopped = await acting.act('stop_service', 'api', { desiredState: 'stopped', reason: 'too loud' })
    expect(stopped).toMatchObject({ state: 'succeeded', words: 'api is stopped: ada stopped it: too loud' })
    expect(await running('api')).toEqual([])
    expect(await ask('api')).toBe('503 api is not running at the moment.')
    expect(await ask('web')).toBe('200 web 1')

    await repository.commit('Two', { ...busyboxService('api', '2'), ...busyboxService('web', '2') })
    const { output } = await push()
    expect(output).toContain('stopped, so nothing was deployed: ada stopped it: too loud')
    expect(output).toContain('1 live, 1 stopped')
    expect(output).not.toContain('Built api')
    expect(await running('api')).toEqual([])
    expect(await ask('web')).toBe('200 web 2')

    const web = await settled('web', 1)
    const started = await acting.act('start_service', 'api', { desiredState: 'running' })
    expect(started).toMatchObject({ state: 'succeeded', errorMessage: null })
    expect(await ask('api')).toBe('200 api 2')
    expect(await running('web')).toEqual(web)
  },
  3 * minutes,
)

it(
  'restarts and redeploys into new containers while the service keeps answering',
  async () => {
    const before = await running('api')
    const answers = answering('api')
    expect(await acting.act('restart_service', 'api')).toMatchObject({ state: 'succeeded' })
    const restarted = await settled('api', 1)
    expect(restarted).not.toEqual(before)
    expect(await acting.act('deploy_service', 'api')).toMatchObject({ state: 'succeeded' })
    const redeployed = await settled('api', 1)
    expect(redeployed).not.toEqual(restarted)
    expect(await answers.stop()).toEqual(['200 api 2'])
    expect([...(await containersOf(project)).keys()].sort()).toEqual(['api', 'web'])
  },
  3 * minutes,
)

it(
  'numbers what happened to a service without a gap, with durations and errors',
  async () => {
    const { id } = await acting.instance('api')
    const events = await acting.db
      .selectFrom('deploymentEvents')
      .selectAll()
      .where('serviceInstanceId', '=', id)
      .orderBy('sequenceNumber')
      .execute()
    expect(events.map(({ sequenceNumber }) => Number(sequenceNumber))).toEqual(events.map((_, at) => at + 1))
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'deployment_started', 'image_built', 'health_check_passed', 'service_started', 'deployment_completed',
      'service_stopped',
      'deployment_started', 'image_built', 'health_check_passed', 'deployment_completed',
      'deployment_started', 'health_check_passed', 'service_restarted', 'deployment_completed',
      'deployment_started', 'health_check_passed', 'deployment_completed',
    ]) // biome-ignore format: a release a line
    const timed = events.filter(({ eventType }) => eventType !== 'deployment_started')
    expect(timed.filter(({ durationMs }) => durationMs === null)).toEqual([])
    expect(events.filter(({ triggeredBy }) => triggeredBy === 'ada')).toHaveLength(12)
  },
  minutes,
)

it(
  'starts what was stopped a moment ago, and what stopped it lets go of it',
  async () => {
    const stopping = await acting.ask('stop_service', 'api', { desiredState: 'stopped', reason: 'for a moment' })
    await until('it to be said to be stopped', async () => (await acting.instance('api')).status === 'stopped')
    expect(await acting.act('start_service', 'api', { desiredState: 'running' })).toMatchObject({ state: 'succeeded', errorMessage: null })
    const [container] = await settled('api', 1)
    const startedAt = async () =>
      (await run('docker', ['inspect', '--format', '{{.State.StartedAt}} {{.State.Status}}', container!])).stdout
    const before = await startedAt()
    expect(await acting.ended(stopping)).toMatchObject({ state: 'succeeded' })
    expect(await startedAt()).toBe(before)
    expect(await ask('api')).toBe('200 api 2')
  },
  3 * minutes,
)

it(
  'runs as many copies as were asked for, through pushes, and settings reach the container',
  async () => {
    expect(await acting.act('scale_service', 'web', { settings: { replicas: 3 } })).toMatchObject({ state: 'succeeded' })
    const three = await settled('web', 3)
    expect((await acting.instance('web')).scalingConfig).toEqual({ replicas: 3 })
    await repository.commit('Three', busyboxService('api', '3'))
    expect((await push()).output).toContain('1 live, 1 unchanged')
    expect(await running('web')).toEqual(three)
    expect(await acting.act('scale_service', 'web', { settings: { replicas: 1 } })).toMatchObject({ state: 'succeeded' })
    const one = await settled('web', 1)
    expect(three).toContain(one[0])

    const settings = {
      env: { GREETING: 'hello' },
      resources: { memory: '64Mi' },
      health: '/index.html',
      ports: [{ container: 8080, host: 'auto' }],
    }
    expect(await acting.act('update_service', 'web', { settings })).toMatchObject({ state: 'succeeded', errorMessage: null })
    const [container = ''] = await settled('web', 1)
    const inspected = JSON.parse((await run('docker', ['inspect', container])).stdout)[0]
    expect(inspected.Config.Env).toContain('GREETING=hello')
    expect(inspected.HostConfig.Memory).toBe(64 * 1024 ** 2)
    const [held] = await acting.db.selectFrom('portAllocations').selectAll().where('service', '=', 'web').execute()
    expect(inspected.HostConfig.PortBindings['8080/tcp']).toContainEqual({ HostIp: '127.0.0.1', HostPort: String(held?.hostPort) })
    expect(await (await fetch(`http://127.0.0.1:${held?.hostPort}/`)).text()).toBe('web 2\n')
    expect(await acting.instance('web')).toMatchObject({
      status: 'running',
      healthCheckConfig: { kind: 'http', path: '/index.html' },
      resourceLimits: { memory: '64Mi', cpu: expect.any(String) },
      environmentVariables: expect.arrayContaining(['GREETING']),
    })

    await repository.commit('Four', busyboxService('web', '4'))
    expect((await push()).output).toContain('after stopping the old one, because it holds the port')
    expect(await (await fetch(`http://127.0.0.1:${held?.hostPort}/`)).text()).toBe('web 4\n')
  },
  4 * minutes,
)

it(
  'keeps a team within its quota, and leaves what runs alone',
  async () => {
    const before = await settled('api', 1)
    await acting.db
      .updateTable('teams')
      .set({ resourceQuota: JSON.stringify({ memory: '1Gi' }) })
      .execute()
    const refused = await acting.act('scale_service', 'api', { settings: { replicas: 4 } })
    expect(refused).toMatchObject({ state: 'failed', errorCode: 'quota_exceeded' })
    expect(refused.errorMessage).toContain("the team's services would ask for 2.06Gi of memory together, and its quota is 1Gi")
    expect(await running('api')).toEqual(before)
    await acting.db.updateTable('teams').set({ resourceQuota: '{}' }).execute()
    expect(await acting.act('scale_service', 'api', { settings: {} })).toMatchObject({ state: 'succeeded' })
  },
  2 * minutes,
)

it(
  'leaves the old one serving when an update fails, and says why',
  async () => {
    const [before] = await settled('api', 1)
    const failed = await acting.act('update_service', 'api', { settings: { start: 'sh -c "echo the till is empty; exit 3"' } })
    expect(failed).toMatchObject({ state: 'failed', errorCode: 'not_healthy' })
    expect(failed.errorMessage).toContain('api')
    expect(await ask('api')).toBe('200 api 3')
    expect(await running('api')).toEqual([before])
    const { id, status, statusReason } = await acting.instance('api')
    expect({ status, isSaid: statusReason?.includes('still serving') }).toEqual({ status: 'running', isSaid: true })
    const [last] = await acting.db
      .selectFrom('deploymentEvents')
      .selectAll()
      .where('serviceInstanceId', '=', id)
      .orderBy('sequenceNumber', 'desc')
      .limit(1)
      .execute()
    expect(last).toMatchObject({ eventType: 'deployment_failed', eventData: { code: 'not_healthy' } })
    expect(last?.errorMessage).toContain('still serving')
    expect(last?.durationMs).toBeGreaterThan(0)
    expect(await acting.act('update_service', 'api', { settings: {} })).toMatchObject({ state: 'succeeded' })
  },
  3 * minutes,
)

it(
  'carries an operation to its end although kyozo was killed in the middle of it',
  async () => {
    const id = await acting.ask('stop_service', 'api', { desiredState: 'stopped' })
    await until('the operation to begin', async () => (await findOperation(acting.db, id))?.startedAt != null)
    await kyozo.kill()
    await kyozo.start()
    expect(await acting.ended(id)).toMatchObject({ state: 'succeeded' })
    await until('its container to stop', async () => (await running('api')).length === 0)
    const redeploying = await acting.ask('deploy_service', 'web')
    await until('a release to carry it out', async () => (await findOperation(acting.db, redeploying))?.releaseId != null)
    await kyozo.kill()
    await kyozo.start()
    expect(await acting.ended(redeploying)).toMatchObject({ state: 'succeeded' })
    await settled('web', 1)
    expect(await ask('web')).toBe('200 web 4')
    expect(await running('api')).toEqual([])
  },
  4 * minutes,
)

it(
  'starts a service whose container ends, and says why',
  async () => {
    const [container = ''] = await settled('web', 1)
    const { id } = await acting.instance('web')
    const newest = () =>
      acting.db
        .selectFrom('deploymentEvents')
        .select(['eventType', 'triggeredBy', 'eventData'])
        .where('serviceInstanceId', '=', id)
        .where('eventType', '=', 'service_started')
        .orderBy('sequenceNumber', 'desc')
        .limit(1)
        .executeTakeFirst()
    await run('docker', ['kill', container])
    await until('its start to be told', async () => (await newest())?.triggeredBy === 'kyozo', { deadlineMs: 90_000 })
    expect((await newest())?.eventData).toEqual({
      containers: [expect.stringContaining(container)],
      cause: 'its container ended with code 137',
    })
    const standing = { status: 'running', healthStatus: 'healthy', statusReason: null }
    await until('it to be healthy', async () => (await acting.instance('web')).healthStatus === 'healthy', { deadlineMs: 90_000 })
    expect(await acting.instance('web')).toMatchObject(standing)
    expect(await settled('web', 1)).toEqual([container])
    expect(await ask('web')).toBe('200 web 4')
  },
  2 * minutes,
)

it(
  'removes the containers of a service that is destroyed, leaves it out of pushes, and brings it back when it is created again',
  async () => {
    expect(await acting.act('destroy_service', 'api', { desiredState: 'destroyed' })).toMatchObject({ state: 'succeeded' })
    await until('its container to go', async () => (await listed(['--all', '--filter', 'label=kyozo.service=api'])).length === 0)
    expect(await ask('api')).toBe('404 No service answers at this name.')
    expect((await acting.instance('api')).removedAt).not.toBeNull()
    await repository.commit('Five', busyboxService('api', '5'))
    expect((await push()).output).not.toContain('Built api')
    expect(await acting.act('create_service', 'api', { desiredState: 'running' })).toMatchObject({ state: 'succeeded' })
    expect(await ask('api')).toBe('200 api 5')
    expect((await acting.instance('api')).removedAt).toBeNull()
  },
  4 * minutes,
)

it(
  'keeps the row and the events of a service that the repository loses, and takes it up again when it is back',
  async () => {
    const { id } = await acting.instance('web')
    await repository.commit('Six', { 'web/Dockerfile': null })
    expect((await push()).output).toContain('1 removed')
    expect(await acting.instance('web')).toMatchObject({
      id,
      status: 'stopped',
      statusReason: 'the repository no longer has it',
      url: null,
    })
    expect((await acting.instance('web')).removedAt).not.toBeNull()
    const last = await acting.db
      .selectFrom('deploymentEvents')
      .select('eventType')
      .where('serviceInstanceId', '=', id)
      .orderBy('sequenceNumber', 'desc')
      .limit(1)
      .executeTakeFirst()
    expect(last?.eventType).toBe('service_stopped')
    expect(await ask('web')).toBe('404 No service answers at this name.')
    await repository.commit('Seven', busyboxService('web', '7'))
    expect((await push()).output).toContain('1 live')
    expect(await acting.instance('web')).toMatchObject({ id, status: 'running', removedAt: null, statusReason: null })
    expect(await ask('web')).toBe('200 web 7')
  },
  4 * minutes,
)

/** Asks again and again until it is stopped; the different answers it got. */
function answering(service: string) {
  const seen = new Set<string>()
  let isStopped = false
  const asking = (async () => {
    while (!isStopped) {
      seen.add(await ask(service))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()
  return {
    async stop() {
      isStopped = true
      await asking
      return [...seen]
    },
  }
}

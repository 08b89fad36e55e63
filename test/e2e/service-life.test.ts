// The life of single services, with a real kyozo and Docker: what a person asks of one holds, whatever is pushed and whoever is killed.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
  kyozo = await startKyozo({ DATABASE_URL: url, KYOZO_HEALTH_SECONDS: '15' })
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
    expect(stopped).toMatchObject({ state: 'succeeded', words: 'api is stopped, so nothing was deployed: ada stopped it: too loud' })
    await until('its container to stop', async () => (await running('api')).length === 0)
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

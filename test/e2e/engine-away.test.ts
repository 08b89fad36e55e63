// The engine is not there when kyozo starts, is killed, freezes, and comes back: pushes are taken all the same, what waits says so, nothing counts as a
// try, and everything ends well by itself. On an engine of its own.
import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type ApiResource, adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { type OwnEngine, startOwnEngine } from '../support/own-engine.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const workspace = `away-${randomBytes(3).toString('hex')}`
const minute = 60_000

let engine: OwnEngine
let kyozo: TestKyozo
let repository: TestRepository

beforeAll(async () => {
  engine = await startOwnEngine()
  await rename(engine.socket, `${engine.socket}.away`)
  kyozo = await startKyozo(engine.environment)
  repository = await createRepository({ files: busyboxService('one', 'a') })
}, 2 * minute)

afterAll(async () => {
  await kyozo.stop()
  await engine.remove()
  await kyozo.remove()
  await repository.remove()
}, 2 * minute)

async function push(version: string): Promise<string> {
  const sha = await repository.commit(`Version ${version}`, busyboxService('one', version))
  const pushed = await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
  expect(pushed.output).toContain('release queued')
  return sha
}

async function releaseOf(sha: string): Promise<Readonly<Record<string, unknown>>> {
  return (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]?.attributes ?? {}
}

/** Within the time from which a person would look for what is wrong. */
const live = (sha: string, deadlineMs = 2 * minute) =>
  until('the release to be live', async () => (await releaseOf(sha)).state === 'live', { deadlineMs, everyMs: 200 })
const waits = (sha: string) =>
  until('the release to say that it waits', async () => /does not answer|did not answer/.test(String((await releaseOf(sha)).reason)), {
    deadlineMs: 2 * minute,
    everyMs: 200,
  })
const readiness = async () => ((await (await fetch(`${kyozo.url}/readyz`)).json()) as { engine: string }).engine
const serves = async () => (await kyozo.ask(`one.${workspace}.localhost`)).text.trim()

it('takes a push before the engine is there, tells who pushed, and deploys it when the engine comes', { timeout: 5 * minute }, async () => {
  expect(await readiness()).not.toBe('ok')
  const following = repository.push(kyozo.remote(workspace))
  const sha = (await repository.git('rev-parse', 'HEAD')).output.trim()
  await waits(sha)
  // Each try begins it again for a moment.
  await until('it to be queued again', async () => {
    const { state, reason } = await releaseOf(sha)
    return state === 'queued' && String(reason).includes('waiting to try again')
  })
  await rename(`${engine.socket}.away`, engine.socket)
  await live(sha)
  const told = (await following).output
  expect(told).toContain('does not answer')
  expect(told).toContain('1 live')
  expect((await releaseOf(sha)).attempt).toBe(1)
  expect(await serves()).toBe('one a')
})

it('waits for an engine that was killed, and answers everything else meanwhile', { timeout: 6 * minute }, async () => {
  await engine.kill()
  const sha = await push('b')
  await waits(sha)
  await until('readiness to say it', async () => (await readiness()).includes('the Docker engine does not answer since'), { everyMs: 300 })
  const begin = performance.now()
  const instance = await kyozo.api<{ data: ApiResource }>('/instance')
  expect(performance.now() - begin).toBeLessThan(4_500)
  expect(instance.data.attributes.engine).toEqual({
    answers: false,
    silent_since: expect.stringMatching(/^\d{4}-/),
    reason: expect.stringContaining('the Docker engine does not answer'),
  })
  expect(await metric('kyozo_outside_closed{to="engine"}')).toBe('1')
  await engine.start()
  await live(sha, 2 * minute)
  expect((await releaseOf(sha)).attempt).toBe(1)
  expect(await metric('kyozo_outside_closed{to="engine"}')).toBe('0')
  await until('the new version to be served', async () => (await serves()) === 'one b')
})

it('goes on when an engine that froze in the middle of a release thaws', { timeout: 6 * minute }, async () => {
  engine.freeze()
  const sha = await push('c')
  const begin = performance.now()
  expect((await fetch(`${kyozo.url}/api/v1/releases`, { headers: { Authorization: `Bearer ${adminToken}` } })).status).toBe(200)
  expect(performance.now() - begin).toBeLessThan(4_500)
  expect(await readiness()).not.toBe('ok')
  await waits(sha)
  const restart = await restartService()
  engine.thaw()
  await live(sha)
  expect((await releaseOf(sha)).attempt).toBe(1)
  await until('the restart to end', async () => (await operationState(restart)) === 'succeeded', { deadlineMs: 2 * minute, everyMs: 200 })
  expect(await serves()).toBe('one c')
  await until('readiness to say it', async () => (await readiness()) === 'ok')
})

async function restartService(): Promise<string> {
  const [service] = (await kyozo.api('/service_instances?filter[name]=one')).data
  const answer = await fetch(`${kyozo.url}/api/v1/service_instances/${service!.id}/restart`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
  })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { data: ApiResource }).data.id
}

async function operationState(id: string): Promise<unknown> {
  return (await kyozo.api<{ data: ApiResource }>(`/operations/${id}`)).data.attributes.state
}

async function metric(name: string): Promise<string | undefined> {
  const text = await (await fetch(`${kyozo.url}/metrics`, { headers: { Authorization: `Bearer ${adminToken}` } })).text()
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1)
}

import { afterEach, beforeEach, expect, test } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import type { HealthFailure, HealthOutcome, HealthSubject } from '../../src/health/outcome.ts'
import { waitUntilHealthy } from '../../src/health/wait-until-healthy.ts'
import { healthWords } from '../../src/health/words.ts'
import { type ServiceText, serves, type TestStack, testStack } from '../support/stacks.ts'

let stack: TestStack
beforeEach(async () => {
  stack = await testStack()
})
afterEach(() => stack.remove())

const web: HealthSubject = { name: 'api', port: 8080, health: { kind: 'http', path: '/' }, healthDeadlineMs: 20_000, isOneShot: false }
const worker: HealthSubject = { name: 'worker', health: { kind: 'none' }, healthDeadlineMs: 20_000, isOneShot: false }

interface Waiting {
  readonly count?: number
  readonly signal?: AbortSignal
  readonly progress?: string[]
}

async function outcomeOf(service: HealthSubject, text: ServiceText, waiting: Waiting = {}): Promise<HealthOutcome> {
  const { engine } = stack
  const containers = await stack.run(stack.files({ [service.name]: text }), service.name, { count: waiting.count ?? 1 })
  return waitUntilHealthy(
    { service, containers: containers.map(({ id }) => id) },
    { engine, signal: waiting.signal ?? new AbortController().signal, onProgress: (words) => waiting.progress?.push(words) },
  )
}

async function failureOf(service: HealthSubject, text: ServiceText): Promise<HealthFailure> {
  const outcome = await outcomeOf(service, text)
  if (outcome.kind !== 'failed') throw new Error('it became healthy')
  return outcome
}

test('a service that answers is healthy as soon as every copy of it answers', async () => {
  const progress: string[] = []
  const outcome = await outcomeOf(web, { script: `sleep 3; ${serves('one')}` }, { count: 2, progress })
  expect(outcome).toEqual({ kind: 'healthy', afterMs: expect.any(Number), responseMs: expect.any(Number) })
  expect(progress).toContain('api: GET / found nothing listening on 0.0.0.0')
  expect(progress.at(-1)).toBe('api: GET / answered 200')
})

test('a service that crashes fails at once, with its exit code and its last words', async () => {
  const failure = await failureOf(web, { script: 'exec >&2; echo starting; echo "DATABASE_URL is not set"; exit 3' })
  expect(failure).toMatchObject({ reason: 'exited', exitCode: 3, wasOutOfMemory: false, logTail: ['starting', 'DATABASE_URL is not set'] })
  expect(healthWords(web, failure)).toMatch(/^api crashed \d+(\.\d)? s after its start \(exit 3\)$/)
})

test('a service that is started again after a crash has failed, with the exit code of the crash', async () => {
  const failure = await failureOf(web, { script: 'sleep 3; echo crashing; exit 9', more: { restart: 'always' } })
  expect(failure).toMatchObject({ reason: 'exited', exitCode: 9 })
  expect(failure.logTail).toContain('crashing')
})

test('a service that takes more memory than it may is told so', async () => {
  const script = `awk 'BEGIN{s="xxxxxxxxxxxxxxxx"; while(1) s=s s}'`
  const failure = await failureOf(web, { script: `exec ${script}`, more: { mem_limit: '16m', memswap_limit: '16m', init: false } })
  expect(failure).toMatchObject({ reason: 'exited', exitCode: 137, wasOutOfMemory: true })
  expect(healthWords(web, failure)).toMatch(/^api crashed .* \(exit 137, out of memory\)$/)
})

test('a service that never answers fails at its deadline with what was found last', async () => {
  const service = { ...web, healthDeadlineMs: 5_000 }
  const silent = await failureOf(service, { script: 'exec sleep 1000' })
  expect(silent).toMatchObject({ reason: 'deadline', exitCode: null, lastProbe: 'GET / found nothing listening on 0.0.0.0' })
  expect(healthWords(service, silent)).toBe('api did not become healthy in 5 s (GET / found nothing listening on 0.0.0.0)')
})

test('a service that answers with an error fails at its deadline', async () => {
  const service: HealthSubject = { ...web, health: { kind: 'http', path: '/missing' }, healthDeadlineMs: 5_000 }
  expect(healthWords(service, await failureOf(service, {}))).toBe('api did not become healthy in 5 s (GET /missing answered 404)')
})

test('a service that leaves HTTP where it should answer fails at its deadline', async () => {
  const service = { ...web, healthDeadlineMs: 5_000 }
  const head = 'HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\n\\r\\n'
  const failure = await failureOf(service, { script: `exec nc -ll -p 8080 -e printf '${head}'` })
  expect(failure).toMatchObject({ reason: 'deadline', lastProbe: 'GET / answered 101, which leaves HTTP' })
})

test('a published port nobody listens on in the container does not count as a connection', async () => {
  const service: HealthSubject = { ...web, health: { kind: 'tcp' }, healthDeadlineMs: 5_000 }
  expect(await failureOf(service, { script: 'exec sleep 1000' })).toMatchObject({
    reason: 'deadline',
    lastProbe: 'a connection to port 8080 found nothing listening on 0.0.0.0',
  })
})

test('a service that accepts connections is healthy', async () => {
  const service: HealthSubject = { ...web, health: { kind: 'tcp' } }
  expect(await outcomeOf(service, { script: 'exec nc -ll -p 8080 -e cat' })).toMatchObject({ kind: 'healthy' })
})

test('a service without a published port is looked at where it is', async () => {
  const service: HealthSubject = { ...web, health: { kind: 'tcp', port: 9000 } }
  expect(await outcomeOf(service, { script: 'exec nc -ll -p 9000 -e cat' })).toMatchObject({ kind: 'healthy' })
})

test('a command inside the container decides', async () => {
  const service = (command: string): HealthSubject => ({
    ...worker,
    healthDeadlineMs: 8_000,
    health: { kind: 'exec', command: ['sh', '-c', command] },
  })
  expect(await outcomeOf(service('ls /tmp/ready'), { script: 'sleep 0.5; echo > /tmp/ready; exec sleep 1000' })).toMatchObject({
    kind: 'healthy',
  })
  const failure = await failureOf({ ...service('echo not yet; exit 4'), name: 'other' }, { script: 'exec sleep 1000' })
  expect(failure.lastProbe).toBe('`sh -c echo not yet; exit 4` ended with exit code 4: not yet')
})

test('a worker is healthy when it runs on, and a worker that ends is not', async () => {
  const outcome = await outcomeOf(worker, { script: 'exec sleep 1000' })
  expect(outcome).toMatchObject({ kind: 'healthy' })
  expect(outcome.afterMs).toBeGreaterThanOrEqual(2_000)
  const service = { ...worker, name: 'brief' }
  const failure = await failureOf(service, { script: 'echo done' })
  expect(healthWords(service, failure)).toBe('brief ended by itself instead of running on (exit 0)')
})

test('a one-shot is done when it ends with 0, and failed when it does not', async () => {
  const service = { ...worker, name: 'migrate', isOneShot: true }
  expect(await outcomeOf(service, { script: 'sleep 0.3' })).toMatchObject({ kind: 'healthy' })
  const broken = { ...service, name: 'broken' }
  expect(healthWords(broken, await failureOf(broken, { script: 'sleep 0.3; exit 2' }))).toBe('broken failed (exit 2)')
})

test('its own health check that has not looked yet does not delay a service that answers', async () => {
  const healthcheck = { test: ['CMD', 'false'], interval: '30s', retries: 3 }
  const outcome = await outcomeOf(web, { more: { healthcheck } })
  expect(outcome).toMatchObject({ kind: 'healthy' })
  expect(outcome.afterMs).toBeLessThan(10_000)
})

test('its own health check that fails is a failure, with what it printed', async () => {
  const healthcheck = { test: ['CMD-SHELL', 'echo queue is down; exit 1'], interval: '1s', retries: 1 }
  const service: HealthSubject = { ...worker }
  const failure = await failureOf(service, { script: 'exec sleep 1000', more: { healthcheck } })
  expect(failure).toMatchObject({ reason: 'unhealthy', lastProbe: 'its own health check failed: queue is down' })
  expect(healthWords(service, failure)).toBe('worker did not become healthy (its own health check failed: queue is down)')
})

test('its own health check alone decides where there is no other', async () => {
  const healthcheck = { test: ['CMD', 'true'], interval: '1s' }
  expect(await outcomeOf(worker, { script: 'exec sleep 1000', more: { healthcheck } })).toMatchObject({ kind: 'healthy' })
})

test('a container that somebody removes while it starts is told so', async () => {
  const service = { ...web, healthDeadlineMs: 20_000 }
  const [api] = await stack.run(stack.files({ api: { script: 'exec sleep 1000' } }), 'api')
  const waiting = waitUntilHealthy({ service, containers: [api!.id] }, { engine: stack.engine, signal: new AbortController().signal })
  await removeAll()
  expect(await waiting).toMatchObject({ kind: 'failed', reason: 'gone' })
})

async function removeAll(): Promise<number> {
  const { containers } = await stack.engine.observe(stack.identity, [])
  const running = containers.filter((container) => container.state === 'running')
  await Promise.all(running.map(({ id }) => stack.docker.getContainer(id).remove({ force: true })))
  return running.length
}

test('waiting ends at once when the release is superseded', async () => {
  const abort = new AbortController()
  const waiting = outcomeOf(web, { script: 'exec sleep 1000' }, { signal: abort.signal })
  setTimeout(() => abort.abort(new KyozoError('superseded', 'superseded by def456')), 1_000)
  await expect(waiting).rejects.toMatchObject({ code: 'superseded', message: 'superseded by def456' })
})

test('waiting ends at once, however long a look may take', async () => {
  const abort = new AbortController()
  const patient: HealthSubject = { ...web, health: { kind: 'http', path: '/', timeoutMs: 60_000 } }
  const waiting = outcomeOf(patient, { script: 'exec nc -ll -p 8080 -e sleep 1000' }, { signal: abort.signal })
  setTimeout(() => abort.abort(new KyozoError('superseded', 'superseded by def456')), 3_000)
  await expect(waiting).rejects.toMatchObject({ code: 'superseded' })
}, 45_000)

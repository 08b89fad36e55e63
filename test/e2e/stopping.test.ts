// SIGTERM at each part of a release, while operations are under way, when a Git host is silent, and when nothing is: how long it takes, what is told, and
// who goes on.
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { type ApiResource, adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { connect, githubEnvironment, history, untilLive } from './connected.ts'

const workspace = `stopping-${randomBytes(3).toString('hex')}`
const project = `kyozo-${workspace}-production`
const minute = 60_000
/** Half of it is for what may end well, and a quarter for giving the rest back. */
const stopSeconds = 30

let github: GitHubDouble
let kyozo: TestKyozo
let repository: TestRepository

beforeAll(async () => {
  const steps = path.join(import.meta.dirname, '../support/print-steps.ts')
  github = await startGitHub()
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  kyozo = await startKyozo({
    ...githubEnvironment(github, token),
    NODE_OPTIONS: `--import=${steps}`,
    KYOZO_STOP_SECONDS: String(stopSeconds),
    KYOZO_LEDGER_CHECK_SECONDS: '1',
  })
  repository = await createRepository({ files: busyboxService('one', 'a') })
  expect((await repository.push(kyozo.remote(workspace))).output).toContain('1 live')
}, 3 * minute)

afterAll(async () => {
  await kyozo.remove()
  await repository.remove()
  await github.close()
}, minute)

const www = (version: string, ...more: readonly string[]) => [
  ...more,
  `RUN mkdir /www && echo one ${version} > /www/index.html`,
  'EXPOSE 8080',
]
const slowBuild = (version: string, seconds = 3) =>
  dockerfile('one', [
    ...www(version, `RUN echo ${workspace} ${version} && sleep ${seconds}`),
    'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]',
  ])
const slowStart = (version: string, seconds: number) =>
  dockerfile('one', [...www(version), `CMD ["sh", "-c", "sleep ${seconds}; exec httpd -f -p 8080 -h /www"]`])

/** Sends SIGTERM; the seconds until the process has ended. */
async function stopped(): Promise<number> {
  const begin = performance.now()
  await kyozo.stop()
  expect(kyozo.exitCode(), kyozo.output()).toBe(0)
  return (performance.now() - begin) / 1_000
}

async function releaseOf(sha: string): Promise<ApiResource['attributes']> {
  return (await kyozo.api(`/releases?filter[sha]=${sha}`)).data[0]?.attributes ?? ({} as never)
}

const liveAtOnce = (sha: string) =>
  until('the release to be live', async () => (await releaseOf(sha)).state === 'live', { deadlineMs: 2 * minute, everyMs: 200 })
/** Remembers where the output is now, for a step that comes after. */
function from(): { reached(step: string): Promise<unknown> } {
  const mark = kyozo.output().length
  return { reached: (step) => until(step, () => kyozo.output().slice(mark).includes(`step ${step}`), { everyMs: 20 }) }
}

const serves = async () => (await kyozo.ask(`one.${workspace}.localhost`)).text.trim()

it('ends at once when nothing is under way, and leaves what runs', { timeout: 2 * minute }, async () => {
  const before = await containersOf(project)
  expect(await stopped()).toBeLessThan(9)
  expect(await containersOf(project)).toEqual(before)
  await kyozo.start()
})

it('gives a release back that is being built, tells who pushed, and ends it after the next start as the same try', {
  timeout: 3 * minute,
}, async () => {
  const story = from()
  const sha = await repository.commit('Slow to build', slowBuild('b'))
  const pushed = repository.push(kyozo.remote(workspace))
  await story.reached('stage.build')
  expect(await stopped()).toBeLessThan(9)
  expect((await pushed).output).toContain('kyozo is stopping; the release goes on by itself')
  await kyozo.start()
  await liveAtOnce(sha)
  expect((await releaseOf(sha)).attempt).toBe(1)
  expect(await serves()).toBe('one b')
})

it('ends a release that only waits for its health when there is time', { timeout: 2 * minute }, async () => {
  const story = from()
  const sha = await repository.commit('Starts in a moment', slowStart('c', 1))
  await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
  await story.reached('engine.start')
  expect(await stopped()).toBeLessThan(stopSeconds)
  await kyozo.start()
  expect(await releaseOf(sha)).toMatchObject({ state: 'live', attempt: 1 })
  expect(await serves()).toBe('one c')
})

it('hands a release over whose health takes longer than there is time, and what served goes on', { timeout: 4 * minute }, async () => {
  const before = await containersOf(project)
  const story = from()
  const sha = await repository.commit('Starts slowly', slowStart('d', 25))
  const pushed = repository.push(kyozo.remote(workspace))
  await story.reached('engine.start')
  expect(await stopped()).toBeLessThan(stopSeconds)
  expect((await pushed).output).toContain('kyozo is stopping')
  expect([...(await containersOf(project)).values()]).toEqual(expect.arrayContaining([...before.values()]))
  await kyozo.start()
  expect(await serves()).toBe('one c')
  await liveAtOnce(sha)
  expect((await releaseOf(sha)).attempt).toBe(1)
  await until('exactly one container', async () => (await containersOf(project)).size === 1)
})

it('starts what it had stopped first again, although a newer commit waits to take over', { timeout: 4 * minute }, async () => {
  const stored = `${workspace}-stored`
  const host = `store.${stored}.localhost`
  const compose = { services: { store: { build: 'store', ports: ['8080:8080'], volumes: ['data:/data'] } }, volumes: { data: {} } }
  const version = (text: string, command: string) => ({
    'compose.yaml': JSON.stringify(compose),
    'store/Dockerfile': `FROM busybox:stable\nRUN mkdir /www && echo ${text} > /www/index.html\nEXPOSE 8080\nCMD ${command}\n`,
  })
  const serve = '["httpd", "-f", "-p", "8080", "-h", "/www"]'
  const other = await createRepository({ files: version('one', serve) })
  try {
    expect((await other.push(kyozo.remote(stored))).output).toContain('1 live')
    const before = await containersOf(`kyozo-${stored}-production`)
    const story = from()
    const slow = await other.commit('Starts slowly', version('two', '["sh", "-c", "sleep 60"]'))
    await other.push(kyozo.remote(stored), { options: ['no-wait'] })
    await story.reached('engine.start')
    const newer = await other.commit('Starts at once', version('three', serve))
    await other.push(kyozo.remote(stored), { options: ['no-wait'] })
    expect((await releaseOf(newer)).state).toBe('queued')
    expect(await containersOf(`kyozo-${stored}-production`)).not.toEqual(before)
    expect(await stopped()).toBeLessThan(stopSeconds)
    expect(await containersOf(`kyozo-${stored}-production`)).toEqual(before)
    await kyozo.start()
    expect(await releaseOf(slow)).toMatchObject({ state: 'superseded', superseded_by: newer })
    await liveAtOnce(newer)
    expect((await kyozo.ask(host)).text.trim()).toBe('three')
  } finally {
    await other.remove()
  }
})

it('ends a release that has begun to switch', { timeout: 2 * minute }, async () => {
  const story = from()
  const sha = await repository.commit('Quick', busyboxService('one', 'e'))
  await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
  await story.reached('stage.switch')
  expect(await stopped()).toBeLessThan(stopSeconds)
  await kyozo.start()
  expect(await releaseOf(sha)).toMatchObject({ state: 'live', attempt: 1 })
  expect(await serves()).toBe('one e')
})

it('goes on with what a person asked for after the next start', { timeout: 2 * minute }, async () => {
  const [service] = (await kyozo.api(`/service_instances?filter[name]=one`)).data
  const answer = await fetch(`${kyozo.url}/api/v1/service_instances/${service!.id}/restart`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
  })
  const operation = ((await answer.json()) as { data: ApiResource }).data
  expect(answer.status).toBe(202)
  expect(await stopped()).toBeLessThan(stopSeconds)
  await kyozo.start()
  await until('the restart to end', async () => (await operationState(operation.id)) === 'succeeded', { deadlineMs: minute, everyMs: 200 })
  expect(await serves()).toBe('one e')
})

async function operationState(id: string): Promise<unknown> {
  const { data } = await kyozo.api<{ data: ApiResource }>(`/operations/${id}`)
  return data.attributes.state
}

it('ends at once on the second signal, and the next start goes on', { timeout: 2 * minute }, async () => {
  const story = from()
  const sha = await repository.commit('Starts slowly again', slowStart('f', 3))
  await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
  await story.reached('engine.start')
  const begin = performance.now()
  process.kill(kyozo.pid(), 'SIGTERM')
  await until('kyozo to be stopping', () => kyozo.output().includes(`stopping within ${stopSeconds} s`), { everyMs: 10 })
  await kyozo.stop()
  expect(performance.now() - begin).toBeLessThan(5_000)
  expect(kyozo.exitCode()).toBe(1)
  await kyozo.start()
  await liveAtOnce(sha)
})

it('begins nothing and waits for no Git host that is silent, which hears how it ended after the next start', {
  timeout: 3 * minute,
}, async () => {
  const shop = await connect('silent', { kyozo, github })
  const recover = github.fault({ path: /^\/(repos|repositories)\//, answer: { kind: 'hang' } })
  const story = from()
  const { sha } = await shop.push(slowBuild('g', 10))
  await story.reached('stage.build')
  await story.reached('status.sending')
  await until('the ledger to be compared', () => github.calls.some(({ path }) => path === `/repositories/${shop.repository.id}`))
  const mark = kyozo.output().length
  const stopping = stopped()
  await until('kyozo to be stopping', () => kyozo.output().includes(`stopping within ${stopSeconds} s`), { everyMs: 10 })
  const late = await repository.commit('Comes while it stops', busyboxService('one', 'h'))
  // It may still be taken, or find the door closed.
  const pushed = repository.push(kyozo.remote(workspace), { options: ['no-wait'] }).catch(() => undefined)
  expect(await stopping).toBeLessThan(9)
  expect(kyozo.output().slice(mark)).not.toContain('step release.claimed')
  await pushed
  recover()
  await kyozo.start()
  await untilLive(kyozo, sha)
  expect((await releaseOf(sha)).attempt).toBe(1)
  expect((await shop.verdict(sha))['kyozo/production']).toEqual({ state: 'success', description: '1 live' })
  expect(history(shop.repository.statuses(sha))['kyozo/production']?.filter((state) => state === 'success')).toHaveLength(1)
  await repository.push(kyozo.remote(workspace))
  await liveAtOnce(late)
})

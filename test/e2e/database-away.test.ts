// The database is taken away from kyozo in every way while it works: nothing is lost or done twice, and it goes on by itself.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type ChaosProxy, startChaosProxy } from '../support/chaos-proxy.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import type { StoredDelivery } from '../support/github/state.ts'
import { type ApiResource, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, githubEnvironment } from './connected.ts'

const minutes = 60_000

let proxy: ChaosProxy
let github: GitHubDouble
let kyozo: TestKyozo
let shop: Connected

beforeAll(async () => {
  const url = new URL(await emptyDatabaseUrl())
  proxy = await startChaosProxy({ target: url.port === '' ? 5432 : Number(url.port) })
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  github = await startGitHub()
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  kyozo = await startKyozo({ ...githubEnvironment(github, token), DATABASE_URL: url.href })
  shop = await connect('away', { kyozo, github })
  await shop.deploy(busyboxService('web', '0'))
}, 2 * minutes)

afterAll(async () => {
  proxy.heal()
  await kyozo.remove()
  await github.close()
  await proxy.close()
}, 2 * minutes)

const releasesOf = async (sha: string): Promise<readonly ApiResource[]> => (await kyozo.api(`/releases?filter[sha]=${sha}`)).data ?? []
const stateOf = async (sha: string) => (await releasesOf(sha))[0]?.attributes.state

async function untilLive(sha: string): Promise<void> {
  const isLive = async () => (await stateOf(sha).catch(() => undefined)) === 'live'
  await until(`${sha.slice(0, 7)} to be live`, isLive, { deadlineMs: 2 * minutes, everyMs: 250 }).catch(async (error: Error) => {
    const attributes = (await releasesOf(sha)).map((release) => release.attributes)
    throw new Error(`${error.message}: ${JSON.stringify(attributes)}\n${kyozo.output()}`)
  })
  expect(await releasesOf(sha)).toHaveLength(1)
}

/** The same again, as GitHub sends it. */
async function sendAgain({ headers, payload }: StoredDelivery) {
  const start = performance.now()
  const answer = await fetch(`${kyozo.url}/webhooks/github`, { method: 'POST', headers, body: JSON.stringify(payload) })
  const retryAfter = Number(answer.headers.get('retry-after'))
  return { status: answer.status, retryAfter, text: await answer.text(), ms: performance.now() - start }
}

it(
  'after its connections are cut during a release it goes on by itself, and the release ends well',
  async () => {
    const repository = await createRepository({ files: busyboxService('web', '0') })
    const workspace = `cut-${randomBytes(3).toString('hex')}`
    const sha = await repository.commit('Cut', busyboxService('web', '1'))
    await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
    await until('the release to be under way', async () => ['running', 'live'].includes(String(await stateOf(sha))))
    proxy.cut()
    await delay(700)
    proxy.cut()
    await untilLive(sha)
    // Wake-ups arrive again, over a connection that was rebuilt.
    const next = await repository.commit('Next', busyboxService('web', '2'))
    await repository.push(kyozo.remote(workspace), { options: ['no-wait'] })
    await untilLive(next)
    await repository.remove()
  },
  6 * minutes,
)

it.each([
  ['refuses', '1', () => proxy.refuse()],
  ['hears nothing', '2', () => proxy.stall()],
])(
  'while the database %s a signed delivery is answered 503 in time, and deployed once when it comes again',
  async (_, version, takeAway) => {
    takeAway()
    const { sha, deliveries } = await shop.push(busyboxService('web', version))
    const answer = await sendAgain(deliveries[0]!)
    expect(answer).toMatchObject({ status: 503, retryAfter: 30 })
    expect(answer.ms).toBeLessThan(8_000)
    expect(deliveries[0]!.status).toBe(503)
    proxy.heal()
    // The host, or a person, sends it again, twice.
    await until('it to be taken', async () => [200, 202].includes((await sendAgain(deliveries[0]!)).status), { everyMs: 500 })
    await until('it to be known', async () => (await sendAgain(deliveries[0]!)).status === 200, { everyMs: 500 })
    await untilLive(sha)
    expect((await shop.verdict(sha))['kyozo/production']?.state).toBe('success')
  },
  6 * minutes,
)

it(
  'a release whose commits happen without kyozo hearing of it ends well, once',
  async () => {
    const { sha, deliveries } = await shop.push(busyboxService('web', '3'))
    expect(deliveries[0]!.status).toBe(202)
    for (let lost = 0; lost < 6; lost++) {
      proxy.loseAnswer((answer) => answer.includes('COMMIT'))
      await delay(400)
    }
    proxy.heal()
    await untilLive(sha)
    expect((await shop.verdict(sha))['kyozo/production']?.state).toBe('success')
    expect(await shop.ask('web')).toBe('web 3')
  },
  6 * minutes,
)

it(
  'connections that the server lost without a word are given up, and others are opened',
  async () => {
    proxy.forget()
    const { sha, deliveries } = await shop.push(busyboxService('web', '4'))
    await until('the delivery to be taken', async () => [200, 202].includes((await sendAgain(deliveries[0]!)).status), {
      deadlineMs: 2 * minutes,
      everyMs: 1_000,
    })
    await untilLive(sha)
  },
  6 * minutes,
)

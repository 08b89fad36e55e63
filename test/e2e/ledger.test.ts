// What GitHub sent and kyozo never got: found in GitHub's own list or on the branch, received in its order, and said.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import type { Hook } from '../support/github/state.ts'
import { type ApiResource, adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, commitBackOf, connect, githubEnvironment, history, releasesOf, untilLive } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 2 * minutes })

let github: GitHubDouble
let kyozo: TestKyozo

beforeAll(async () => {
  github = await startGitHub()
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write', repository_hooks: 'write' } })
  kyozo = await startKyozo({
    ...githubEnvironment(github, token),
    KYOZO_LEDGER_CHECK_SECONDS: '1',
    KYOZO_ALLOW_PRIVATE_FORGES: 'true',
  })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

interface Shop extends Connected {
  readonly hook: Hook
  readonly id: string
}

/** A connected repository that is live, with the webhook by which it came. */
async function liveShop(name: string): Promise<Shop> {
  const shop = await connect(name, { kyozo, github })
  await shop.deploy(busyboxService('one', '0'))
  return { ...shop, id: await workspaceId(shop.workspace), hook: github.hooksOf(shop.repository.id)[0]! }
}

async function workspaceId(name: string): Promise<string> {
  return (await kyozo.api(`/workspaces?filter[name]=${name}`)).data[0]!.id
}

/** Newest first. */
async function checksOf(id: string, kind: string): Promise<readonly ApiResource[]> {
  const path = `/ledger_checks?filter[workspace]=${id}&filter[kind]=${kind}&sort=-checked_at&fields[ledger_checks]=`
  return (await kyozo.api(`${path}words,error,missed,recovered,asked_again,compared,checks,found`)).data
}

const missedIn = ({ id }: Shop, kind: string) =>
  until('something missed to be found', async () => (await checksOf(id, kind)).find(({ attributes }) => Number(attributes.missed) > 0))

const storedAs = async (guid: string) => (await kyozo.api(`/deliveries?filter[delivery_id]=${guid}`)).data[0]?.attributes

describe('what was sent while kyozo was away', () => {
  it('is counted and recovered in its order: ten pushes end at the newest commit, and each commit has its verdict', async () => {
    const shop = await liveShop('away')
    await kyozo.stop()
    const pushes = []
    for (let at = 1; at <= 10; at++) pushes.push(await shop.push(busyboxService('one', String(at))))
    const [shas, tip] = [pushes.slice(0, 9).map(({ sha }) => sha), pushes[9]!.sha]
    await kyozo.start()
    await untilLive(kyozo, tip)
    expect(await shop.ask('one')).toBe('one 10')
    const { attributes } = await missedIn(shop, 'deliveries')
    expect(attributes).toMatchObject({ words: '10 deliveries were missed; 10 recovered', missed: 10, recovered: 10, asked_again: 0 })
    expect((attributes.found as unknown as readonly { deliveryId: string }[]).map(({ deliveryId }) => deliveryId)).toEqual(
      pushes.map(({ deliveries }) => deliveries[0]!.guid),
    )
    expect(kyozo.output()).toContain('10 deliveries were missed; 10 recovered')
    for (const { deliveries, sha } of pushes) {
      const stored = await storedAs(deliveries[0]!.guid)
      expect(stored).toMatchObject({ arrival: 'recovered', decision: 'accepted', event: 'push', ref: 'refs/heads/main', sha })
      expect(stored!.reason).toMatch(
        /^recovered from the host’s list \(failed to connect to host\): release of \w{7} to production queued$/,
      )
      expect(stored!.outcome).toMatch(sha === tip ? /^\w{7} is live in production$/ : /^\w{7} was superseded in production by \w{7}$/)
    }
    expect((await shop.verdict(tip))['kyozo/production']).toEqual({ state: 'success', description: '1 live' })
    for (const sha of shas) {
      expect((await shop.verdict(sha))['kyozo/production']).toMatchObject({
        state: 'error',
        description: expect.stringContaining('superseded by'),
      })
      expect(
        history(shop.repository.statuses(sha))
          ['kyozo/production']!.slice(0, -1)
          .filter((state) => state !== 'pending'),
      ).toEqual([])
      expect((await releasesOf(kyozo, sha)).map((release) => release.attributes.state)).toEqual(['superseded'])
    }
  })

  it('and came late changes nothing of what is live: the commit is superseded by the tip and says so', async () => {
    const shop = await liveShop('late')
    shop.hook.isUnreachable = true
    const pause = github.fault({ path: new RegExp(`^/repos/${shop.repository.fullName}/hooks`), answer: { kind: 'hang' } })
    const { sha: missed, deliveries } = await shop.push(busyboxService('one', '1'))
    shop.hook.isUnreachable = false
    const tip = await shop.deploy(busyboxService('one', '2'))
    await commitBackOf(kyozo, tip)
    const before = await releasesOf(kyozo, tip)
    pause()
    await until('the missed push', async () => (await storedAs(deliveries[0]!.guid)) !== undefined, { deadlineMs: 60_000 })
    expect(await storedAs(deliveries[0]!.guid)).toMatchObject({ arrival: 'recovered', sha: missed })
    expect((await shop.verdict(missed))['kyozo/production']).toMatchObject({ state: 'error' })
    expect(await shop.ask('one')).toBe('one 2')
    expect(await releasesOf(kyozo, tip)).toEqual(before)
  })

  it('is asked for once more when GitHub does not give it back', async () => {
    const shop = await liveShop('again')
    shop.hook.isUnreachable = true
    const [delivery] = await shop.repository.send('issues')
    delivery!.isWithheld = true
    shop.hook.isUnreachable = false
    const { attributes } = await missedIn(shop, 'deliveries')
    expect(attributes).toMatchObject({ words: '1 delivery was missed; 0 recovered, 1 of them asked for again', asked_again: 1 })
    const stored = await until('it to arrive', () => storedAs(delivery!.guid))
    expect(stored).toMatchObject({ arrival: 'sent', decision: 'ignored', event: 'issues' })
  })

  it('takes nothing from the others when GitHub fails to show one of it', async () => {
    const shop = await liveShop('unshown')
    shop.hook.isUnreachable = true
    const pause = github.fault({ path: new RegExp(`^/repos/${shop.repository.fullName}/hooks`), answer: { kind: 'hang' } })
    const [hidden] = await shop.repository.send('issues')
    const { sha } = await shop.push(busyboxService('one', '1'))
    shop.hook.isUnreachable = false
    const mended = github.fault({ path: new RegExp(`/deliveries/${hidden!.id}$`), answer: { kind: 'status', status: 500 } })
    pause()
    await untilLive(kyozo, sha)
    const { attributes } = await missedIn(shop, 'deliveries')
    expect(attributes).toMatchObject({ words: '2 deliveries were missed; 1 recovered, 1 of them asked for again', error: null })
    expect(await until('the other to arrive', () => storedAs(hidden!.guid))).toMatchObject({ arrival: 'sent', decision: 'ignored' })
    mended()
  })

  it('and cannot be read is kept as refused, and counted once', async () => {
    const shop = await liveShop('odd')
    shop.hook.isUnreachable = true
    const [delivery] = await shop.repository.send('push', { after: 'not an object id' })
    shop.hook.isUnreachable = false
    await missedIn(shop, 'deliveries')
    expect(await storedAs(delivery!.guid)).toMatchObject({
      decision: 'refused',
      reason: expect.stringMatching(/it cannot be read: this push payload cannot be read: after/),
    })
    await until('two checks more', async () => Number((await checksOf(shop.id, 'deliveries'))[0]!.attributes.checks) > 2)
    expect((await checksOf(shop.id, 'deliveries')).filter((check) => Number(check.attributes.missed) > 0)).toHaveLength(1)
  })
})

describe('where the token may not read webhooks', () => {
  it('that is said once, and a branch that moved without a delivery is deployed all the same', async () => {
    const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', pull_requests: 'read', statuses: 'write' } })
    const name = `narrow-${randomBytes(3).toString('hex')}`
    const secret = randomBytes(16).toString('hex')
    const attributes = { forge: 'github', name, api_url: github.apiUrl, token, webhook_secret: secret, connects_repositories: true }
    const made = await fetch(`${kyozo.url}/api/v1/forge_connections`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
      body: JSON.stringify({ data: { type: 'forge_connections', attributes } }),
    })
    expect([made.status, await made.text()]).toMatchObject([201, expect.any(String)])
    const repository = await github.createRepository({ fullName: `mona/${name}`, isPrivate: true })
    const hook = repository.addHook({ url: `${kyozo.url}/webhooks/github/${name}`, secret })
    const { sha: first } = await repository.push({ change: { files: busyboxService('one', '1') } })
    await untilLive(kyozo, first)
    hook.isUnreachable = true
    const { sha } = await repository.push({ change: { files: busyboxService('one', '2') } })
    await untilLive(kyozo, sha)
    const id = await workspaceId(name)
    const moved = (await checksOf(id, 'branches')).filter((check) => Number(check.attributes.missed) > 0)
    expect(moved.map((check) => check.attributes.words)).toEqual(['1 branch had moved without a delivery'])
    const { data } = await kyozo.api(`/deliveries?filter[sha]=${sha}`)
    expect(data.map((one) => one.attributes)).toMatchObject([
      {
        event: 'sweep',
        arrival: 'swept',
        reason: `seen on the branch, which points at ${sha.slice(0, 7)}: release of ${sha.slice(0, 7)} to production queued`,
        outcome: `${sha.slice(0, 7)} is live in production`,
      },
    ])
    const refused = await checksOf(id, 'deliveries')
    expect(refused.map((check) => check.attributes)).toMatchObject([
      { error: expect.stringContaining('GitHub answered 403 (Resource not accessible by integration)'), missed: 0 },
    ])
    const said = kyozo.output().split('\n')
    expect(said.filter((line) => line.includes(`"${name}"`) && line.includes('could not be compared'))).toHaveLength(1)
  })
})

it('an environment that somebody deleted stays deleted until the next push', async () => {
  const shop = await liveShop('given-up')
  const environments = async () => (await kyozo.api(`/workspaces/${shop.id}/environments`)).data
  const [production] = await environments()
  const answer = await fetch(`${kyozo.url}/api/v1/environments/${production!.id}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${adminToken}` },
  })
  expect(answer.status).toBe(202)
  await until('the environment to go', async () => (await environments()).length === 0, { deadlineMs: 60_000 })
  const checks = async () => Number((await checksOf(shop.id, 'branches'))[0]?.attributes.checks ?? 0)
  const before = await checks()
  await until('two checks more', async () => (await checks()) >= before + 2)
  expect(await environments()).toEqual([])
  const { sha } = await shop.push(busyboxService('one', '1'))
  await untilLive(kyozo, sha)
  expect((await environments()).map(({ attributes }) => attributes.name)).toEqual(['production'])
})

it('GitHub had nothing against any request', () => {
  expect(github.problems()).toEqual([])
})

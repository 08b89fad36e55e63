// Whatever order a Git host tells things in, and by however many webhooks: each branch ends where it points, and the ledger says what came of each.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/ids.ts'
import { type OpenDatabase, openDatabase } from '../../src/store/database.ts'
import { createToken } from '../../src/store/tokens.ts'
import { deliver, sign } from '../api/receiver.ts'
import { runKyozo } from '../cli/run-kyozo.ts'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../support/github/github.ts'
import type { StoredDelivery } from '../support/github/state.ts'
import { type ApiResource, adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, githubEnvironment, releasesOf, untilLive, webhookSecret } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })

let github: GitHubDouble
let kyozo: TestKyozo
let database: OpenDatabase
let token: string

beforeAll(async () => {
  github = await startGitHub()
  token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write', repository_hooks: 'write' } })
  const url = await emptyDatabaseUrl()
  kyozo = await startKyozo({
    ...githubEnvironment(github, token),
    DATABASE_URL: url,
    KYOZO_LEDGER_CHECK_SECONDS: '1',
    KYOZO_ALLOW_PRIVATE_FORGES: 'true',
  })
  database = await openDatabase(url, 'ledger orders')
}, 2 * minutes)

afterAll(async () => {
  await database.close()
  await kyozo.remove()
  await github.close()
}, minutes)

const answered = ({ answer }: StoredDelivery) => JSON.parse(answer) as { decision: string; reason: string; deliveryId: string }
const run = (...args: readonly string[]) => runKyozo(args, { env: { KYOZO_URL: kyozo.url, KYOZO_TOKEN: adminToken } })
const short = (sha: string) => sha.slice(0, 7)
const deadline = { deadlineMs: minutes }

async function send(path: string, resource: object, as = adminToken): Promise<ApiResource> {
  const answer = await fetch(`${kyozo.url}/api/v1${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${as}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: resource }),
  })
  const text = await answer.text()
  expect([answer.status, text]).toMatchObject([201, expect.any(String)])
  return (JSON.parse(text) as { data: ApiResource }).data
}

/** A connection's own may not hold blanks. */
const otherSecret = randomBytes(16).toString('hex')

/** Another connection to the same host; returns its name. */
async function connection(credential: object, as?: string): Promise<string> {
  const name = `c${randomBytes(3).toString('hex')}`
  const attributes = { forge: 'github', name, api_url: github.apiUrl, webhook_secret: otherSecret, connects_repositories: true }
  await send('/forge_connections', { type: 'forge_connections', attributes: { ...attributes, ...credential } }, as)
  return name
}

const hookTo = (repository: GitHubRepository, name: string, more: Partial<Parameters<GitHubRepository['addHook']>[0]> = {}) =>
  repository.addHook({ url: `${kyozo.url}/webhooks/github/${name}`, secret: otherSecret, ...more })

const untilState = (sha: string, state: string) =>
  until(`${short(sha)} to be ${state}`, async () => (await releasesOf(kyozo, sha)).find((one) => one.attributes.state === state), deadline)

describe('one event, told by several webhooks under one id,', () => {
  it('is deployed once for each team, and told again to one of them it is a duplicate', async () => {
    const teamId = newId()
    await database.db.insertInto('teams').values({ id: teamId, name: 'The others', slug: 'others' }).execute()
    const theirs = await createToken(database.db, { teamId, name: 'theirs' })
    const shop = await connect('both', { kyozo, github })
    hookTo(shop.repository, await connection({ token }, theirs))
    const { sha, deliveries } = await shop.push(busyboxService('one', '1'))
    expect(new Set(deliveries.map(({ guid }) => guid)).size).toBe(1)
    expect(deliveries.map((one) => answered(one).decision)).toEqual(['accepted', 'accepted'])
    await untilLive(kyozo, sha)
    const rows = () => database.db.selectFrom('releases').select(['teamId', 'state']).where('sha', '=', sha).execute()
    await until('both to be live', async () => (await rows()).filter(({ state }) => state === 'live').length === 2, deadline)
    expect(new Set((await rows()).map((row) => row.teamId)).size).toBe(2)
    const again = await shop.repository.redeliver(deliveries[1]!)
    expect(answered(again)).toMatchObject({ decision: 'duplicate', deliveryId: answered(deliveries[1]!).deliveryId })
    expect(await rows()).toHaveLength(2)
  })

  it('is one run for a team, by a webhook of the repository and one of its app, and what the app could not deliver is recovered', async () => {
    const app = github.createApp({ metadata: 'read', contents: 'read', statuses: 'write' })
    const name = await connection({ app_id: app.appId, private_key: app.privateKey })
    const shop = await connect('twice', { kyozo, github })
    hookTo(shop.repository, name, { app })
    const { sha, deliveries } = await shop.push(busyboxService('one', '1'))
    expect(deliveries.map((one) => answered(one).reason)).toEqual([
      `release of ${short(sha)} to production queued`,
      expect.stringContaining(`${short(sha)} has its release to production already`),
    ])
    await untilLive(kyozo, sha)
    expect(await releasesOf(kyozo, sha)).toHaveLength(1)
    expect((await kyozo.api('/workspaces?page[size]=200')).data.filter((one) => one.attributes.name === shop.workspace)).toHaveLength(1)

    const only = await github.createRepository({ fullName: `mona/app-${randomBytes(3).toString('hex')}`, isPrivate: true })
    const hook = hookTo(only, name, { app })
    hook.isUnreachable = true
    const missed = await only.push({ change: { files: busyboxService('one', '1') } })
    hook.isUnreachable = false
    await untilLive(kyozo, missed.sha)
    const { data } = await kyozo.api(`/deliveries?filter[delivery_id]=${missed.deliveries[0]!.guid}`)
    expect(data.map((one) => one.attributes)).toMatchObject([{ arrival: 'recovered', connection: name, decision: 'accepted' }])
  })
})

describe('a branch', () => {
  const mapping = { 'kyozo.yaml': 'environments:\n  staging:\n    branch: staging\n' }
  const moody = (version: string) =>
    dockerfile('one', [
      `RUN mkdir /www && echo one ${version} > /www/index.html`,
      'USER 10001',
      'EXPOSE 8080',
      'CMD ["sh", "-c", "test \\"$MOOD\\" != bad && exec httpd -f -p 8080 -h /www"]',
    ])
  const runsIn = async (shop: Connected, environment: string) => [...(await containersOf(`kyozo-${shop.workspace}-${environment}`)).keys()]

  it('and another one at the same commit have each their own release and contexts; deletion tears nothing down, and either returns', async () => {
    const shop = await connect('two', { kyozo, github })
    const { repository } = shop
    await shop.deploy({ ...busyboxService('one', '1'), ...mapping })
    const [staging] = (await kyozo.api(`/environments?filter[name]=staging`)).data
    const [workspace] = (await kyozo.api(`/workspaces?filter[name]=${shop.workspace}`)).data
    await send('/secrets', {
      type: 'secrets',
      attributes: { name: 'MOOD', value: 'bad', service: 'one' },
      relationships: {
        workspace: { data: { type: 'workspaces', id: workspace!.id } },
        environment: { data: { type: 'environments', id: staging!.id } },
      },
    })
    const both = await shop.deploy(moody('2'))
    await repository.moveTo('staging', both)
    await until('staging to fail', () => repository.shown(both)['kyozo/staging']?.state === 'failure', deadline)
    expect(repository.shown(both)).toMatchObject({ 'kyozo/production': { state: 'success' }, 'kyozo/staging': { state: 'failure' } })
    expect(await shop.ask('one')).toBe('one 2')

    const good = await shop.deploy(busyboxService('one', '3'))
    await repository.moveTo('staging', good)
    await until('staging to be live', () => repository.shown(good)['kyozo/staging']?.state === 'success', deadline)
    expect((await releasesOf(kyozo, good)).map((one) => one.attributes.state)).toEqual(['live', 'live'])

    const before = await runsIn(shop, 'staging')
    const [deleted] = await repository.deleteBranch('staging')
    expect(answered(deleted!)).toMatchObject({
      decision: 'ignored',
      reason: `branch staging was deleted; staging keeps running ${short(good)} until the branch is there again or the environment is removed`,
    })
    const { deliveries } = await repository.moveTo('staging', good)
    expect(answered(deliveries[0]!).reason).toBe(`${short(good)} has its release to staging already (live)`)
    await repository.deleteBranch('staging')
    expect(await runsIn(shop, 'staging')).toEqual(before)
    const { sha } = await repository.push({ branch: 'staging', parent: good, change: { files: busyboxService('one', '4') } })
    await untilLive(kyozo, sha)
    expect(await shop.ask('one')).toBe('one 3')
  })

  it('ends where a force push leaves it: at an older commit, at an unrelated history; also renamed, and when another branch is the default', async () => {
    const shop = await connect('forced', { kyozo, github })
    const { repository } = shop
    const first = await shop.deploy(busyboxService('one', '1'))
    const second = await shop.deploy(busyboxService('one', '2'))
    await repository.moveTo('main', first)
    await until('the older commit to serve', async () => (await shop.ask('one')) === 'one 1', deadline)
    await untilLive(kyozo, first)
    expect((await releasesOf(kyozo, second)).map((one) => one.attributes.state)).toEqual(['replaced'])
    const { sha: unrelated } = await repository.push({ parent: null, change: { files: busyboxService('one', '3') } })
    await untilLive(kyozo, unrelated)

    repository.rename(`mona/moved-${shop.workspace}`)
    const { sha: renamed } = await shop.push(busyboxService('one', '4'))
    await untilLive(kyozo, renamed)
    const named = async () => (await kyozo.api(`/workspaces?filter[name]=${shop.workspace}`)).data[0]!.attributes
    await until('the rename to be followed', async () => (await named()).repository_name === `mona/moved-${shop.workspace}`, deadline)

    const { sha: trunk, deliveries } = await repository.push({
      branch: 'trunk',
      parent: renamed,
      change: { files: busyboxService('one', '5') },
    })
    expect(answered(deliveries[0]!).reason).toContain('branch trunk has no environment')
    repository.setDefaultBranch('trunk')
    await untilLive(kyozo, trunk)
    expect(await named()).toMatchObject({ default_branch: 'trunk' })
    const { data } = await kyozo.api('/audit_events?filter[action]=workspaces.update')
    const reason = 'the default branch was changed at the Git host from main to trunk, and is followed'
    expect(data.map((one) => one.attributes)).toMatchObject([{ actor: 'kyozo', details: { default_branch: 'trunk', reason } }])
  })
})

describe('a delivery', () => {
  it('that comes late does not interrupt the release of the tip, and is superseded by it', async () => {
    const shop = await connect('slow', { kyozo, github })
    const first = await shop.deploy(busyboxService('one', '1'))
    const slow = dockerfile('one', [
      `RUN echo ${shop.workspace} && sleep 6 && mkdir /www && echo one 2 > /www/index.html`,
      'USER 10001',
      'EXPOSE 8080',
      'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]',
    ])
    const { sha: tip } = await shop.push(slow)
    await until('it to build', async () => (await releasesOf(kyozo, tip))[0]?.attributes.stage === 'build', deadline)
    await shop.repository.send('push', {
      ref: 'refs/heads/main',
      before: first,
      after: first,
      forced: false,
      created: false,
      deleted: false,
    })
    await untilLive(kyozo, tip)
    await untilState(first, 'superseded')
    expect((await releasesOf(kyozo, tip)).map((one) => [one.attributes.state, one.attributes.attempt])).toEqual([['live', 1]])
  })

  it('of several MB is taken, and under its id another body changes nothing; the command line shows it, and says when it is too old to replay', async () => {
    const shop = await connect('large', { kyozo, github })
    const first = await shop.deploy(busyboxService('one', '1'))
    const commits = Array.from({ length: 10_000 }, (_, at) => ({ id: first, message: `Change ${at} ${'x'.repeat(400)}` }))
    const [large] = await shop.repository.send('push', { ref: 'refs/heads/main', after: first, deleted: false, commits })
    expect(answered(large!)).toMatchObject({ decision: 'accepted', reason: `${short(first)} has its release to production already (live)` })
    const other = JSON.stringify({ ...(large!.payload as object), after: 'b'.repeat(40), commits: [] })
    const headers = { 'x-hub-signature-256': sign(other, webhookSecret), 'x-github-delivery': large!.guid }
    expect(await deliver(`${kyozo.url}/webhooks/github`, other, headers)).toMatchObject({
      status: 200,
      body: { decision: 'duplicate', reason: expect.stringMatching(/^delivered before with another body, which is the one that counts: /) },
    })

    const listed = await run('deliveries', shop.workspace)
    expect(listed).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^arrived +workspace +event +how +decision +id +what came of it\n/),
    })
    expect(listed.stdout.split('\n')[1]).toMatch(
      new RegExp(`${shop.workspace} +push +sent +accepted +[0-9a-f-]{36} +${short(first)} is live in production`),
    )
    expect(await run('deliveries', shop.workspace, '--missed')).toMatchObject({ exitCode: 0, stdout: '', stderr: 'Nothing was missed.\n' })
    const shown = await run('deliveries', 'show', large!.guid)
    expect(shown).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/decision +accepted: .* has its release to production already/),
    })
    const checks = await run('deliveries', 'checks', shop.workspace)
    expect(checks.stdout).toMatch(new RegExp(`deliveries of ${shop.workspace} +\\d+ +0 +nothing was missed\n`))
    const { deliveryId } = answered(large!)
    expect(await run('deliveries', 'replay', deliveryId)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('succeeded') })
    await database.db.updateTable('deliveries').set({ body: null }).where('id', '=', deliveryId).execute()
    const tooOld = await run('deliveries', 'replay', deliveryId)
    expect(tooOld.exitCode).toBe(6)
    expect(tooOld.stderr).toContain('the body of this delivery is kept no longer, so it cannot be decided again')
    expect((await run('deliveries', 'show', deliveryId)).stdout).toContain('What was sent is kept no longer.')
  })
})

it('GitHub had nothing against any request', () => {
  expect(github.problems()).toEqual([])
})

// What GitHub sends: every delivery is answered and kept with its reason, and what was not signed or not whole changes nothing.
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { converse, deliver, sign, signedHeaders } from '../api/receiver.ts'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import type { StoredDelivery } from '../support/github/state.ts'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, githubEnvironment, releasesOf, webhookSecret } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 2 * minutes })
const databaseUrl = await emptyDatabaseUrl()

let github: GitHubDouble
let kyozo: TestKyozo
/** Deployed first; whatever is received afterwards, it goes on. */
let canary: Connected
let canaryContainers: ReadonlyMap<string, string>

beforeAll(async () => {
  github = await startGitHub()
  const token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  kyozo = await startKyozo({ ...githubEnvironment(github, token), DATABASE_URL: databaseUrl })
  canary = await connect('canary', { kyozo, github })
  await canary.deploy(busyboxService('one', '1'))
  canaryContainers = await containersOf(canary.project)
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

afterEach(async () => {
  expect(await canary.ask('one')).toBe('one 1')
  expect(await containersOf(canary.project)).toEqual(canaryContainers)
})

async function query(text: string, values: readonly string[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(text, [...values])
  await client.end()
}

const repositoryOf = (name: string) => connect(name, { kyozo, github })

/** What the answer said, which the ledger must say as well. */
async function answerOf(delivery: StoredDelivery): Promise<{ status: number; decision: string; reason: string }> {
  const answer = JSON.parse(delivery.answer) as { decision: string; reason: string; deliveryId: string; url: string }
  const { data } = await kyozo.api(`/deliveries?filter[delivery_id]=${delivery.guid}`)
  expect(data).toMatchObject([{ id: answer.deliveryId, attributes: { forge: 'github', event: delivery.event } }])
  if (answer.decision !== 'duplicate') expect(data[0]!.attributes).toMatchObject({ decision: answer.decision, reason: answer.reason })
  expect(answer.url).toMatch(/\/(releases|api\/v1\/deliveries)\/[0-9a-f-]{36}$/)
  return { status: delivery.status, decision: answer.decision, reason: answer.reason }
}

describe('a delivery', () => {
  it.each([
    ['ping', 'pong: the webhook is set up and its secret is right'],
    ['issues', 'issues events are not something kyozo acts on'],
    ['create', 'GitHub sends a push with every created branch, and kyozo acts on that'],
    ['workflow_run', 'workflow run events are not something kyozo acts on'],
  ])('of a %s event is answered with its reason and kept', async (event, reason) => {
    const [delivery] = await canary.repository.send(event)
    expect(await answerOf(delivery!)).toEqual({ status: 200, decision: 'ignored', reason })
  })

  it('of a tag or of a deleted branch is answered with its reason and kept', async () => {
    const { sha } = await canary.repository.push({ branch: 'old', parent: null, change: { files: { 'a.txt': 'a' } } })
    const [tagged] = await canary.repository.tag('v1', sha)
    expect(await answerOf(tagged!)).toEqual({
      status: 200,
      decision: 'ignored',
      reason: 'refs/tags/v1 is a tag, and kyozo runs branches and pull requests',
    })
    const [deleted] = await canary.repository.deleteBranch('old')
    expect(await answerOf(deleted!)).toEqual({
      status: 200,
      decision: 'ignored',
      reason: 'branch old was deleted, and nothing runs from it',
    })
  })

  it('that is sent again does nothing twice, and neither does the same push through a second hook', async () => {
    const shop = await repositoryOf('again')
    shop.repository.addHook({ url: `${kyozo.url}/webhooks/github/main`, secret: webhookSecret, contentType: 'form' })
    const { sha, deliveries } = await shop.push(busyboxService('one', '1'))
    expect(await Promise.all(deliveries.map(answerOf))).toMatchObject([
      { status: 202, reason: `release of ${sha.slice(0, 7)} to production queued` },
      { status: 200, decision: 'duplicate', reason: expect.stringMatching(/^delivered before.*: release of \w{7} to production queued$/) },
    ])
    await shop.verdict(sha)
    const again = await answerOf(await shop.repository.redeliver(deliveries[0]!))
    expect(again).toMatchObject({
      status: 200,
      decision: 'duplicate',
      reason: `delivered before: release of ${sha.slice(0, 7)} to production queued`,
    })
    expect(await releasesOf(kyozo, sha)).toHaveLength(1)
  })

  it('of an unknown repository, eight times at once by as many hooks, connects it once and makes one release', async () => {
    const shop = await repositoryOf('many')
    const [known] = (await shop.push(busyboxService('one', '1'))).deliveries
    const payload = known!.payload as { repository: object }
    const fresh = await github.createRepository({ fullName: `${shop.repository.fullName}-fresh` })
    const { sha } = await fresh.push({ change: { files: busyboxService('one', '1') }, message: 'Fresh' })
    const body = JSON.stringify({ ...payload, after: sha, repository: { ...payload.repository, id: fresh.id, full_name: fresh.fullName } })
    const signature = { 'x-hub-signature-256': sign(body, webhookSecret) }
    const sent = await Promise.all(Array.from({ length: 8 }, () => deliver(`${kyozo.url}/webhooks/github`, body, signature)))
    expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 202))
    expect(await releasesOf(kyozo, sha)).toHaveLength(1)
    const { data } = await kyozo.api('/workspaces?page[size]=200')
    expect(data.filter(({ attributes }) => attributes.repository_name === fresh.fullName)).toHaveLength(1)
    await until('it to be live', async () => (await releasesOf(kyozo, sha))[0]!.attributes.state === 'live', { deadlineMs: minutes })
  })

  it('that names a commit which is not the tip deploys the tip', async () => {
    const shop = await repositoryOf('tip')
    const first = await shop.deploy(busyboxService('one', '1'))
    const { sha: tip } = await shop.repository.push({ change: { files: busyboxService('one', '2') } })
    await shop.verdict(tip)
    const [stale] = await shop.repository.send('push', {
      ref: 'refs/heads/main',
      before: tip,
      after: first,
      forced: true,
      created: false,
      deleted: false,
    })
    expect(stale).toMatchObject({ status: 202 })
    await until('the stale commit to be superseded', async () =>
      (await releasesOf(kyozo, first)).some(({ attributes }) => attributes.state === 'superseded' && attributes.superseded_by === tip),
    )
    await until('the tip to have its verdict', async () =>
      (await releasesOf(kyozo, tip)).every(({ attributes }) => ['live', 'unchanged'].includes(String(attributes.state))),
    )
    expect(await shop.ask('one')).toBe('one 2')
    expect((await shop.verdict(tip))['kyozo/production']?.state).toBe('success')
  })

  it('that cannot be carried out is kept as refused with what is in its way, and decided anew when it comes again', async () => {
    const shop = await repositoryOf('named')
    await shop.repository.push({ branch: 'first', parent: null, change: { files: { 'a.txt': 'a' } } })
    // As an environment of another workspace that answers at this one's name.
    await query(
      `insert into environments (id, team_id, workspace_id, name, ref, kind, project, host_label)
       select gen_random_uuid(), team_id, id, 'odd', 'refs/heads/odd', 'branch', name || '-odd', $1 from workspaces where name = $2`,
      [shop.workspace, canary.workspace],
    )
    const { sha, deliveries } = await shop.push(busyboxService('one', '1'))
    const said = `production of ${shop.workspace} would share its containers or host names with another environment: choose another name for the workspace or the environment`
    expect(await answerOf(deliveries[0]!)).toEqual({ status: 200, decision: 'refused', reason: said })
    expect(await answerOf(await shop.repository.redeliver(deliveries[0]!))).toMatchObject({ status: 200, decision: 'duplicate' })
    const [stored] = (await kyozo.api(`/deliveries?filter[delivery_id]=${deliveries[0]!.guid}&include=workspace`)).data
    const [workspace] = (await kyozo.api(`/workspaces?filter[name]=${shop.workspace}`)).data
    expect(stored!.relationships?.workspace?.data?.id).toBe(workspace!.id)
    await query(`delete from environments where name = 'odd'`)
    const again = await answerOf(await shop.repository.redeliver(deliveries[0]!))
    expect(again).toEqual({ status: 202, decision: 'accepted', reason: `release of ${sha.slice(0, 7)} to production queued` })
    expect((await shop.verdict(sha))['kyozo/production']?.state).toBe('success')
  })

  it('with a forged signature, a cut-off text or a cut-off connection is refused before anything follows from it', async () => {
    const body = JSON.stringify({ ref: 'refs/heads/main', after: 'a'.repeat(40) })
    const url = `${kyozo.url}/webhooks/github`
    const before = (await kyozo.api('/deliveries?page[size]=1')).data
    const sent = (text: string, secret: string) => deliver(url, text, { 'x-hub-signature-256': sign(text, secret) })
    expect(await sent(body, 'not the secret')).toMatchObject({
      status: 401,
      body: { error: 'signature_invalid', hint: expect.stringContaining('secret') },
    })
    expect(await sent(body.slice(0, 40), webhookSecret)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('not complete, valid JSON') },
    })
    const head = Object.entries(signedHeaders(body, { 'x-hub-signature-256': sign(body, webhookSecret) })).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    await converse(
      kyozo.port,
      [`POST /webhooks/github HTTP/1.1\r\nHost: localhost\r\n${head.join('')}Content-Length: ${body.length}\r\n\r\n`, body.slice(0, 20)],
      true,
    )
    expect((await kyozo.api('/deliveries?page[size]=1')).data).toEqual(before)
  })
})

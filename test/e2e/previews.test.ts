// The life of a pull request on GitHub, and what becomes of its preview.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService, crashingService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import type { GitHubPullRequest } from '../support/github/pull-requests.ts'
import { type ApiDocument, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, githubEnvironment } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })
const databaseUrl = await emptyDatabaseUrl()

let github: GitHubDouble
let kyozo: TestKyozo

beforeAll(async () => {
  github = await startGitHub()
  kyozo = await startKyozo({
    ...githubEnvironment(github, github.createToken()),
    DATABASE_URL: databaseUrl,
    KYOZO_LEDGER_CHECK_SECONDS: '5',
  })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

const two = (version: string) => ({ ...busyboxService('one', version), ...busyboxService('two', version) })

async function shopOf(name: string): Promise<Connected> {
  const shop = await connect(name, { kyozo, github })
  await shop.deploy(two('1'))
  return shop
}

const previewState = (shop: Connected, sha: string) => shop.repository.shown(sha)['kyozo/preview']

/** What GitHub shows of the preview once it is no longer pending. */
async function previewVerdict(shop: Connected, sha: string): Promise<{ readonly state: string; readonly description: string | null }> {
  return until(`the verdict on the preview of ${sha.slice(0, 7)}`, () => {
    const shown = previewState(shop, sha)
    return shown === undefined || shown.state === 'pending' ? undefined : shown
  })
}

async function pullOf(shop: Connected, branch: string, version: string): Promise<GitHubPullRequest> {
  const parent = await shop.repository.tip('main')
  await shop.repository.push({ branch, change: { files: busyboxService('two', version) }, ...(parent === undefined ? {} : { parent }) })
  return shop.repository.openPullRequest({ branch, title: `Make two ${version}` })
}

const askPreview = async (shop: Connected, service: string, number: number) =>
  (await kyozo.ask(`${service}.${shop.workspace}-pr-${number}.localhost`)).text.trim()

const projectOf = (shop: Connected, number: number) => `kyozo-${shop.workspace}-pr-${number}`

async function rowOf(number: number, shop: Connected) {
  const { data } = await kyozo.api<ApiDocument>(`/pull_requests?filter[number]=${number}&include=workspace`)
  const workspaces = (await kyozo.api<ApiDocument>(`/workspaces?filter[name]=${shop.workspace}`)).data
  return data.find(({ relationships }) => relationships?.workspace?.data?.id === workspaces[0]?.id)
}

async function untilGone(shop: Connected, number: number): Promise<void> {
  await until(`the preview of pull request ${number} to be gone`, async () => (await containersOf(projectOf(shop, number))).size === 0)
}

describe('a pull request', () => {
  it('has its own containers at its own address, follows its head, and is gone when it is merged, which deploys without building', async () => {
    const shop = await shopOf('life')
    const pull = await pullOf(shop, 'feature', '2')
    expect(JSON.parse(pull.opened[0]!.answer)).toMatchObject({ decision: 'accepted', reason: expect.stringContaining('is reviewed at') })
    expect(await previewVerdict(shop, pull.headSha)).toEqual({ state: 'success', description: '2 live' })
    expect([await askPreview(shop, 'one', 1), await askPreview(shop, 'two', 1)]).toEqual(['one 1', 'two 2'])
    expect([await shop.ask('one'), await shop.ask('two')]).toEqual(['one 1', 'two 1'])
    const shown = shop.repository.shown(pull.headSha)
    expect(shown['kyozo/plan']).toEqual({ state: 'success', description: '1 service changes: two rebuilt' })
    const comment = await until('the comment to say so', () => pull.comments().find(({ body }) => body.includes('### ✅ Preview')))
    expect(comment.body).toContain(`one.${shop.workspace}-pr-1.localhost`)
    expect(comment.body).toContain('- **two** rebuilt: two/Dockerfile changed')
    const { sha } = await pull.push({ change: { files: busyboxService('two', '3') } })
    expect(await previewVerdict(shop, sha)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
    await until('the comment to speak of the new head', () => pull.comments()[0]?.body.includes(`\`${sha.slice(0, 7)}\``))
    // One comment, edited in place.
    expect(pull.comments()).toHaveLength(1)
    expect(await askPreview(shop, 'two', 1)).toBe('two 3')
    const merged = await pull.merge()
    await shop.verdict(merged.sha)
    expect(shop.repository.shown(merged.sha)['kyozo/production/two']?.description).toMatch(/^live after .* \(image was built before\)$/)
    await untilGone(shop, 1)
    await until('the comment to say that it is gone', () => pull.comments()[0]?.body.includes('Preview is gone'))
    await until('the deployment to be inactive', () =>
      shop.repository.deployments().some(({ environment, statuses }) => environment === 'pr-1' && statuses.at(-1)?.state === 'inactive'),
    )
    expect(await shop.ask('two')).toBe('two 3')
    expect(github.problems()).toEqual([])
  })

  it('of a fork runs nothing before its very commit is approved by who may write', async () => {
    const shop = await shopOf('fork')
    const fork = await shop.repository.fork({ owner: 'mallory' })
    const parent = (await fork.tip('main'))!
    const { sha } = await fork.push({ branch: 'feature', change: { files: busyboxService('two', 'evil') }, parent })
    const pull = await shop.repository.openPullRequest({ branch: 'feature', from: fork, author: 'mallory' })
    expect(await previewVerdict(shop, sha)).toMatchObject({ state: 'failure', description: expect.stringContaining('fork') })
    await pull.comment(`/kyozo approve ${sha.slice(0, 7)}`, { by: 'mallory' })
    shop.repository.allow('ada', 'write')
    await pull.comment('/kyozo approve', { by: 'ada' })
    await until('kyozo to ask for the commit', () =>
      pull.comments().find(({ body }) => body.includes('name the commit') || body.includes('Name the commit')),
    )
    expect((await containersOf(projectOf(shop, pull.number))).size).toBe(0)
    await pull.comment(`/kyozo approve ${sha.slice(0, 7)}`, { by: 'ada' })
    await until('the preview to be live', () => previewState(shop, sha)?.description === '2 live')
    expect(await askPreview(shop, 'two', pull.number)).toBe('two evil')
    const next = await pull.push({ change: { files: busyboxService('two', 'worse') } })
    expect(await previewVerdict(shop, next.sha)).toMatchObject({ state: 'failure' })
    expect(await askPreview(shop, 'two', pull.number)).toBe('two evil')
    await pull.close()
    await untilGone(shop, pull.number)
  })

  it('is matched with what its host lists when nothing was told', async () => {
    const shop = await shopOf('missed')
    const [hook] = github.hooksOf(shop.repository.id)
    const { url } = hook!
    Object.assign(hook!, { url: 'http://127.0.0.1:9/' })
    const pull = await pullOf(shop, 'feature', '2')
    expect(await previewVerdict(shop, pull.headSha)).toEqual({ state: 'success', description: '2 live' })
    await pull.close()
    await untilGone(shop, pull.number)
    Object.assign(hook!, { url })
    expect((await rowOf(pull.number, shop))?.attributes.state).toBe('closed')
  })

  it('that is reopened gets its preview back, and one that fails says why', async () => {
    const shop = await shopOf('again')
    const pull = await pullOf(shop, 'feature', '2')
    await previewVerdict(shop, pull.headSha)
    await pull.close()
    await pull.reopen()
    await untilGone(shop, pull.number).catch(() => undefined)
    await until('the preview to answer', async () => (await askPreview(shop, 'two', pull.number)) === 'two 2')
    const { sha } = await pull.push({ change: { files: crashingService('two') } })
    expect(await previewVerdict(shop, sha)).toMatchObject({ state: 'failure', description: expect.stringContaining('the till is empty') })
    expect(await askPreview(shop, 'two', pull.number)).toBe('two 2')
  })
})

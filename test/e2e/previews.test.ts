// The life of a pull request on GitHub, and what becomes of its preview.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { githubEnvironment } from './connected.ts'
import { shopOf } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })
const databaseUrl = await emptyDatabaseUrl()

let github: GitHubDouble
let kyozo: TestKyozo

beforeAll(async () => {
  github = await startGitHub()
  kyozo = await startKyozo({ ...githubEnvironment(github, github.createToken()), DATABASE_URL: databaseUrl })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

describe('a pull request', () => {
  it('has its own containers at its own address, follows its head, and is gone when it is merged, which deploys without building', async () => {
    const shop = await shopOf('life', { kyozo, github })
    const pull = await shop.pull('2')
    expect(JSON.parse(pull.opened[0]!.answer)).toMatchObject({ decision: 'accepted', reason: expect.stringContaining('is reviewed at') })
    expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
    expect([await shop.askPreview('one', 1), await shop.askPreview('two', 1)]).toEqual(['one 1', 'two 2'])
    expect([await shop.ask('one'), await shop.ask('two')]).toEqual(['one 1', 'two 1'])
    const plan = await until('the plan', () => shop.repository.shown(pull.headSha)['kyozo/plan'])
    expect(plan).toEqual({ state: 'success', description: '1 service changes: two rebuilt' })
    const comment = await until('the comment to say so', () => pull.comments().find(({ body }) => body.includes('### ✅ Preview')))
    expect(comment.body).toContain(`one.${shop.workspace}-pr-1.localhost`)
    expect(comment.body).toContain('- **two** rebuilt: two/Dockerfile changed')

    const { sha } = await pull.push({ change: { files: busyboxService('two', '3') } })
    expect(await shop.previewVerdict(sha)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
    await until('the comment to speak of the new head', () => pull.comments()[0]?.body.includes(`\`${sha.slice(0, 7)}\``))
    expect(await shop.askPreview('two', 1)).toBe('two 3')

    const merged = await pull.merge()
    await shop.verdict(merged.sha)
    expect(shop.repository.shown(merged.sha)['kyozo/production/two']?.description).toMatch(/^live after .* \(image was built before\)$/)
    await shop.untilGone(1)
    await until('the comment to say that it is gone', () => pull.comments()[0]?.body.includes('Preview is gone'))
    await until('the deployment to be inactive', () =>
      shop.repository.deployments().some(({ environment, statuses }) => environment === 'pr-1' && statuses.at(-1)?.state === 'inactive'),
    )
    // One comment, edited in place.
    expect(pull.comments()).toHaveLength(1)
    expect(await shop.ask('two')).toBe('two 3')
    expect(github.problems()).toEqual([])
  })

  it('of a fork runs nothing before its very commit is approved by who may write', async () => {
    const shop = await shopOf('fork', { kyozo, github })
    shop.repository.allow('ada', 'write')
    const fork = await shop.repository.fork({ owner: 'mallory' })
    const parent = (await fork.tip('main'))!
    const { sha } = await fork.push({ branch: 'feature', change: { files: busyboxService('two', 'evil') }, parent })
    const pull = await shop.repository.openPullRequest({ branch: 'feature', from: fork, author: 'mallory' })
    expect(await shop.previewVerdict(sha)).toMatchObject({ state: 'failure', description: expect.stringContaining('fork') })
    expect(await until('the plan', () => shop.repository.shown(sha)['kyozo/plan'])).toMatchObject({ state: 'success' })

    await pull.comment(`/kyozo approve ${sha.slice(0, 7)}`, { by: 'mallory' })
    await pull.comment('/kyozo approve', { by: 'ada' })
    await until('kyozo to ask for the commit', () => pull.comments().find(({ body }) => body.includes('Name the commit')))
    expect((await shop.containersOfPreview(pull.number)).size).toBe(0)

    await pull.comment(`/kyozo approve ${sha.slice(0, 7)}`, { by: 'ada' })
    await until('the preview to be live', () => shop.repository.shown(sha)['kyozo/preview']?.description === '2 live')
    expect(await shop.askPreview('two', pull.number)).toBe('two evil')

    const next = await pull.push({ change: { files: busyboxService('two', 'worse') } })
    expect(await shop.previewVerdict(next.sha)).toMatchObject({ state: 'failure', description: expect.stringContaining('fork') })
    expect(await shop.askPreview('two', pull.number)).toBe('two evil')
    await pull.close()
    await shop.untilGone(pull.number)
  })
})

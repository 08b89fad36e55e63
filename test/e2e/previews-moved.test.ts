// Pull requests whose base or head becomes another one, and what their previews and plans make of it.
import { expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import type { ApiDocument } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { history } from './connected.ts'
import { inspected } from './mending.ts'
import { type Shop, shopOf, withRules } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })

const { github, kyozo } = await atGitHub()

const untilPlanned = (shop: Shop, sha: string, words: string) =>
  until(`the plan of ${sha.slice(0, 7)} to say ${words}`, () => shop.repository.shown(sha)['kyozo/plan']?.description === words)

const memoryOf = async (shop: Shop, number: number) =>
  inspected((await shop.containersOfPreview(number)).get('two')!, '{{.HostConfig.Memory}}')

it('a pull request that is led to another branch is compared with that, and its preview goes by what that says where an environment runs it', async () => {
  const shop = await shopOf('retarget', { kyozo, github })
  const small = withRules('previews: {resources: {memory: 64Mi}}')
  await shop.branch('next', { ...busyboxService('one', '2'), ...small })
  await shop.branch('quiet', withRules('previews: {enabled: false}'), 'next')
  await shop.branch('scratch', withRules('previews: {resources: {memory: 1Gi}}'), 'next')
  const environments = 'environments: {next: {branch: next}, quiet: {branch: quiet}}'
  await shop.verdict((await shop.push(withRules(environments))).sha)
  const head = await shop.branch('idea', busyboxService('two', '2'), 'next')
  const pull = await shop.repository.openPullRequest({ branch: 'idea' })
  expect(await shop.previewVerdict(head)).toEqual({ state: 'success', description: '2 live' })
  await untilPlanned(shop, head, '2 services change: one rebuilt, two rebuilt')
  expect(await memoryOf(shop, pull.number)).toBe(String(512 * 1024 ** 2))

  const [retargeted] = await pull.retarget('next')
  expect(JSON.parse(retargeted!.answer)).toMatchObject({ reason: `pull request ${pull.number} has another base and is reviewed again` })
  await untilPlanned(shop, head, '1 service changes: two rebuilt')
  // The same commit, with what the other base gives it.
  await until('less memory', async () => (await memoryOf(shop, pull.number)) === String(64 * 1024 ** 2))
  expect(await shop.untilShown(head, '2 live')).toMatchObject({ state: 'success' })

  // Anybody who may push could have made it what it is.
  await pull.retarget('scratch')
  await shop.untilSaid(pull, 'No environment runs scratch')
  await until('as much memory as usual', async () => (await memoryOf(shop, pull.number)) === String(512 * 1024 ** 2))
  await shop.untilShown(head, '2 live')

  await pull.retarget('quiet')
  expect(await shop.untilShown(head, 'No preview: previews are off: kyozo.yaml of quiet says so')).toMatchObject({ state: 'success' })
  await pull.retarget('main')
  await shop.untilShown(head, '2 live')
  await shop.untilAnswers('two', pull.number, 'two 2')
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

it('a pull request that stands on another one stays when that is merged and its branch deleted, and goes on against its base', async () => {
  const shop = await shopOf('stack', { kyozo, github })
  const lower = await shop.pull('2')
  const head = await shop.branch('upper', busyboxService('one', '2'), 'two-2')
  const upper = await shop.repository.openPullRequest({ branch: 'upper', base: 'two-2' })
  await Promise.all([shop.previewVerdict(lower.headSha), shop.previewVerdict(head)])
  await untilPlanned(shop, head, '1 service changes: one rebuilt')
  expect([await shop.askPreview('one', upper.number), await shop.askPreview('two', upper.number)]).toEqual(['one 2', 'two 2'])

  const merged = await lower.merge()
  await shop.repository.deleteBranch('two-2')
  expect(upper.state).toBe('open')
  await shop.verdict(merged.sha)
  await shop.untilGone(lower.number)
  await until('the other base to be known', async () => {
    const { data } = await kyozo.api<ApiDocument>(`/pull_requests?filter[head_sha]=${head}`)
    return data[0]?.attributes.base_ref === 'refs/heads/main'
  })
  await untilPlanned(shop, head, '1 service changes: one rebuilt')
  expect(await shop.untilShown(head, '2 unchanged')).toMatchObject({ state: 'success' })
  expect(await shop.askPreview('one', upper.number)).toBe('one 2')

  const last = await upper.merge()
  await shop.verdict(last.sha)
  expect([await shop.ask('one'), await shop.ask('two')]).toEqual(['one 2', 'two 2'])
  await shop.untilGone(upper.number)
  expect(github.problems()).toEqual([])
})

it('of pull requests with one head one speaks for it: neither a stranger’s nor one onto another base takes its word away', async () => {
  const shop = await shopOf('twins', { kyozo, github })
  const { repository } = shop
  await shop.branch('next', busyboxService('one', '2'))
  const head = await shop.branch('idea', busyboxService('two', '2'))
  const first = await repository.openPullRequest({ branch: 'idea' })
  expect(await shop.previewVerdict(head)).toEqual({ state: 'success', description: '2 live' })
  await untilPlanned(shop, head, '1 service changes: two rebuilt')

  const fork = await repository.fork({ owner: 'mallory' })
  const strange = await repository.openPullRequest({ branch: 'idea', from: fork, author: 'mallory' })
  const second = await repository.openPullRequest({ branch: 'idea', base: 'next' })
  expect([strange.headSha, second.headSha]).toEqual([head, head])
  const words = `What the statuses beside ${head.slice(0, 7)} say is of pull request 1, which has the same head`
  await shop.untilSaid(strange, words)
  await shop.untilSaid(second, 'Preview: [')
  await shop.untilSaid(second, words)
  expect(history(repository.statuses(head))['kyozo/preview']).not.toContain('failure')
  expect(repository.shown(head)).toMatchObject({
    'kyozo/preview': { state: 'success', description: '2 live' },
    'kyozo/plan': { description: '1 service changes: two rebuilt' },
  })

  await first.close()
  await shop.untilGone(first.number)
  await shop.untilSaid(strange, `say is of pull request ${second.number}`)
  expect(await shop.untilShown(head, '2 live')).toMatchObject({ state: 'success' })
  await second.close()
  expect(await shop.untilShown(head, /^No preview: /)).toMatchObject({ state: 'failure' })

  // A branch that rules and cannot be read stands in the way of the plan as well, and says so.
  await shop.push({ 'kyozo.yaml': 'previews: {enabled: perhaps}\n' })
  const other = await repository.openPullRequest({ branch: 'next' })
  const unreadable = await shop.untilShown(other.headSha, /^No preview: kyozo\.yaml/)
  await until('the plan to say so', () => /^No plan: kyozo\.yaml/.test(repository.shown(other.headSha)['kyozo/plan']?.description ?? ''))
  expect([unreadable.state, repository.shown(other.headSha)['kyozo/plan']?.state]).toEqual(['failure', 'failure'])
  expect(github.problems()).toEqual([])
})

// What the base branch's kyozo.yaml says of previews, over the life of pull requests: how long one stays, whether drafts have one, and what a fork says.
import { expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { atGitHub } from './at-github.ts'
import { inspected } from './mending.ts'
import { shopOf, withRules } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })

const { github, kyozo } = await atGitHub()

const compose = [
  'services:',
  '  one: { build: ./one }',
  '  two: { build: ./two, volumes: ["data:/data"] }',
  'volumes: { data: {} }',
  '',
].join('\n')

it.concurrent('a preview that nobody touches goes with its data when its time is over, says so, and comes back with the next push', async () => {
  const shop = await shopOf('ttl', { kyozo, github, rules: 'previews: {ttl: 10s}', files: { 'compose.yaml': compose } })
  const pull = await shop.pull('2')
  const first = pull.headSha
  expect(await shop.previewVerdict(first)).toEqual({ state: 'success', description: '2 live' })
  await shop.untilSaid(pull, 'Preview is gone')
  await shop.untilSaid(pull, 'the next push, or /kyozo deploy, brings it back')
  await shop.untilGone(pull.number)
  const { sha } = await pull.push({ change: { files: busyboxService('two', '3') } })
  expect(await shop.previewVerdict(sha)).toEqual({ state: 'success', description: '2 live' })
  expect(await shop.previewVerdict(first)).toEqual({ state: 'success', description: '2 live' })
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

it.concurrent('a pull request that becomes a draft loses its preview where drafts have none, and has it again as soon as it is ready or asked for', async () => {
  const shop = await shopOf('draft', { kyozo, github, rules: 'previews: {drafts: false}' })
  shop.repository.allow('ada', 'write')
  const pull = await shop.pull('2')
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  const before = (await shop.containersOfPreview(pull.number)).get('two')
  await pull.toDraft()
  const shown = await shop.untilShown(pull.headSha, /^No preview: it is a draft/)
  expect(shown.state).toBe('success')
  // While the former one may still be going.
  await pull.toReady()
  await shop.untilShown(pull.headSha, '2 live')
  await shop.untilAnswers('two', pull.number, 'two 2')
  expect((await shop.containersOfPreview(pull.number)).get('two')).not.toBe(before)

  await pull.toDraft()
  await shop.untilGone(pull.number)
  await shop.untilSaid(pull, 'it is a draft')
  const { sha } = await pull.push({ change: { files: busyboxService('two', '3') } })
  expect(await shop.previewVerdict(sha)).toMatchObject({ state: 'success', description: expect.stringContaining('it is a draft') })

  await pull.comment('/kyozo deploy', { by: 'ada' })
  await shop.untilShown(sha, '2 live')
  // Asked for once, it is updated as others are.
  const { sha: next } = await pull.push({ change: { files: busyboxService('two', '4') } })
  expect(await shop.previewVerdict(next)).toEqual({ state: 'success', description: '1 live, 1 unchanged' })
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

const greeting = (text: string) => `services: {one: {env: {GREETING: ${text}}}}`

it.concurrent('a fork with a kyozo.yaml of its own runs by that of the base branch, and its comment says so', async () => {
  const shop = await shopOf('own', { kyozo, github, rules: greeting('ours') })
  shop.repository.allow('ada', 'write')
  const fork = await shop.repository.fork({ owner: 'mallory' })
  const parent = (await fork.tip('main'))!
  const files = { ...busyboxService('two', '2'), ...withRules(greeting('theirs')) }
  const { sha } = await fork.push({ branch: 'feature', change: { files }, parent })
  const pull = await shop.repository.openPullRequest({ branch: 'feature', from: fork, author: 'mallory' })
  await shop.untilSaid(pull, 'of this fork is not that of main')
  await pull.comment(`/kyozo approve ${sha}`, { by: 'ada' })
  await shop.untilShown(sha, '2 live')
  const one = (await shop.containersOfPreview(pull.number)).get('one')!
  expect(await inspected(one, '{{.Config.Env}}')).toContain('GREETING=ours')
  expect(await shop.untilSaid(pull, '✅ Preview')).toContain('of this fork is not that of main')

  await pull.push({ change: { files: withRules(greeting('ours')) } })
  await shop.untilSaid(pull, `\`${pull.headSha.slice(0, 7)}\``)
  expect(await shop.untilSaid(pull, 'approve')).not.toContain('of this fork')
  await pull.close()
  await shop.untilGone(pull.number)
  expect(await shop.previewVerdict(pull.headSha)).toMatchObject({ state: 'failure', description: expect.stringContaining('fork') })
  expect(github.problems()).toEqual([])
})

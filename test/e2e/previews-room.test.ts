// Previews that find no room: as many as kyozo.yaml allows are there, or all of them together have the memory that they may use.
import { expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { until } from '../support/until.ts'
import { atGitHub, withToken } from './at-github.ts'
import { shopOf, withRules } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })

// Two previews of two services with 64 MiB each.
const { github, kyozo } = await atGitHub((github) => ({ ...withToken(github), KYOZO_PREVIEW_MEMORY_MB: '300' }))

const version = (of: string) => ({ change: { files: busyboxService('two', of) } })

it('the one preview too many says so, and is made as soon as more are allowed or another one goes', async () => {
  const shop = await shopOf('cap', { kyozo, github, rules: 'previews: {max: 1, resources: {memory: 64Mi}}' })
  const first = await shop.pull('2')
  expect(await shop.previewVerdict(first.headSha)).toEqual({ state: 'success', description: '2 live' })
  const second = await shop.pull('3')
  const words = '1 preview is there already, and kyozo.yaml allows 1; this one is made when one of them goes'
  expect(await shop.previewVerdict(second.headSha)).toEqual({ state: 'failure', description: `No preview: ${words}` })
  await shop.untilSaid(second, '1 preview is there already')
  const { sha } = await second.push(version('4'))
  expect(await shop.previewVerdict(sha)).toMatchObject({ state: 'failure' })
  expect((await shop.containersOfPreview(second.number)).size).toBe(0)

  const allow = (max: number) => shop.push(withRules(`previews: {max: ${max}, resources: {memory: 64Mi}}`))
  await allow(2)
  expect(await shop.untilShown(sha, '2 live')).toMatchObject({ state: 'success' })
  await shop.untilAnswers('two', second.number, 'two 4')
  expect((await shop.containersOfPreview(first.number)).size).toBe(2)

  await allow(1)
  await shop.untilGone(first.number)
  await shop.untilSaid(first, 'kyozo.yaml of main allows 1 by now, and this one was used least recently')
  await shop.untilAnswers('two', second.number, 'two 4')
  await second.close()
  await shop.untilAnswers('two', first.number, 'two 2')
  await first.close()
  await Promise.all([shop.untilGone(first.number), shop.untilGone(second.number)])
  expect(github.problems()).toEqual([])
})

it('the preview that was used least recently gives way to another one, says so, and comes back with its next push', async () => {
  const shop = await shopOf('room', { kyozo, github, rules: 'previews: {resources: {memory: 64Mi}}' })
  const first = await shop.pull('2')
  await shop.previewVerdict(first.headSha)
  const second = await shop.pull('3')
  await shop.previewVerdict(second.headSha)
  // Whoever speaks of it uses it.
  shop.repository.allow('ada', 'write')
  const { comment } = await first.comment('/kyozo deploy', { by: 'ada' })
  await until('kyozo to have heard', () => comment.reactions.length > 0)

  const third = await shop.pull('5')
  expect(await shop.previewVerdict(third.headSha)).toEqual({ state: 'success', description: '2 live' })
  await shop.untilGone(second.number)
  const said = await shop.untilSaid(second, 'Preview is gone')
  expect(said).toContain('needed its room: previews may use 300 MiB of memory together, and this one was used least recently')
  expect(said).toContain('the next push, or /kyozo deploy, brings it back')
  expect(await shop.askPreview('two', first.number)).toBe('two 2')
  // It did go live.
  expect(await shop.previewVerdict(second.headSha)).toEqual({ state: 'success', description: '2 live' })

  const again = await second.push(version('6'))
  expect(await shop.previewVerdict(again.sha)).toEqual({ state: 'success', description: '2 live' })
  await shop.untilAnswers('two', second.number, 'two 6')
  await shop.untilGone(first.number)
  await shop.untilSaid(first, 'needed its room')
  for (const pull of [first, second, third]) await pull.close()
  for (const pull of [first, second, third]) await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

// Pull requests that end, or are pushed over, sooner than anybody looks, and those whose life is told late, in another order, or only in part.
import { expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import type { ApiDocument } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { releasesOf } from './connected.ts'
import { shopOf } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })

const { github, kyozo } = await atGitHub()

/** Whether everything that was asked of kyozo has come to its end. */
const untilIdle = () =>
  until('nothing to be under way', async () => {
    const open = ['queued', 'running'].map((state) => kyozo.api<ApiDocument>(`/operations?filter[state]=${state}`))
    return (await Promise.all(open)).every(({ data }) => data.length === 0)
  })

it('a pull request that is opened and merged at once leaves no preview, and its head is not left pending', async () => {
  const shop = await shopOf('instant', { kyozo, github })
  const pull = await shop.pull('2')
  const merged = await pull.merge()
  await shop.verdict(merged.sha)
  expect(await shop.ask('two')).toBe('two 2')
  await untilIdle()
  await shop.untilGone(pull.number)
  // Whether nobody had begun with it, or it was cancelled.
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: 'No preview: pull request 1 was merged' })
  expect(github.problems()).toEqual([])
})

it('a pull request whose life is told in another order, or only from its end, has no preview afterwards', async () => {
  const shop = await shopOf('order', { kyozo, github })
  const { pull, pushed, merged } = await shop.unheard(async () => {
    const pull = await shop.pull('2')
    const pushed = await pull.push({ change: { files: busyboxService('two', '3') } })
    return { pull, pushed, merged: await pull.merge() }
  })
  const [opened] = pull.opened
  const [synchronized, closed] = [pushed, merged].map(({ deliveries }) => deliveries.find(({ event }) => event === 'pull_request')!)
  expect(await shop.send([closed!, synchronized!, opened!])).toEqual(
    [
      { decision: 'ignored', reason: 'pull request 1 was merged before kyozo knew of it' },
      { decision: 'ignored', reason: 'of pull request 1 something newer is known already' },
      { decision: 'ignored', reason: 'of pull request 1 something newer is known already' },
    ].map((answer) => expect.objectContaining(answer)),
  )

  const other = await shop.unheard(async () => {
    const pull = await shop.pull('4')
    return { pull, closed: await pull.close() }
  })
  expect(await shop.send([...other.pull.opened])).toMatchObject([{ decision: 'accepted' }])
  await untilIdle()
  // The host says what has become of it, whatever was sent.
  expect(await shop.untilShown(other.pull.headSha, 'No preview: pull request 2 was closed')).toMatchObject({ state: 'success' })
  expect(await shop.send(other.closed)).toMatchObject([{ decision: 'accepted' }])
  await untilIdle()
  expect(other.pull.comments()).toEqual([])
  for (const { headSha } of [pull, other.pull]) expect(await releasesOf(kyozo, headSha)).toEqual([])
  await Promise.all([shop.untilGone(1), shop.untilGone(2)])
  expect(github.problems()).toEqual([])
})

it('a pull request of which only the deletion of its branch is heard loses its preview', async () => {
  const shop = await shopOf('deleted', { kyozo, github })
  const pull = await shop.pull('2')
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  const deletion = await shop.unheard(() => shop.repository.deleteBranch('two-2'))
  expect(pull.state).toBe('closed')
  expect(await shop.send(deletion)).toMatchObject([{ reason: 'branch two-2 was deleted, and nothing runs from it' }])
  await shop.untilGone(pull.number)
  await shop.untilSaid(pull, 'Preview is gone')
  expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
  expect(github.problems()).toEqual([])
})

it('a head that is pushed over is superseded where it was not live yet, and the preview shows what took its place', async () => {
  const shop = await shopOf('force', { kyozo, github })
  const files = (version: string) => ({ ...busyboxService('one', version), ...busyboxService('two', version) })
  const pull = await shop.pull('2')
  const first = pull.headSha
  const { sha: second } = await pull.push({ change: { files: files('3') }, parent: null })
  expect(await shop.previewVerdict(second)).toMatchObject({ state: 'success' })
  expect(await shop.untilShown(first, /^Superseded by /)).toEqual({
    state: 'error',
    description: `Superseded by ${second.slice(0, 7)}`,
  })
  // Nothing is common to it and its base.
  await until('the plan', () => shop.repository.shown(second)['kyozo/plan']?.description === '2 services change: one rebuilt, two rebuilt')

  const { sha: third } = await pull.push({ change: { files: files('4') }, parent: null })
  expect(await shop.previewVerdict(third)).toEqual({ state: 'success', description: '2 live' })
  await shop.untilAnswers('two', pull.number, 'two 4')
  await shop.untilSaid(pull, `\`${third.slice(0, 7)}\``)
  // That commit did go live.
  expect(await shop.previewVerdict(second)).toMatchObject({ state: 'success' })
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

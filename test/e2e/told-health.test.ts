// Services that fall ill after their release, and come back: what GitHub shows of them, beside the commit that people see as the newest and in the comment.
import { expect, it, vi } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { containersOf } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { commitBackOf, history, untilLive } from './connected.ts'
import { docker } from './mending.ts'
import { previewsOf } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })

const { github, kyozo } = await atGitHub()

const one = (version: string) =>
  dockerfile('one', [
    `RUN mkdir /www && echo one ${version} > /www/index.html && echo well > /www/healthz`,
    'EXPOSE 8080',
    'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]',
  ])

const within = (container: string, script: string) => docker('exec', '--user', '0', container, 'sh', '-c', script)
const sicken = (container: string) => within(container, 'rm /www/healthz')
const heal = (container: string) => within(container, 'echo well > /www/healthz')

const unhealthy = /^one is unhealthy since \d\d:\d\d UTC: GET \/healthz answered 404/

it('a service that falls ill is red beside the newest commit, also where that left it alone, and in the comment of a preview, until it is well', async () => {
  const shop = await previewsOf('ill', { kyozo, github })
  const { repository } = shop
  const declared = { 'kyozo.yaml': 'commit_back: direct\nservices: {one: {health: {path: /healthz, interval: 1s, timeout: 2s}}}\n' }
  const { sha: first } = await shop.push({ ...one('1'), ...declared })
  await untilLive(kyozo, first)
  const own = (await commitBackOf(kyozo, first)).sha!
  const head = await shop.branch('idea', one('2'))
  const pull = await repository.openPullRequest({ branch: 'idea' })
  expect(await shop.previewVerdict(head)).toEqual({ state: 'success', description: '1 live' })
  await shop.untilSaid(pull, '### ✅ Preview: [')

  const shown = (sha: string, context: string) => repository.shown(sha)[context]
  const untilShown = (sha: string, context: string, words: RegExp) =>
    until(
      `${context} of ${sha.slice(0, 7)} to say ${words}`,
      () => words.test(shown(sha, context)?.description ?? '') && shown(sha, context),
      {
        deadlineMs: 90_000,
      },
    )
  const live = (await containersOf(shop.project)).get('one')!
  const preview = (await shop.containersOfPreview(pull.number)).get('one')!
  await Promise.all([sicken(live), sicken(preview)])
  // kyozo's own commit is what people see as the tip.
  expect(await untilShown(own, 'kyozo/production/one', unhealthy)).toMatchObject({ state: 'failure' })
  expect(await untilShown(first, 'kyozo/production/one', unhealthy)).toMatchObject({ state: 'failure' })
  expect(await untilShown(head, 'kyozo/preview/one', unhealthy)).toMatchObject({ state: 'failure' })
  const body = await shop.untilSaid(pull, '### ⚠️ Preview is unhealthy: [')
  expect(body).toMatch(/one is unhealthy .*\n(?:.*\n)*.*\*\*one\*\* \|.*⚠️ unhealthy: GET \S*healthz answered 404/)

  const { sha: documented } = await shop.push({ 'README.md': 'A shop' })
  await shop.verdict(documented)
  expect(await untilShown(documented, 'kyozo/production/one', /^one is unhealthy, as it was before this commit: GET/)).toMatchObject({
    state: 'failure',
  })
  expect(shown(documented, 'kyozo/production')).toMatchObject({ state: 'success', description: '1 unchanged' })

  await Promise.all([heal(live), heal(preview)])
  const healthy = /^one is healthy again since/
  expect(await untilShown(documented, 'kyozo/production/one', healthy)).toMatchObject({ state: 'success' })
  expect(await untilShown(head, 'kyozo/preview/one', healthy)).toMatchObject({ state: 'success' })
  await shop.untilSaid(pull, '### ✅ Preview: [')
  expect(history(repository.statuses(head))['kyozo/preview/one']).toEqual(['success', 'failure', 'success'])
  expect(shown(head, 'kyozo/preview')).toEqual({ state: 'success', description: '1 live' })
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

// Pull requests where kyozo has no credential: it hears of them and can fetch, and can ask their host nothing.
import { expect, it, vi } from 'vitest'
import type { ApiDocument } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { untilLive, webhookSecret } from './connected.ts'
import { shopOf } from './previewing.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })

const { github, kyozo } = await atGitHub((github) => ({ KYOZO_GITHUB_API_URL: github.apiUrl, KYOZO_GITHUB_WEBHOOK_SECRET: webhookSecret }))

const stateOf = async (headSha: string) =>
  (await kyozo.api<ApiDocument>(`/pull_requests?filter[head_sha]=${headSha}`)).data[0]?.attributes.state

it('a branch that is deleted takes its preview away, and a pull request that comes back gets another one', async () => {
  const shop = await shopOf('unasked', { kyozo, github, isPublic: true })
  const pull = await shop.pull('2')
  await untilLive(kyozo, pull.headSha)
  expect(await shop.askPreview('two', pull.number)).toBe('two 2')
  const deletion = await shop.unheard(() => shop.repository.deleteBranch('two-2'))
  await shop.send(deletion)
  await shop.untilGone(pull.number)
  expect(await stateOf(pull.headSha)).toBe('closed')

  await shop.repository.moveTo('two-2', pull.headSha)
  await pull.reopen()
  await shop.untilAnswers('two', pull.number, 'two 2')
  await pull.close()
  await shop.untilGone(pull.number)
  expect(github.problems()).toEqual([])
})

it('an end that is told first holds against what is told late', async () => {
  const shop = await shopOf('late', { kyozo, github, isPublic: true })
  const { pull, closed } = await shop.unheard(async () => {
    const pull = await shop.pull('2')
    return { pull, closed: await pull.close() }
  })
  const answers = await shop.send([...closed, ...pull.opened])
  expect(answers.map(({ reason }) => reason)).toEqual([
    'pull request 1 was closed before kyozo knew of it',
    'of pull request 1 something newer is known already',
  ])
  expect(await stateOf(pull.headSha)).toBe('closed')
  const { data } = await kyozo.api<ApiDocument>(`/releases?filter[sha]=${pull.headSha}`)
  expect(data).toEqual([])
  await until('nothing to be there', async () => (await shop.containersOfPreview(pull.number)).size === 0)
  expect(github.problems()).toEqual([])
})

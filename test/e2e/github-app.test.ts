// The same with a GitHub App: its tokens end, and may be taken back at any time.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { connect, webhookSecret } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: minutes })

let github: GitHubDouble
let kyozo: TestKyozo

beforeAll(async () => {
  github = await startGitHub()
  const { appId, privateKey } = github.createApp({ metadata: 'read', contents: 'read', statuses: 'write' })
  kyozo = await startKyozo({
    KYOZO_GITHUB_API_URL: github.apiUrl,
    KYOZO_GITHUB_APP_ID: appId,
    KYOZO_GITHUB_PRIVATE_KEY: privateKey,
    KYOZO_GITHUB_WEBHOOK_SECRET: webhookSecret,
  })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

it('a private repository is fetched and told of, also after the tokens were taken back', async () => {
  const shop = await connect('app', { kyozo, github })
  const first = await shop.deploy(busyboxService('one', '1'))
  expect((await shop.verdict(first))['kyozo/production']).toEqual({ state: 'success', description: '1 live' })
  github.revokeInstallationTokens()
  const second = await shop.deploy(busyboxService('one', '2'))
  expect((await shop.verdict(second))['kyozo/production']).toEqual({ state: 'success', description: '1 live' })
  expect(await shop.ask('one')).toBe('one 2')
  expect(github.problems()).toEqual([])
})

// Pull requests of which nothing was told, and those that come back.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { crashingService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { type ApiDocument, startKyozo, type TestKyozo } from '../support/kyozo.ts'
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
  const environment = { DATABASE_URL: databaseUrl, KYOZO_LEDGER_CHECK_SECONDS: '3' }
  kyozo = await startKyozo({ ...githubEnvironment(github, github.createToken()), ...environment })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, minutes)

describe('a pull request', () => {
  it('is matched with what its host lists when nothing was told', async () => {
    const shop = await shopOf('missed', { kyozo, github })
    const [hook] = github.hooksOf(shop.repository.id)
    Object.assign(hook!, { url: 'http://127.0.0.1:9/' })
    const pull = await shop.pull('2')
    expect(await shop.previewVerdict(pull.headSha)).toEqual({ state: 'success', description: '2 live' })
    await pull.close()
    await shop.untilGone(pull.number)
    const { data } = await kyozo.api<ApiDocument>('/pull_requests?filter[state]=closed')
    expect(data.map(({ attributes }) => attributes)).toMatchObject([{ number: pull.number, head_sha: pull.headSha }])
  })

  it('that is reopened gets its preview back, and one that fails says why', async () => {
    const shop = await shopOf('again', { kyozo, github })
    const pull = await shop.pull('2')
    await shop.previewVerdict(pull.headSha)
    const before = await shop.containersOfPreview(pull.number)
    await pull.close()
    await pull.reopen()
    // The old one goes with its data, and another one is made.
    await until('other containers to answer', async () => {
      const now = await shop.containersOfPreview(pull.number)
      return now.size === 2 && now.get('two') !== before.get('two') && (await shop.askPreview('two', pull.number)) === 'two 2'
    })
    const { sha } = await pull.push({ change: { files: crashingService('two') } })
    expect(await shop.previewVerdict(sha)).toMatchObject({ state: 'failure', description: expect.stringContaining('the till is empty') })
    expect(await shop.askPreview('two', pull.number)).toBe('two 2')
  })
})

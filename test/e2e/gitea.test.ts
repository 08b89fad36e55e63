// A push to Gitea becomes running services and a verdict on the commit.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GiteaDouble, startGitea } from '../support/gitea/gitea.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })
const databaseUrl = await emptyDatabaseUrl()
const webhookSecret = 'a secret that only Gitea and kyozo know'

let gitea: GiteaDouble
let kyozo: TestKyozo

beforeAll(async () => {
  gitea = await startGitea()
  const token = gitea.createToken()
  // The address of the site, as a person has it.
  const environment = { KYOZO_GITEA_API_URL: gitea.webUrl, KYOZO_GITEA_TOKEN: token, KYOZO_GITEA_WEBHOOK_SECRET: webhookSecret }
  kyozo = await startKyozo({ ...environment, DATABASE_URL: databaseUrl })
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await gitea.close()
}, minutes)

it('a push to a private repository of Gitea is received, cloned with the token, run, and told of', async () => {
  const name = `shop-${randomBytes(3).toString('hex')}`
  const repository = await gitea.createRepository({ fullName: `mona/${name}`, isPrivate: true })
  const hook = repository.addHook({ url: `${kyozo.url}/webhooks/gitea`, secret: webhookSecret, events: ['push', 'delete'] })
  expect(await repository.tryHook(hook)).toMatchObject({ status: 200, answer: expect.stringContaining('pong') })
  const { sha, deliveries } = await repository.push({ change: { files: busyboxService('one', '1') } })
  expect(deliveries).toMatchObject([{ status: 202 }])
  expect(JSON.parse(deliveries[0]!.answer)).toMatchObject({
    decision: 'accepted',
    reason: `release of ${sha.slice(0, 7)} to production queued`,
  })
  const verdict = await until(
    'a verdict',
    () => {
      const shown = repository.shown(sha)
      return ['pending', undefined].includes(shown['kyozo/production']?.state) ? undefined : shown
    },
    { deadlineMs: 2 * minutes },
  )
  expect(verdict).toMatchObject({ 'kyozo/production': { state: 'success', description: '1 live' } })
  expect((await kyozo.ask(`one.${name}.localhost`)).text.trim()).toBe('one 1')
  const { data } = await kyozo.api(`/workspaces?filter[name]=${name}`)
  expect(data.map(({ attributes }) => attributes)).toMatchObject([{ forge: 'gitea', repository_name: `mona/${name}` }])
  expect(gitea.problems()).toEqual([])
})

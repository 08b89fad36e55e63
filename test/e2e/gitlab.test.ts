// A push to GitLab, to a project in groups in groups, becomes running services and a verdict on the commit; what does not come from GitLab becomes nothing.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitLabDouble, startGitLab } from '../support/gitlab/gitlab.ts'
import type { GitLabRepository } from '../support/gitlab/repository.ts'
import type { StoredDelivery } from '../support/gitlab/state.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 2 * minutes })
const databaseUrl = await emptyDatabaseUrl()
/** As GitLab gives one: what is signed with it is taken, and so is the text itself from a GitLab that does not sign. */
const secret = `whsec_${randomBytes(32).toString('base64')}`

let gitlab: GitLabDouble
let kyozo: TestKyozo

beforeAll(async () => {
  gitlab = await startGitLab()
  const variables = { KYOZO_GITLAB_API_URL: gitlab.webUrl, KYOZO_GITLAB_TOKEN: gitlab.createToken(), KYOZO_GITLAB_WEBHOOK_SECRET: secret }
  kyozo = await startKyozo({ ...variables, DATABASE_URL: databaseUrl, KYOZO_LEDGER_CHECK_SECONDS: '2' })
}, 3 * minutes)

afterAll(async () => {
  const problems = gitlab.problems()
  await kyozo.remove()
  await gitlab.close()
  expect(problems).toEqual([])
}, minutes)

const decisionOf = ({ status, answer }: StoredDelivery) => [status, (JSON.parse(answer) as { decision?: string }).decision]

async function connect(hook: { readonly token?: string; readonly signingToken?: string }): Promise<GitLabRepository> {
  const repository = await gitlab.createRepository({ fullName: `acme/team/gitlab-${randomBytes(3).toString('hex')}`, isPrivate: true })
  repository.addHook({ url: `${kyozo.url}/webhooks/gitlab`, ...hook })
  return repository
}

const verdict = (repository: GitLabRepository, sha: string) =>
  until(
    `the verdict on ${sha.slice(0, 7)}`,
    () => (['pending', undefined].includes(repository.shown(sha)['kyozo/production']?.state) ? undefined : repository.shown(sha)),
    { deadlineMs: 2 * minutes },
  )

it('a signed push of a private project is cloned with the token, deployed, and ends in a success for each service', async () => {
  const repository = await connect({ signingToken: secret })
  const { sha, deliveries } = await repository.push({ change: { files: busyboxService('one', '1') } })
  expect(deliveries.map(decisionOf)).toEqual([[202, 'accepted']])
  expect(await verdict(repository, sha)).toEqual({
    'kyozo/production': { state: 'success', description: '1 live' },
    'kyozo/production/one': { state: 'success', description: expect.stringMatching(/^live after \d+\.\d s$/) },
  })
  const workspace = repository.fullName.split('/').at(-1)!
  expect((await kyozo.ask(`one.${workspace}.localhost`)).text.trim()).toBe('one 1')
  const { data } = await kyozo.api(`/workspaces?filter[name]=${workspace}`)
  expect(data.map(({ attributes }) => attributes)).toMatchObject([{ forge: 'gitlab', repository_name: repository.fullName }])
})

it('a push with the secret token is taken, the same again changes nothing, and the token is kept nowhere', async () => {
  const repository = await connect({ token: secret })
  const { deliveries } = await repository.push({ change: { files: { 'README.md': 'Nothing to run\n' } } })
  expect(deliveries.map(decisionOf)).toEqual([[202, 'accepted']])
  expect(decisionOf(await repository.redeliver(deliveries[0]!))).toEqual([200, 'duplicate'])
  const { data } = await kyozo.api(`/deliveries?filter[delivery_id]=${deliveries[0]!.idempotencyKey}`)
  expect(data).toMatchObject([{ attributes: { forge: 'gitlab', event: 'Push Hook', decision: 'accepted' } }])
  expect(JSON.stringify(data)).not.toContain(secret)
})

it('a push with another token, another signature or none is 401, and nobody hears of the project', async () => {
  const others = [{ token: 'another' }, { signingToken: `whsec_${randomBytes(32).toString('base64')}` }, {}]
  for (const hook of others) {
    const repository = await connect(hook)
    const { deliveries } = await repository.push({ change: { files: { a: '1' } } })
    expect(deliveries.map(({ status }) => status)).toEqual([401])
    expect((await kyozo.api(`/workspaces?filter[repository_name]=${encodeURIComponent(repository.fullName)}`)).data).toEqual([])
  }
})

it('a tag and a comment are ignored with the reason', async () => {
  const repository = await connect({ token: secret })
  const { sha } = await repository.push({ change: { files: { 'README.md': 'Nothing to run\n' } } })
  const reasons = (deliveries: readonly StoredDelivery[]) =>
    deliveries.map(({ status, answer }) => [status, (JSON.parse(answer) as { reason: string }).reason])
  expect(reasons(await repository.tag('v1', sha))).toEqual([[200, 'refs/tags/v1 is a tag, and kyozo runs branches and pull requests']])
  const merge = await repository.openPullRequest({ branch: 'fix', change: { files: { a: '1' } } })
  expect(reasons((await merge.comment('lovely')).deliveries)).toEqual([[200, 'the comment does not begin with /kyozo']])
})

it('a push that could not be delivered is found in GitLab’s own list and received as what it is', async () => {
  const repository = await connect({ token: secret })
  await repository.push({ change: { files: { 'README.md': 'Nothing to run\n' } } })
  repository.hooks()[0]!.isUnreachable = true
  const { sha, deliveries } = await repository.push({ change: { files: { 'README.md': 'Still nothing\n' } } })
  expect(deliveries).toMatchObject([{ status: 0 }])
  const path = `/deliveries?filter[delivery_id]=${deliveries[0]!.idempotencyKey}`
  const found = await until('the delivery to be recovered', async () => (await kyozo.api(path)).data[0], { deadlineMs: minutes })
  expect(found.attributes).toMatchObject({ forge: 'gitlab', event: 'Push Hook', arrival: 'recovered', decision: 'accepted', sha })
})

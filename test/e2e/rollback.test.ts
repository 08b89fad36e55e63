// Going back: images, compose file and the values of then together, without a build, and nothing is touched when that is not possible.
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { adminToken, containersOf, countContainers, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 120_000
/** Says its version, and what it was started with. */
const teller = (version: string) =>
  dockerfile('teller', [
    'RUN mkdir /www && chmod 777 /www',
    'USER 10001',
    'EXPOSE 8080',
    `CMD ["sh", "-c", "echo ${version} $GREETING > /www/index.html; exec httpd -f -p 8080 -h /www"]`,
  ])

let kyozo: TestKyozo
let repository: TestRepository
const remote = () => kyozo.remote('back')

beforeAll(async () => {
  kyozo = await startKyozo({ KYOZO_KEPT_RELEASES: '5' })
  repository = await createRepository({ files: teller('one') })
  expect((await repository.push(remote())).output).toContain('live')
}, minutes)

afterAll(async () => {
  await repository?.remove()
  await kyozo?.remove()
}, minutes)

// biome-ignore lint/suspicious/noExplicitAny: documents of many kinds
async function send(method: string, at: string, body?: object): Promise<any> {
  const headers = { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' }
  const answer = await fetch(`${kyozo.url}/api/v1${at}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return await answer.json()
}

type Attributes = Readonly<Record<string, string>>
interface Listed {
  readonly id: string
  readonly attributes: Attributes
}

const releases = async () => (await send('GET', '/releases?page[size]=100')).data as readonly Listed[]
const newest = async () => (await releases())[0]!
const page = async () => (await kyozo.ask('teller.back.localhost')).text.trim()

async function settled(): Promise<void> {
  await until(
    'the releases to end',
    async () => (await releases()).every(({ attributes }) => !['queued', 'running'].includes(attributes.state!)),
    {
      deadlineMs: 90_000,
    },
  )
}

async function greet(value: string): Promise<void> {
  const [secret] = (await send('GET', '/secrets')).data as readonly Listed[]
  if (secret === undefined) {
    const [workspace] = (await send('GET', '/workspaces')).data as readonly Listed[]
    const attributes = { name: 'GREETING', value, service: 'teller' }
    await send('POST', '/secrets', {
      data: { type: 'secrets', attributes, relationships: { workspace: { data: { type: 'workspaces', id: workspace!.id } } } },
    })
  } else await send('PATCH', `/secrets/${secret.id}`, { data: { type: 'secrets', id: secret.id, attributes: { value } } })
  await until(`the greeting ${value}`, async () => (await page()).endsWith(value), { deadlineMs: 60_000 })
  await settled()
}

async function goBack(id: string, attributes: object = {}): Promise<string> {
  const { data } = (await send('POST', `/releases/${id}/rollback`, { data: { type: 'releases', attributes } })) as {
    data: Listed
  }
  return until(
    'the operation to end',
    async () => {
      const { attributes: ended } = (await send('GET', `/operations/${data.id}`)).data as Listed
      return ['succeeded', 'failed', 'canceled'].includes(ended.state!) && `${ended.state}: ${ended.error_message ?? ended.words}`
    },
    { deadlineMs: 60_000 },
  )
}

it(
  'a release runs again with the values that its variables had then, and the next push has those of today',
  async () => {
    await greet('hello-then')
    const then = await newest()
    await greet('goodbye-now')
    await repository.commit('Second', teller('two'))
    expect((await repository.push(remote())).output).toContain('live')
    expect(await page()).toBe('two goodbye-now')
    expect(await goBack(then.id)).toMatch(/^succeeded: back to [0-9a-f]{7} as admin asked: 1 live/)
    expect(await page()).toBe('one hello-then')
    const back = await newest()
    const { verdicts, plan_text: plan } = (await send('GET', `/releases/${back.id}?fields[releases]=verdicts,plan_text`)).data
      .attributes as {
      verdicts: readonly { words: string }[]
      plan_text: string
    }
    expect(verdicts[0]!.words).toMatch(/, back to [0-9a-f]{7} as admin asked, with another GREETING$/)
    expect(plan).not.toMatch(/^\s*build/m)

    // What was said of it tells no value.
    const log = JSON.stringify(await send('GET', `/releases/${back.id}/logs?page[size]=1000`))
    expect(log).not.toContain('hello-then')

    await repository.commit('Third', teller('three'))
    expect((await repository.push(remote())).output).toMatch(/with another GREETING/)
    expect(await page()).toBe('three goodbye-now')

    expect(await goBack(then.id, { current_secrets: true })).toMatch(/^succeeded/)
    expect(await page()).toBe('one goodbye-now')
    // The container says what it was started with: going back to the values of then makes another.
    expect(await goBack(then.id)).toMatch(/^succeeded/)
    expect(await page()).toBe('one hello-then')
  },
  minutes,
)

it(
  'a service that is started again after going back keeps the values of then',
  async () => {
    const [service] = (await send('GET', '/service_instances')).data as readonly Listed[]
    await until('what was replaced to go', async () => (await countContainers('kyozo-back-production')) === 1, { deadlineMs: 60_000 })
    const before = (await containersOf('kyozo-back-production')).get('teller')
    await send('POST', `/service_instances/${service!.id}/restart`, { data: { type: 'service_instances', attributes: {} } })
    await until('another container', async () => (await containersOf('kyozo-back-production')).get('teller') !== before, {
      deadlineMs: 60_000,
    })
    await settled()
    expect(await page()).toBe('one hello-then')
  },
  minutes,
)

it('says of every release whether it can be gone back to, and keeps no more than it is told', async () => {
  const all = await releases()
  const words = new Set(all.map(({ attributes }) => attributes.rollback_target))
  expect(words).toContain('no: it is what runs now')
  expect(words).toContain('yes: with its images, its compose file and the values that its variables had')
  expect(words).toContain('no: its images and variables are not kept any more: newer releases took its place')
  const kept = (await send('GET', '/releases?filter[is_kept]=true')).data as readonly Listed[]
  expect(kept.filter(({ attributes }) => attributes.state === 'replaced')).toHaveLength(5)
  const gone = all.find(({ attributes }) => attributes.rollback_target?.includes('not kept'))!
  const { errors } = (await send('POST', `/releases/${gone.id}/rollback`, { data: { type: 'releases', attributes: {} } })) as {
    errors: readonly { detail: string }[]
  }
  expect(errors[0]!.detail).toMatch(/cannot run again: its images and variables are not kept any more/)
})

it(
  'a release whose image and commit are both gone is refused before anything is touched',
  async () => {
    const target = ((await send('GET', '/releases?filter[is_kept]=true')).data as readonly Listed[]).find(
      ({ attributes }) => attributes.state === 'replaced',
    )!
    await repository.commit('Fourth', teller('four'))
    expect((await repository.push(remote())).output).toContain('live')
    const { overlay } = (await send('GET', `/releases/${target.id}?fields[releases]=overlay`)).data.attributes as {
      overlay: string
    }
    await run('docker', ['image', 'rm', '--force', /kyozo\/[^\s"]+:[0-9a-f]+/.exec(overlay)![0]])
    const [workspace] = (await send('GET', '/workspaces')).data as readonly Listed[]
    await rm(path.join(kyozo.dataDir, 'mirrors', `${workspace!.id}.git`), { recursive: true })
    const serving = await newest()
    expect(await goBack(target.id)).toMatch(/^failed: an image of [0-9a-f]{7} is gone, and so is the commit that it was built from/)
    expect((await send('GET', `/releases/${serving.id}`)).data.attributes.state).toBe('live')
    expect(await page()).toBe('four goodbye-now')
  },
  minutes,
)

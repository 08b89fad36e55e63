// Stacks that are not the ordinary: a user's own compose file, several copies, services that cannot run twice, environments of other branches.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const minutes = 60_000
const repositories: TestRepository[] = []
let kyozo: TestKyozo

beforeAll(async () => {
  kyozo = await startKyozo()
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  for (const repository of repositories) await repository.remove()
}, minutes)

const name = (word: string) => `${word}-${randomBytes(3).toString('hex')}`

async function repositoryOf(content: Parameters<typeof createRepository>[0]): Promise<TestRepository> {
  const repository = await createRepository(content)
  repositories.push(repository)
  return repository
}

const dockerfile = (text: string) =>
  `FROM busybox:stable\nRUN mkdir /www && echo ${text} > /www/index.html\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n`
const compose = (command?: string) =>
  JSON.stringify({
    services: { store: { build: 'store', ports: ['8080:8080'], volumes: ['data:/data'], ...(command === undefined ? {} : { command }) } },
    volumes: { data: {} },
  })

it(
  'deploys a user’s own compose file, and lists every difference',
  async () => {
    const workspace = name('compose')
    const repository = await repositoryOf({ fixture: 'compose-user' })
    const pushed = await repository.push(kyozo.remote(workspace))
    expect(pushed.output).toMatch(/is live: \d live/)
    expect(pushed.output).toMatch(/docker-compose\.yml\/services\/\w+\/ports/)
    const release = (await kyozo.api('/releases?page[size]=1')).data[0]!
    const { data } = await kyozo.api<{ data: { attributes: { compose: string; overlay: string; differences: unknown[] } } }>(
      `/releases/${release.id}`,
    )
    expect(data.attributes.compose).toContain('services:')
    expect(data.attributes.overlay).toContain('kyozo.config-hash')
    expect(data.attributes.differences.length).toBeGreaterThan(0)
  },
  3 * minutes,
)

it(
  'replaces a service with a volume after stopping it, and starts the old one again when the new one fails',
  async () => {
    const workspace = name('volume')
    const host = `store.${workspace}.localhost`
    const repository = await repositoryOf({ files: { 'compose.yaml': compose(), 'store/Dockerfile': dockerfile('one') } })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('is live: 1 live')
    expect((await kyozo.ask(host)).text).toContain('one')

    await repository.commit('Two', { 'store/Dockerfile': dockerfile('two') })
    expect((await repository.push(kyozo.remote(workspace))).output).toMatch(/replace store after stopping the old one, because .*volume/)
    await until('the new one to answer', async () => (await kyozo.ask(host)).text.includes('two'))

    const before = await containersOf(`kyozo-${workspace}-production`)
    await repository.commit('Three does not start', {
      'compose.yaml': compose('sh -c "echo no space left for data; exit 3"'),
      'store/Dockerfile': dockerfile('three'),
    })
    const failed = await repository.push(kyozo.remote(workspace))
    expect(failed.output).toMatch(/store .*exit 3.*no space left for data.*Previous release \([0-9a-f]{7}\) still serving/)
    await until('the old one to answer again', async () => (await kyozo.ask(host)).text.includes('two'))
    expect(await containersOf(`kyozo-${workspace}-production`)).toEqual(before)
  },
  3 * minutes,
)

it(
  'does not stop a service for a release that cannot go live, however far away the dependency that failed is',
  async () => {
    const workspace = name('chain')
    const chain = (seconds: number, first?: string) =>
      JSON.stringify({
        services: {
          first: { image: 'busybox:stable', command: first ?? `sleep ${seconds}` },
          second: { image: 'busybox:stable', command: `sleep ${seconds}`, depends_on: ['first'] },
          third: {
            image: 'busybox:stable',
            command: `sleep ${seconds}`,
            depends_on: ['second'],
            volumes: ['data:/data'],
            stop_grace_period: '1s',
          },
        },
        volumes: { data: {} },
      })
    const repository = await repositoryOf({ files: { 'compose.yaml': chain(10_000) } })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('is live: 3 live')
    await repository.commit('The first fails', { 'compose.yaml': chain(20_000, 'sh -c "exit 4"') })
    const { output } = await repository.push(kyozo.remote(workspace))
    expect(output).toContain('replace third after stopping the old one')
    expect(output).toMatch(/first .*exit 4/)
    expect(output).not.toMatch(/Healthy: (second|third)|started again/)
  },
  3 * minutes,
)

it(
  'hides a generated password in the words of a verdict, wherever they are cut',
  async () => {
    const files = {
      'kyozo.yaml': 'services:\n  api: {path: api, depends_on: [postgres]}\n',
      'api/Dockerfile': 'FROM busybox:stable\nCMD ["sh", "-c", "echo Error: cannot use $DATABASE_URL; exit 3"]\n',
    }
    const repository = await repositoryOf({ files })
    const { output } = await repository.push(kyozo.remote(name('password')))
    expect(output).toMatch(/api .*exit 3.*Error: cannot use postgres:\/\/app:\*\*\*@postgres/)
    expect(output).not.toMatch(/app:[0-9a-f]/)
  },
  3 * minutes,
)

it(
  'keeps the data of an image that declares a volume, from one container to the next',
  async () => {
    const workspace = name('declared')
    const write = (version: string) =>
      `FROM busybox:stable\nVOLUME /data\nEXPOSE 8080\nCMD ["sh", "-c", "echo ${version} >> /data/index.html; exec httpd -f -p 8080 -h /data"]\n`
    const repository = await repositoryOf({ files: { 'store/Dockerfile': write('one') } })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('create volume store-data')
    await repository.commit('Two', { 'store/Dockerfile': write('two') })
    expect((await repository.push(kyozo.remote(workspace))).output).toMatch(
      /replace store after stopping the old one, because it holds the volume store-data/,
    )
    await until('both lines', async () => (await kyozo.ask(`store.${workspace}.localhost`, '/index.html')).text === 'one\ntwo\n')
  },
  3 * minutes,
)

it(
  'reaches an image that a compose file publishes, at its name',
  async () => {
    const workspace = name('image')
    const web = {
      image: 'busybox:stable',
      command: ['sh', '-c', 'mkdir /tmp/w; echo tea > /tmp/w/index.html; exec httpd -f -p 8080 -h /tmp/w'],
    }
    const repository = await repositoryOf({
      files: { 'compose.yaml': JSON.stringify({ services: { web: { ...web, ports: ['127.0.0.1:18555:8080'] } } }) },
    })
    expect((await repository.push(kyozo.remote(workspace))).output).toMatch(/web +live after .*http:\/\/web\./)
    expect((await kyozo.ask(`web.${workspace}.localhost`)).text).toBe('tea\n')
  },
  3 * minutes,
)

it(
  'runs as many copies as kyozo.yaml says, and scales without replacing those that run',
  async () => {
    const workspace = name('copies')
    const declare = (replicas: number) => `services:\n  web:\n    path: web\n    replicas: ${replicas}\n`
    const repository = await repositoryOf({ files: { 'web/Dockerfile': dockerfile('copy'), 'kyozo.yaml': declare(2) } })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('start web (2 copies)')
    const instance = async () => (await kyozo.api('/service_instances')).data.find((found) => found.attributes.name === 'web')
    expect((await instance())?.attributes.port_mappings).toHaveLength(2)
    await repository.commit('Three copies', { 'kyozo.yaml': declare(3) })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('scale web to 3')
    expect((await instance())?.attributes.port_mappings).toHaveLength(3)
    await repository.commit('One copy', { 'kyozo.yaml': declare(1) })
    expect((await repository.push(kyozo.remote(workspace))).output).toMatch(/scale web to 1, retiring 2/)
    expect((await kyozo.ask(`web.${workspace}.localhost`)).status).toBe(200)
  },
  3 * minutes,
)

it(
  'runs another branch as the environment that kyozo.yaml maps it to, beside production',
  async () => {
    const workspace = name('branches')
    const repository = await repositoryOf({ files: { 'web/Dockerfile': dockerfile('production') } })
    await repository.push(kyozo.remote(workspace))
    await repository.git('checkout', '--quiet', '-b', 'develop')
    await repository.commit('Develop', { 'web/Dockerfile': dockerfile('staging') })
    expect((await repository.push(kyozo.remote(workspace), { branch: 'develop' })).output).toContain('branch develop has no environment')

    await repository.git('checkout', '--quiet', 'main')
    await repository.commit('Map develop', { 'kyozo.yaml': 'environments:\n  staging:\n    branch: develop\n' })
    expect((await repository.push(kyozo.remote(workspace))).output).toContain('Environment staging follows develop')
    await until('staging to answer', async () => (await kyozo.ask(`web.${workspace}-staging.localhost`)).text.includes('staging'), {
      deadlineMs: 90_000,
    })
    expect((await kyozo.ask(`web.${workspace}.localhost`)).text).toContain('production')

    await repository.git('checkout', '--quiet', 'develop')
    await repository.commit('Develop again', { 'web/Dockerfile': dockerfile('newer') })
    expect((await repository.push(kyozo.remote(workspace), { branch: 'develop' })).output).toContain('is live: 1 live')
    expect((await kyozo.ask(`web.${workspace}-staging.localhost`)).text).toContain('newer')
  },
  3 * minutes,
)

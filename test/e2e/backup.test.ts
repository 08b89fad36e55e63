// Everything is backed up while people push, the machine is lost, and another one takes its place with one command: what served serves again, secrets
// open, tokens let in, history is there. Where the containers are still there, they are taken over as they are.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ran, runKyozo } from '../cli/run-kyozo.ts'
import { busyboxService, dockerfile } from '../support/busybox-service.ts'
import { type ApiDocument, adminToken, containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 60_000
const suffix = randomBytes(3).toString('hex')
const [shop, side] = [`shop-${suffix}`, `side-${suffix}`]
const till = 'a value that only the till knows'

let kyozo: TestKyozo
let folder: string
let token: string
const repositories: TestRepository[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-backup-'))
  kyozo = await startKyozo()
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  for (const repository of repositories) await repository.remove()
  await rm(folder, { recursive: true, force: true })
}, 3 * minutes)

async function repositoryWith(files: Readonly<Record<string, string>>): Promise<TestRepository> {
  const made = await createRepository({ files })
  repositories.push(made)
  return made
}

const command = (...args: readonly string[]): Promise<Ran> => runKyozo(args, { env: { KYOZO_DATA_DIR: kyozo.dataDir } })

async function post(
  type: string,
  attributes: object,
  relationships: object = {},
): Promise<{ readonly data: { readonly attributes: Record<string, string> } }> {
  const answer = await fetch(`${kyozo.url}/api/v1/${type}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type, attributes, relationships } }),
  })
  expect({ type, status: answer.status }).toEqual({ type, status: 201 })
  return (await answer.json()) as never
}

async function shown(address: string): Promise<ApiDocument['data']> {
  const answer = await fetch(`${kyozo.url}/api/v1${address}`, { headers: { Authorization: `Bearer ${token}` } })
  return ((await answer.json()) as ApiDocument).data
}

const answers = async () => [
  (await kyozo.ask(`one.${shop}.localhost`)).text.trim(),
  (await kyozo.ask(`till.${shop}.localhost`)).text.trim(),
]

async function loseDataDir(): Promise<void> {
  for (const name of await readdir(kyozo.dataDir)) await rm(path.join(kyozo.dataDir, name), { recursive: true, force: true })
}

const containers = async () => ({ ...Object.fromEntries(await containersOf(`kyozo-${shop}-production`)) })

it(
  'is restored on a machine where the containers still run, and takes them over as they are',
  async () => {
    const repository = await repositoryWith({
      ...busyboxService('one', 'first'),
      ...dockerfile('till', [
        'USER 10001',
        'EXPOSE 8080',
        'CMD ["sh", "-c", "mkdir /tmp/www; echo \\"$TILL_KEY\\" > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www"]',
      ]),
    })
    expect((await repository.push(kyozo.remote(shop))).output).toContain('2 live')
    const [workspace] = (await kyozo.api('/workspaces')).data
    await post(
      'secrets',
      { name: 'TILL_KEY', value: till, service: 'till' },
      { workspace: { data: { type: 'workspaces', id: workspace!.id } } },
    )
    await until('the till to know its secret', async () => (await answers())[1] === till)
    token = (await post('api_tokens', { name: 'kept', scopes: ['read'] })).data.attributes.token!
    await until('the releases to end', async () => (await openReleases()) === 0)
    await until('one container a service', async () => (await allContainers()) === 2)
    const before = await containers()

    const file = path.join(folder, 'first.backup')
    const made = await backedUpDuringPushes(file)
    expect(made).toMatchObject({ exitCode: 0, stdout: '' })
    expect(made.stderr).toMatch(/first\.backup, \d+\.\d MiB: kyozo [0-9a-f-]{36} with \d+ tables, its secret keys and 2 repositories\./)
    expect(made.stderr).toContain('It holds the secret key and every secret')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await command('backup', file)).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('is there already') })

    await kyozo.stop()
    expect(await command('restore', file)).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('is not empty') })
    await loseDataDir()
    expect(await command('restore', file)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Start it') })
    await kyozo.start()
    await until('nothing to be under way', async () => (await openReleases()) === 0, { deadlineMs: 2 * minutes })
    expect(await answers()).toEqual(['one first', till])
    expect(await containers()).toEqual(before)
    expect((await repository.push(kyozo.remote(shop))).output).toContain('Everything up-to-date')
  },
  8 * minutes,
)

/** Commits are pushed one after the other for as long as the backup is made. */
async function backedUpDuringPushes(file: string): Promise<Ran> {
  const repository = await repositoryWith(busyboxService('side', '0'))
  await repository.push(kyozo.remote(side))
  let isDone = false
  const pushing = (async () => {
    for (let at = 1; !isDone && at < 6; at++) {
      await repository.commit(`Version ${at}`, busyboxService('side', String(at)))
      await repository.push(kyozo.remote(side), { options: ['no-wait'] })
    }
  })()
  const made = await command('backup', file)
  isDone = true
  await pushing
  return made
}

async function allContainers(): Promise<number> {
  const { stdout } = await run('docker', [
    'ps',
    '--all',
    '--quiet',
    '--filter',
    `label=com.docker.compose.project=kyozo-${shop}-production`,
  ])
  return stdout.split('\n').filter(Boolean).length
}

async function openReleases(): Promise<number> {
  const found = await Promise.all(['queued', 'running'].map((state) => kyozo.api(`/releases?filter[state]=${state}`)))
  return found.flatMap((document) => document.data).length
}

it(
  'is restored on an empty machine: everything is built and started again from what the backup holds',
  async () => {
    const [file, passphrase] = [path.join(folder, 'second.backup'), path.join(folder, 'passphrase')]
    await writeFile(passphrase, 'four words of a song\n')
    const history = (await shown('/releases')).map(({ id }) => id)
    const tips = await sideRefs()
    const instance = (await shown('/instance')) as unknown as { readonly id: string }
    await kyozo.stop()
    // Made while kyozo does not run, and encrypted.
    expect(await command('backup', file, '--passphrase-file', passphrase)).toMatchObject({ exitCode: 0 })
    await loseEngine(instance.id)
    await loseDataDir()
    expect(await command('restore', file)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('the backup is encrypted') })
    expect(await readdir(kyozo.dataDir)).toEqual([])
    expect(await command('restore', file, '--passphrase-file', passphrase)).toMatchObject({ exitCode: 0 })
    await kyozo.start()
    await until('the services to answer', async () => JSON.stringify(await answers()) === JSON.stringify(['one first', till]), {
      deadlineMs: 2 * minutes,
    })
    await until(
      'the newest commit of the side to answer',
      async () => (await kyozo.ask(`side.${side}.localhost`)).text.startsWith('side '),
      {
        deadlineMs: 2 * minutes,
      },
    )
    expect((await shown('/releases')).map(({ id }) => id)).toEqual(expect.arrayContaining(history))
    expect(((await shown('/instance')) as unknown as { readonly id: string }).id).toBe(instance.id)
    expect((await sideRefs()).output).toBe(tips.output)
    await repositories[0]!.commit('Go on', busyboxService('one', 'second'))
    expect((await repositories[0]!.push(kyozo.remote(shop))).output).toContain('1 live, 1 unchanged')
    expect(await answers()).toEqual(['one second', till])
    // At the start nothing could be repaired, since no image was there; then releases made it all again.
    const asViewer = { env: { KYOZO_URL: kyozo.url, KYOZO_TOKEN: adminToken } }
    await until('the status to tell of no failed repair', async () => {
      const { exitCode, stdout } = await runKyozo(['status'], asViewer)
      return exitCode === 0 && stdout.includes(' live: ') && !stdout.includes('could not be repaired')
    })
  },
  8 * minutes,
)

const sideRefs = () => repositories[1]!.git('ls-remote', kyozo.remote(side))

/** Containers, networks and images, as if they had never been. */
async function loseEngine(instance: string): Promise<void> {
  const filter = ['--filter', `label=kyozo.instance=${instance}`]
  for (const [kind, ...remove] of [
    ['container', 'rm', '--force'],
    ['network', 'rm'],
    ['image', 'rm', '--force'],
  ]) {
    const { stdout } = await run('docker', [kind!, 'ls', ...(kind === 'container' ? ['--all'] : []), '--quiet', ...filter])
    const ids = [...new Set(stdout.split('\n').filter(Boolean))]
    if (ids.length > 0) await run('docker', [kind!, ...remove, ...ids])
  }
}

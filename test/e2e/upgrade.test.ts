// From an earlier version to this one while people push: on the same data directory, one after the other, and side by side on one database. Nothing is
// lost, and nothing that runs is touched.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dockerfile } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type EarlierVersion, earlierVersion } from '../support/earlier-version.ts'
import { startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)
const minutes = 60_000

/** The version before: its newest migration is 0040. */
const earlierCommit = '2ffd491f'
let earlier: EarlierVersion
const started: TestKyozo[] = []
const repositories: TestRepository[] = []
const folders: string[] = []

beforeAll(async () => {
  earlier = await earlierVersion(earlierCommit)
}, minutes)

afterAll(async () => {
  for (const kyozo of started.toReversed()) await kyozo.remove()
  for (const repository of repositories) await repository.remove()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
  await earlier.remove()
}, 2 * minutes)

const service = (version: string, seconds = 0) =>
  dockerfile('web', [
    `RUN mkdir /www && echo web ${version} > /www/index.html && sleep ${seconds}`,
    'USER 10001',
    'EXPOSE 8080',
    'CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]',
  ])

interface Workspace {
  readonly name: string
  readonly repository: TestRepository
}

/** Three workspaces that are live. */
async function liveWorkspaces(kyozo: TestKyozo): Promise<readonly Workspace[]> {
  const made: Workspace[] = []
  for (const name of ['a', 'b', 'c']) {
    const repository = await createRepository({ files: service('first') })
    repositories.push(repository)
    const workspace = { name: `${name}-${randomBytes(3).toString('hex')}`, repository }
    expect((await repository.push(kyozo.remote(workspace.name))).output).toContain('1 live')
    made.push(workspace)
  }
  return made
}

/** Containers of a workspace, each with the time at which it was started. */
async function containersOf({ name }: Workspace): Promise<readonly string[]> {
  const { stdout } = await run('docker', [
    'ps',
    '--quiet',
    '--no-trunc',
    '--filter',
    `label=com.docker.compose.project=kyozo-${name}-production`,
  ])
  const ids = stdout.split('\n').filter(Boolean)
  if (ids.length === 0) return []
  return (await run('docker', ['inspect', '--format', '{{.Id}} {{.State.StartedAt}}', ...ids])).stdout.trim().split('\n')
}

/** Pushes without waiting; two such builds take turns. */
async function begin(kyozo: TestKyozo, { name, repository }: Workspace, version: string): Promise<string> {
  const sha = await repository.commit(version, service(version, 6))
  await repository.push(kyozo.remote(name), { options: ['no-wait'] })
  return sha
}

const stateOf = async (kyozo: TestKyozo, sha: string) =>
  (await kyozo.api(`/releases?filter[sha]=${sha}`)).data.map(({ attributes }) => String(attributes.state))

async function expectAllLive(kyozo: TestKyozo, shas: readonly string[]): Promise<void> {
  for (const sha of shas)
    await until(`${sha.slice(0, 7)} to be live`, async () => (await stateOf(kyozo, sha)).includes('live'), { deadlineMs: 3 * minutes })
}

async function answer(kyozo: TestKyozo, { name }: Workspace): Promise<string> {
  return (await kyozo.ask(`web.${name}.localhost`)).text.trim()
}

async function expectUnchanged(kyozo: TestKyozo, { name, repository }: Workspace): Promise<void> {
  await repository.commit('Nothing new', { 'README.md': 'Words.\n' })
  expect((await repository.push(kyozo.remote(name))).output).toContain('1 unchanged')
}

it(
  'takes over what the earlier version left when it was told to stop',
  async () => {
    const kyozo = await startKyozo({ KYOZO_CONCURRENT_BUILDS: '1' }, earlier.folder)
    started.push(kyozo)
    const [a, b, c] = (await liveWorkspaces(kyozo)) as [Workspace, Workspace, Workspace]
    const before = await containersOf(a)
    const shas = [await begin(kyozo, b, 'second'), await begin(kyozo, c, 'second')]
    await until('a build to be under way', async () => (await stateOf(kyozo, shas[0]!)).includes('running'))
    await kyozo.stop()
    expect(await containersOf(a)).toEqual(before)
    await kyozo.start()
    await expectAllLive(kyozo, shas)
    expect(await Promise.all([a, b, c].map((one) => answer(kyozo, one)))).toEqual(['web first', 'web second', 'web second'])
    await expectUnchanged(kyozo, a)
    expect(await containersOf(a)).toEqual(before)
  },
  6 * minutes,
)

it(
  'works beside the earlier version on one database, and goes on when that one stops',
  async () => {
    const shared = {
      DATABASE_URL: await emptyDatabaseUrl(),
      KYOZO_SECRET_KEY: randomBytes(32).toString('hex'),
      KYOZO_CONCURRENT_BUILDS: '1',
    }
    const old = await startKyozo(shared, earlier.folder)
    started.push(old)
    const [a, b, c] = (await liveWorkspaces(old)) as [Workspace, Workspace, Workspace]
    const before = await containersOf(a)
    const shas = [await begin(old, b, 'second'), await begin(old, c, 'second')]
    await until('a build to be under way', async () => (await stateOf(old, shas[0]!)).includes('running'))
    const fresh = await beside(old, shared)
    await expectAllLive(old, shas)
    // The earlier one goes on working on the schema of this one.
    const third = await begin(old, b, 'third')
    await expectAllLive(old, [third])
    const last = await begin(old, c, 'fourth')
    await until('the last release to be under way', async () => (await stateOf(fresh, last)).includes('running'))
    await old.stop()
    await expectAllLive(fresh, [last])
    await until('the newest to answer', async () => (await answer(fresh, c)) === 'web fourth')
    expect(await answer(fresh, b)).toBe('web third')
    await expectUnchanged(fresh, a)
    expect(await containersOf(a)).toEqual(before)
  },
  8 * minutes,
)

/** A process of this version with a data directory of its own; repositories that were pushed to kyozo are in one folder that both have. */
async function beside(old: TestKyozo, shared: Readonly<Record<string, string>>): Promise<TestKyozo> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'kyozo-data-'))
  folders.push(dataDir)
  await symlink(path.join(old.dataDir, 'mirrors'), path.join(dataDir, 'mirrors'))
  const fresh = await startKyozo({ ...shared, KYOZO_DATA_DIR: dataDir })
  started.push(fresh)
  return fresh
}

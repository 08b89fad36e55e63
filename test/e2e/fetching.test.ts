// What kyozo fetches from GitHub: a fetch that fails ends in words on the commit, and the token that it fetches with is seen by nobody.
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import type { FaultAnswer } from '../support/github/state.ts'
import { containersOf, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type Connected, connect, githubEnvironment, openPage, releasesOf, stateOf, untilLive } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 5 * minutes })
const databaseUrl = await emptyDatabaseUrl()

let github: GitHubDouble
let kyozo: TestKyozo
let token: string
/** Deployed first; whatever is fetched afterwards, it goes on. */
let canary: Connected
let canaryContainers: ReadonlyMap<string, string>

beforeAll(async () => {
  github = await startGitHub()
  token = github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })
  kyozo = await startKyozo({ ...githubEnvironment(github, token), DATABASE_URL: databaseUrl, KYOZO_LOG_LEVEL: 'trace' })
  canary = await connect('canary', { kyozo, github })
  await canary.deploy(busyboxService('one', '1'))
  canaryContainers = await containersOf(canary.project)
}, 3 * minutes)

afterAll(async () => {
  await kyozo.remove()
  await github.close()
}, 3 * minutes)

afterEach(async () => {
  expect(await canary.ask('one')).toBe('one 1')
  expect(await containersOf(canary.project)).toEqual(canaryContainers)
})

const gitPath = ({ repository }: Connected, rest = '') => new RegExp(`^/${repository.fullName}\\.git${rest}`)
/** So large that a transfer of it can break in the middle: it does not compress below 50 kB. */
const large = () => ({ ...busyboxService('one', '2'), 'data.txt': randomBytes(50_000).toString('hex') })

describe('a repository that cannot be fetched', () => {
  it.each([
    ['unauthorized', 401, /failed: .*(Authentication failed|could not read Username|terminal prompts disabled)/],
    ['gone', 404, /repository .* not found/],
  ])('because it is %s (%i) fails at once and leaves what runs', async (_, status, words) => {
    const shop = await connect('lost', { kyozo, github })
    await shop.deploy(busyboxService('one', '1'))
    const found = github.fault({ path: gitPath(shop), answer: { kind: 'status', status } })
    const { sha } = await shop.push(large())
    const shown = await shop.verdict(sha)
    found()
    expect(shown['kyozo/production']).toMatchObject({ state: 'failure' })
    const [release] = await releasesOf(kyozo, sha)
    expect(release!.attributes).toMatchObject({ state: 'failed', reason: expect.stringMatching(words), attempt: 1 })
    expect(release!.attributes.reason).toContain('Previous release')
    expect(await shop.ask('one')).toBe('one 1')
    expect(await shop.deploy({ 'README.md': 'again' }).then(() => shop.ask('one'))).toBe('one 2')
  })

  it.each([
    ['is reset before it begins', { kind: 'reset' }],
    ['is reset in the middle', { kind: 'truncate', bytes: 20_000 }],
    ['meets a host in trouble', { kind: 'status', status: 503 }],
  ] satisfies [string, FaultAnswer][])('because it %s is fetched again', async (_, answer) => {
    const shop = await connect('cut', { kyozo, github })
    github.fault({ path: gitPath(shop, '/git-upload-pack'), answer, times: 2 })
    const { sha } = await shop.push(large())
    await untilLive(kyozo, sha)
    expect((await releasesOf(kyozo, sha))[0]!.attributes.attempt).toBeGreaterThan(1)
    expect(await shop.ask('one')).toBe('one 2')
  })

  it('however often fails in the end, and a push meanwhile does not have to wait', async () => {
    const [shop, other] = await Promise.all([connect('never', { kyozo, github }), connect('mended', { kyozo, github })])
    for (const one of [shop, other]) github.fault({ path: gitPath(one, '/git-upload-pack'), answer: { kind: 'truncate', bytes: 20_000 } })
    const { sha } = await shop.push(large())
    const { sha: first } = await other.push(large())
    const attributes = async (commit: string): Promise<Readonly<Record<string, unknown>>> =>
      (await releasesOf(kyozo, commit))[0]!.attributes
    const hasFailedThreeTimes = async () => {
      const { attempt, state } = await attributes(first)
      return Number(attempt) >= 3 && state === 'queued'
    }
    await until('the third attempt to have failed', hasFailedThreeTimes, { deadlineMs: minutes })
    github.fault({ path: gitPath(other), answer: { kind: 'truncate', bytes: Number.POSITIVE_INFINITY } })
    const { sha: second } = await other.push({ 'README.md': 'words' })
    await untilLive(kyozo, second)
    const { created_at, started_at } = await attributes(second)
    // The next attempt of the first was due up to twenty seconds after its third.
    expect(Date.parse(String(started_at)) - Date.parse(String(created_at))).toBeLessThan(10_000)
    expect(await stateOf(kyozo, first)).toBe('superseded')
    const shown = await shop.verdict(sha, 3 * minutes)
    expect(shown).toEqual({
      'kyozo/production': { state: 'failure', description: expect.stringMatching(/^fetching refs\/heads\/main of .* failed/) },
    })
  })
})

describe('the token', () => {
  it('is in no process list, log, answer, file or row', async () => {
    const shop = await connect('secret', { kyozo, github })
    const { promise: isSeen, resolve: goOn } = Promise.withResolvers<void>()
    github.fault({
      path: gitPath(shop, '/git-upload-pack'),
      after: isSeen,
      times: 1,
      answer: { kind: 'truncate', bytes: Number.POSITIVE_INFINITY },
    })
    const { sha } = await shop.push(busyboxService('one', '1'))
    const linesOfFetch = async () => {
      const listed = await commandLines()
      return listed.some((line) => line.includes('fetch') && line.includes(shop.repository.fullName)) ? listed : undefined
    }
    const lines = await until('the fetch to be under way', linesOfFetch, { deadlineMs: minutes })
    goOn()
    await shop.verdict(sha)
    expect(
      github.calls.some(
        ({ authorization }) => authorization !== undefined && tellsToken(Buffer.from(authorization.split(' ')[1]!, 'base64').toString()),
      ),
    ).toBe(true)
    expect(lines.filter(tellsToken)).toEqual([])
    // A failure is where tokens leak.
    const recover = github.fault({ path: gitPath(shop), answer: { kind: 'status', status: 401 } })
    const { sha: failed } = await shop.push({ 'README.md': 'words' })
    await shop.verdict(failed)
    recover()
    expect(kyozo.output()).toContain('delivery received')
    expect(tellsToken(kyozo.output())).toBe(false)
    expect((await answers()).filter(({ text }) => tellsToken(text)).map(({ at }) => at)).toEqual([])
    expect(await filesWithToken(kyozo.dataDir)).toEqual([])
    expect(await tablesWithToken()).toEqual([])
  })
})

/** The token itself and the forms in which HTTP sends it. */
function spellings(): readonly string[] {
  return [token, Buffer.from(`x-access-token:${token}`).toString('base64'), Buffer.from(token).toString('base64').replace(/=+$/, '')]
}

function tellsToken(text: string): boolean {
  return spellings().some((spelling) => text.includes(spelling))
}

async function commandLines(): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
}

/** Everything that the API and the pages answer to somebody who may see it all. */
async function answers(): Promise<readonly { readonly at: string; readonly text: string }[]> {
  const found: { at: string; text: string }[] = []
  for (const type of ['workspaces', 'environments', 'releases', 'deliveries', 'service_instances']) {
    const { data } = await kyozo.api(`/${type}?page[size]=200`)
    const places = data.flatMap(({ id }) => [`/${type}/${id}`, ...(type === 'releases' ? [`/releases/${id}/logs`] : [])])
    for (const at of places) found.push({ at, text: JSON.stringify(await kyozo.api<unknown>(at)) })
    if (type === 'releases')
      for (const { id } of data) found.push({ at: `page ${id}`, text: (await openPage(`${kyozo.url}/releases/${id}`)).text })
  }
  expect(found.length).toBeGreaterThan(10)
  return found
}

async function filesWithToken(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
  expect(files.length).toBeGreaterThan(5)
  const told = await Promise.all(files.map(async (file) => tellsToken(await readFile(file, 'latin1'))))
  return files.filter((_, at) => told[at])
}

/** Every row of every table as text; bytes are shown in hexadecimal digits. */
async function tablesWithToken(): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    )
    expect(rows.length).toBeGreaterThan(10)
    const wanted = spellings().flatMap((text) => [`%${text}%`, `%${Buffer.from(text).toString('hex')}%`])
    const told: string[] = []
    for (const { name } of rows) {
      const { rowCount } = await client.query(`select 1 from ${name} as row where row::text like any($1) limit 1`, [wanted])
      if (rowCount !== 0) told.push(name)
    }
    return told
  } finally {
    await client.end()
  }
}

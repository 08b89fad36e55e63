// Two kyozos that write compose.kyozo.yaml back to one repository, directly, and know nothing of each other.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { emptyDatabaseUrl } from '../support/database.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { type ApiDocument, adminToken, startKyozo, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type CommitBack, type Connected, connect, githubEnvironment } from './connected.ts'

const minutes = 60_000
const file = 'compose.kyozo.yaml'
const secret = 'known-to-github-and-the-other'

let github: GitHubDouble
let kyozos: readonly TestKyozo[]
let shop: Connected

beforeAll(async () => {
  github = await startGitHub()
  const start = async () => {
    const environment = { KYOZO_ALLOW_PRIVATE_FORGES: 'true', DATABASE_URL: await emptyDatabaseUrl() }
    return startKyozo({ ...githubEnvironment(github, github.createToken()), ...environment })
  }
  kyozos = [await start(), await start()]
  const [one, other] = kyozos as [TestKyozo, TestKyozo]
  shop = await connect('both', { kyozo: one, github })
  await connectAs(other, `${shop.workspace}-too`)
}, 4 * minutes)

afterAll(async () => {
  for (const kyozo of kyozos) await kyozo.remove()
  await github.close()
}, 2 * minutes)

/** Under another name, since both use one engine. */
async function connectAs(kyozo: TestKyozo, name: string): Promise<void> {
  const { repository } = shop
  const access = { forge: 'github', api_url: github.apiUrl, token: github.createToken(), webhook_secret: secret }
  const connection = await make(kyozo, { type: 'forge_connections', attributes: { ...access, name } })
  repository.addHook({ url: `${kyozo.url}/webhooks/github/${name}`, secret })
  await make(kyozo, {
    type: 'workspaces',
    attributes: { name, repository_id: String(repository.id), repository_name: repository.fullName },
    relationships: { forge_connection: { data: { type: 'forge_connections', id: connection } } },
  })
}

async function make(kyozo: TestKyozo, data: Readonly<Record<string, unknown>>): Promise<string> {
  const answer = await fetch(`${kyozo.url}/api/v1/${String(data.type)}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data }),
  })
  const made = (await answer.json()) as { readonly data: { readonly id: string } }
  expect(answer.status, JSON.stringify(made)).toBe(201)
  return made.data.id
}

/** The commits that kyozos made since, once both have come to rest: the branch leads to what each has released, or written itself. */
async function untilAtRest(since: string): Promise<readonly string[]> {
  const tip = await until(
    'both to come to rest',
    async () => {
      const now = await shop.repository.tip('main')
      const rest = await Promise.all(kyozos.map((kyozo) => rests(kyozo, now!)))
      return rest.every(Boolean) && (await shop.repository.tip('main')) === now ? now : undefined
    },
    { deadlineMs: 4 * minutes, everyMs: 500 },
  )
  const made: string[] = []
  for (let sha = tip; sha !== since; sha = (await shop.repository.commitAt(sha)).parents[0]!) made.push(sha)
  return made
}

async function rests(kyozo: TestKyozo, tip: string): Promise<boolean> {
  const { data } = await kyozo.api<ApiDocument>('/releases?sort=-created_at&page[size]=20')
  const told = data.map(({ attributes }) => ({ sha: attributes.sha, commitBack: attributes.commit_back as unknown as CommitBack | null }))
  if (told.some(({ commitBack }) => commitBack?.state === 'waiting')) return false
  if (told.some(({ sha, commitBack }) => (sha === tip && commitBack !== null) || commitBack?.sha === tip)) return true
  // Two that write the same file in the same second under one name make the same commit: the other's push is its own.
  const { data: deliveries } = await kyozo.api<ApiDocument>('/deliveries?sort=-received_at&page[size]=20')
  return deliveries.some(({ attributes }) => attributes.sha === tip && String(attributes.reason).includes('own commit'))
}

it(
  'each writes at most once for a change of shape, they come to rest, and what is code alone writes nothing',
  async () => {
    const { sha: first } = await shop.push({ ...busyboxService('one', '1'), 'kyozo.yaml': 'commit_back: direct\n' })
    const written = await untilAtRest(first)
    expect(written.length).toBeGreaterThanOrEqual(1)
    expect(written.length).toBeLessThanOrEqual(2)
    for (const sha of written) expect((await shop.repository.commitAt(sha)).message).toMatch(/^Kyozo-Generated: [0-9a-f]{32}$/m)
    const { sha: code } = await shop.push(busyboxService('one', '2'))
    expect(await untilAtRest(code)).toEqual([])
    const { sha: shape } = await shop.push(busyboxService('two', '1'))
    const more = await untilAtRest(shape)
    expect(more.length).toBeLessThanOrEqual(2)
    const text = (await shop.repository.fileAt((await shop.repository.tip('main'))!, file))!
    expect(text.match(/^ {2}\w+:$/gm)?.filter((line) => ['  one:', '  two:'].includes(line))).toEqual(['  one:', '  two:'])
    expect(shop.repository.pullRequests()).toEqual([])
    expect(github.problems()).toEqual([])
  },
  10 * minutes,
)

// compose.kyozo.yaml written back, the same at every Git host: proposed, committed, and everything that a host may have against it.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import type { Files, HostDouble, HostRepository } from '../support/hosts/host.ts'
import { type ApiDocument, adminToken, type TestKyozo } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { type AtHost, atHost } from './at-host.ts'
import { type CommitBack, commitBackOf, releasesOf, stateOf } from './connected.ts'

const minutes = 60_000
const file = 'compose.kyozo.yaml'
const direct = { 'kyozo.yaml': 'commit_back: direct\n' }

/** Defines the tests; each has a repository of its own, and they run side by side. */
export function testCommitBack(startHost: () => Promise<HostDouble>): void {
  vi.setConfig({ testTimeout: 4 * minutes })
  let room: AtHost

  beforeAll(async () => {
    room = await atHost(startHost, { KYOZO_ALLOW_PRIVATE_FORGES: 'true' })
  }, 5 * minutes)

  afterAll(() => room.leave(), minutes)

  describe.concurrent('compose.kyozo.yaml', () => {
    it('is proposed by one pull request, which gets no preview, and merging it replaces nothing', () => isProposed(room))
    it('is previewed and planned like anything else once a person has pushed to what is proposed', () => isPushedTo(room))
    it('is committed to the branch where that is wanted, once for a change of shape, and starts no release', () => isCommitted(room))
    it('is proposed where the branch is protected', () => isProposedInstead(room))
    it('is proposed where the branch takes signed commits only, and given up where every branch does', () => isUnsigned(room))
    it('ends in a clear word where the token may only read', () => isRefused(room))
    it('is not written again after people have closed the pull request, nor where it is off', () => isClosed(room))
  })
}

interface Shop {
  readonly repository: HostRepository
  readonly workspace: string
  /** Pushes, and waits for what becomes of the file after the release of that. */
  settled(files: Files): Promise<CommitBack & { readonly of: string }>
  /** What the service one answers through the edge. */
  ask(): Promise<string>
}

async function openShop({ host, kyozo }: AtHost, name: string, connection?: string): Promise<Shop> {
  const workspace = `${name}-${randomBytes(3).toString('hex')}`
  const repository = await host.createRepository(workspace)
  repository.addHook(kyozo.url, connection)
  return {
    repository,
    workspace,
    async settled(files) {
      // Commits of the same files are the same at all of these hosts, and releases are found by their commit.
      const of = await repository.push({ 'README.md': workspace, ...files })
      return { ...(await commitBackOf(kyozo, of)), of }
    },
    ask: async () => (await kyozo.ask(`one.${workspace}.localhost`)).text.trim(),
  }
}

const untilShown = ({ repository }: Shop, sha: string, context: string) =>
  until(`the verdict ${context} on ${sha.slice(0, 7)}`, () => {
    const shown = repository.shown(sha)[context]
    return shown === undefined || shown.state === 'pending' ? undefined : shown
  })

async function isProposed(room: AtHost): Promise<void> {
  const { kyozo } = room
  const shop = await openShop(room, 'proposed')
  const { repository } = shop
  const { of, ...told } = await shop.settled(busyboxService('one', '1'))
  expect(told).toMatchObject({ state: 'proposed', words: `${file} is proposed by pull request 1`, url: expect.any(String) })
  const [pull] = repository.pullRequests()
  const { headSha } = pull!
  expect(pull).toMatchObject({ isOpen: true, title: `Add ${file}, what kyozo runs`, headBranch: 'kyozo/compose' })
  expect(await repository.fileAt(headSha, file)).toContain('  one:\n')
  const { parents, message } = await repository.commitAt(headSha)
  expect(parents).toEqual([of])
  expect(message).toMatch(/^Kyozo-Generated: [0-9a-f]{32}$/m)
  const words = "kyozo's own proposal: it gets no preview and no plan"
  const untilGreen = async (sha: string) => {
    for (const context of ['kyozo/preview', 'kyozo/plan'])
      expect(await untilShown(shop, sha, context)).toEqual({ state: 'success', description: words })
  }
  await untilGreen(headSha)

  const merged = await pull!.merge()
  expect(await untilShown(shop, merged, 'kyozo/production')).toEqual({ state: 'success', description: '1 unchanged' })
  expect(await commitBackOf(kyozo, merged)).toMatchObject({ state: 'nothing', words: `${file} is as it should be` })
  expect(repository.pullRequests()).toHaveLength(1)
  expect(await previewsOf(kyozo, shop)).toEqual([])
  expect(pull!.comments()).toEqual([])

  // A person's branch is no proposal by its name.
  const ideas = await repository.openPullRequest({ branch: 'kyozo/compose-ideas', files: busyboxService('one', '2') })
  expect(await untilShown(shop, ideas.headSha, 'kyozo/preview')).toEqual({ state: 'success', description: '1 live' })
  await ideas.close()
}

async function isPushedTo(room: AtHost): Promise<void> {
  const shop = await openShop(room, 'pushed')
  await shop.settled(busyboxService('one', '1'))
  const [pull] = shop.repository.pullRequests()
  const sha = await pull!.push(busyboxService('one', '2'))
  expect(await untilShown(shop, sha, 'kyozo/preview')).toEqual({ state: 'success', description: '1 live' })
  expect(await untilShown(shop, sha, 'kyozo/plan')).toMatchObject({ state: 'success', description: '1 service changes: one rebuilt' })
  await pull!.close()
  expect(await shop.settled({ 'NOTES.md': 'Not now' })).toMatchObject({
    state: 'nothing',
    words: 'people have closed the pull request with the same change',
  })
}

async function previewsOf(kyozo: TestKyozo, { workspace }: Shop): Promise<readonly unknown[]> {
  const [found] = (await kyozo.api<ApiDocument>(`/workspaces?filter[name]=${workspace}`)).data
  return (await kyozo.api<ApiDocument>(`/pull_requests?filter[workspace]=${found!.id}`)).data
}

async function isCommitted(room: AtHost): Promise<void> {
  const { kyozo } = room
  const shop = await openShop(room, 'direct')
  const { repository } = shop
  const { of: first, state, sha } = await shop.settled({ ...busyboxService('one', '1'), ...direct })
  expect(state).toBe('written')
  expect(await repository.tip()).toBe(sha)
  expect((await repository.commitAt(sha!)).parents).toEqual([first])
  expect((await untilShown(shop, sha!, 'kyozo/production')).state).toBe('success')
  expect(await releasesOf(kyozo, sha!)).toEqual([])
  // Only code: nothing is written.
  const second = await shop.settled(busyboxService('one', '2'))
  expect(second).toMatchObject({ state: 'nothing' })
  expect(await repository.tip()).toBe(second.of)
  expect(await shop.ask()).toBe('one 2')
  expect(repository.pullRequests()).toEqual([])
}

async function isProposedInstead(room: AtHost): Promise<void> {
  const shop = await openShop(room, 'protected')
  const { repository } = shop
  await repository.protect()
  const told = await shop.settled({ ...busyboxService('one', '1'), ...direct })
  expect(told).toMatchObject({
    state: 'proposed',
    words: expect.stringMatching(/main: the branch is protected; it is proposed instead; .* is proposed by pull request 1$/),
  })
  expect(await repository.tip()).toBe(told.of)
}

async function isUnsigned(room: AtHost): Promise<void> {
  const shop = await openShop(room, 'signed')
  const { repository } = shop
  await repository.requireSignatures()
  const told = await shop.settled({ ...busyboxService('one', '1'), ...direct })
  const instead = `${file} was not written back to main: the branch takes signed commits only; it is proposed instead; ${file}`
  const isEverywhere = room.host.name === 'gitlab'
  const said =
    ' was not written back to kyozo/compose: the branch takes signed commits only (GitLab: Commit must be signed with a GPG key); ' +
    'let kyozo open a pull request, which the host signs when it is merged, or except its account from the rule'
  expect(told).toMatchObject(
    isEverywhere
      ? { state: 'refused', words: `${instead}${said}` }
      : { state: 'proposed', words: `${instead} is proposed by pull request 1` },
  )
  expect(await repository.tip()).toBe(told.of)
  expect(repository.pullRequests()).toHaveLength(isEverywhere ? 0 : 1)
}

/** What the host says of such a token. */
const unwritable: Readonly<Record<HostDouble['name'], string>> = {
  github: 'Write access to repository not granted.',
  gitea: 'token does not have required scope',
  gitlab: 'You are not allowed to upload code.',
}

async function isRefused(room: AtHost): Promise<void> {
  const { host } = room
  await connectWithReadingToken(room)
  const shop = await openShop(room, 'readonly', 'reader')
  const told = await shop.settled(busyboxService('one', '1'))
  expect(told).toMatchObject({
    state: 'refused',
    words:
      `${file} was not written back to kyozo/compose: the connection may not push (${unwritable[host.name]}); ` +
      'give the connection a token that may write contents, or switch commit-back off (commit_back: off)',
  })
  expect(shop.repository.pullRequests()).toEqual([])
  expect(await shop.repository.tip()).toBe(told.of)
  expect(await shop.ask()).toBe('one 1')
}

async function connectWithReadingToken({ host, kyozo }: AtHost): Promise<void> {
  const { apiUrl, webhookSecret } = host.connection
  const attributes = { forge: host.name, name: 'reader', api_url: apiUrl, token: host.createReadingToken(), webhook_secret: webhookSecret }
  const answer = await fetch(`${kyozo.url}/api/v1/forge_connections`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type: 'forge_connections', attributes } }),
  })
  expect(answer.status, await answer.text()).toBe(201)
}

async function isClosed(room: AtHost): Promise<void> {
  const { kyozo } = room
  const shop = await openShop(room, 'closed')
  const { repository } = shop
  expect(await shop.settled(busyboxService('one', '1'))).toMatchObject({ state: 'proposed' })
  await repository.pullRequests()[0]!.close()
  const again = await shop.settled(busyboxService('one', '2'))
  expect(again).toMatchObject({ state: 'nothing', words: 'people have closed the pull request with the same change' })
  const off = await shop.settled({ 'kyozo.yaml': 'commit_back: off\n' })
  expect(off).toMatchObject({ state: 'nothing', words: 'commit_back is off' })
  expect(repository.pullRequests()).toHaveLength(1)
  expect(await stateOf(kyozo, off.of)).toBe('unchanged')
}

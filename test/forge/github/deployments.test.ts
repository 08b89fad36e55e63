import { describe, expect, it } from 'vitest'
import type { ForgeMessage } from '../../../src/forge/messages.ts'
import { appClient, changes, clock, github, pull, repository, sha, shop, startMs, tokenClient, useScene } from './scene.ts'

useScene()

type Deployment = ForgeMessage & { readonly kind: 'deployment' }

const deployment = (more: Partial<Deployment> = {}): Deployment => ({
  ...{ kind: 'deployment', repository: repository(), sha, ref: 'refs/heads/main', environment: 'production' },
  ...{ isTransient: false, isProduction: true, state: 'pending', description: 'waits for its turn' },
  ...{ url: null, logUrl: 'https://kyozo.example/releases/1' },
  ...more,
})

const live = (more: Partial<Deployment> = {}) =>
  deployment({ state: 'success', description: '3 services are live', url: 'https://shop.example/', ...more })

/** What GitHub's page shows of each, oldest first. */
const shown = () =>
  shop
    .deployments()
    .map(({ ref, sha: of, environment, statuses }) => ({ ref, sha: of, environment, states: statuses.map(({ state }) => state) }))

describe('a deployment', () => {
  it.each([
    ['a token', () => tokenClient({ deployments: 'write', contents: 'read' })],
    ['an app', () => appClient({ deployments: 'write', contents: 'read' })],
  ])('of %s is made once and told how it goes, with links to what runs and to how it came', async (_, connect) => {
    const client = connect()
    const made = await client.send(deployment())
    expect(made).toEqual({ kind: 'sent', id: String(shop.deployments()[0]?.id) })
    const { id: knownId } = made as { id: string }
    expect(await client.send(deployment({ state: 'running', description: 'building' }), { knownId })).toEqual(made)
    expect(await client.send(live(), { knownId })).toEqual(made)
    expect(shown()).toEqual([{ ref: 'main', sha, environment: 'production', states: ['queued', 'in_progress', 'success'] }])
    expect(shop.deployments()[0]).toMatchObject({ isProduction: true, isTransient: false, task: 'deploy' })
    expect(shop.deployments()[0]?.statuses.at(-1)).toMatchObject({
      description: '3 services are live',
      environmentUrl: 'https://shop.example/',
      logUrl: 'https://kyozo.example/releases/1',
    })
    expect(github.problems()).toEqual([])
  })

  it('of a pull request names its head, also of a fork', async () => {
    const fork = await shop.fork({ owner: 'mallory' })
    const { sha: head } = await fork.push({ branch: 'patch', change: { files: { b: '1' } } })
    const { number } = await shop.openPullRequest({ from: fork, branch: 'patch' })
    const preview = { environment: 'preview/pr-2', isTransient: true, isProduction: false, ref: `refs/pull/${number}/head`, sha: head }
    const client = appClient()
    const made = await client.send(live(preview))
    await client.send(live({ ...preview, state: 'inactive', url: null }), { knownId: (made as { id: string }).id })
    expect(shown()).toEqual([{ ref: 'refs/pull/2/head', sha: head, environment: 'preview/pr-2', states: ['success', 'inactive'] }])
    expect(github.problems()).toEqual([])
  })

  it('of a commit that its branch has left names the commit, since GitHub would take the name for what it stands for now', async () => {
    const { sha: newer } = await shop.push({ change: { files: { a: '2' } } })
    const client = tokenClient()
    await client.send(live())
    await client.send(live({ sha: newer, logUrl: 'https://kyozo.example/releases/2' }))
    await client.send(live({ ref: 'refs/heads/gone', logUrl: 'https://kyozo.example/releases/3' }))
    expect(shown().map(({ ref, sha: of }) => [ref, of])).toEqual([
      [sha, sha],
      ['main', newer],
      [sha, sha],
    ])
  })

  it('of a branch that moves in the very moment is taken back and made of the commit', async () => {
    const { promise: moved, resolve } = Promise.withResolvers<void>()
    github.fault({
      ...{ method: 'POST', path: /\/deployments$/, times: 1 },
      met: () => void shop.push({ change: { files: { a: '2' } } }).then(() => resolve()),
      after: moved,
      answer: { kind: 'pass' },
    })
    const client = tokenClient()
    await client.send(live())
    const newer = await shop.tip('main')
    expect(shown()).toEqual([
      { ref: 'main', sha: newer, environment: 'production', states: ['inactive'] },
      { ref: sha, sha, environment: 'production', states: ['success'] },
    ])
    expect(github.problems()).toEqual([])
  })

  it('names the commit where GitHub does not take the name', async () => {
    github.fault({
      ...{ method: 'POST', path: /\/deployments$/, times: 1 },
      answer: { kind: 'status', status: 422, body: { message: 'No ref found for: main' } },
    })
    await tokenClient().send(live())
    expect(shown().map(({ ref, states }) => [ref, states])).toEqual([[sha, ['success']]])
  })

  it('is right also where an app may not ask what its branch points at', async () => {
    const client = appClient({ deployments: 'write' })
    await client.send(live())
    const { sha: newer } = await shop.push({ change: { files: { a: '2' } } })
    await client.send(live({ logUrl: 'https://kyozo.example/releases/2' }))
    expect(shown().map(({ ref, sha: of, states }) => [ref, of, states])).toEqual([
      ['main', sha, ['success']],
      ['main', newer, ['inactive']],
      [sha, sha, ['success']],
    ])
  })

  it('of which GitHub never heard is not made only to say that it is over', async () => {
    expect(await tokenClient().send(deployment({ state: 'inactive', description: 'superseded' }))).toEqual({ kind: 'sent' })
    expect(changes()).toEqual([])
  })

  it('is found again by its release when nobody knows its id, and each release is one of its own', async () => {
    const client = tokenClient()
    const first = await client.send(deployment())
    clock.nowMs += 100 * 86_400_000
    expect(await client.send(live())).toEqual(first)
    const again = await client.send(live({ logUrl: 'https://kyozo.example/releases/2' }))
    expect(again).not.toEqual(first)
    expect(shown().map(({ states }) => states)).toEqual([['queued', 'success'], ['success']])
  })

  it('is made anew when somebody deleted it, and an id that can be none is none', async () => {
    const client = tokenClient()
    await client.send(deployment())
    await client.send(live(), { knownId: '1' })
    await client.send(live({ state: 'inactive' }), { knownId: '../../hooks' })
    expect(shown().map(({ states }) => states)).toEqual([['queued'], ['success', 'inactive']])
  })

  it.each([
    ['the deployment', /\/deployments$/],
    ['its state', /\/deployments\/\d+\/statuses$/],
  ])('is not made or told twice when the answer about %s was lost', async (_, path) => {
    const client = tokenClient()
    github.fault({ method: 'POST', path, times: 1, answer: { kind: 'lost' } })
    expect(await client.send(live())).toMatchObject({ kind: 'unavailable' })
    expect(await client.send(live(), { mayBeThere: true })).toMatchObject({ kind: 'sent' })
    expect(shown()).toEqual([{ ref: 'main', sha, environment: 'production', states: ['success'] }])
  })

  it('that succeeds ends the one before it in an environment that stays and is not production', async () => {
    const client = tokenClient()
    const staging = { environment: 'staging', isProduction: false }
    await client.send(live(staging))
    await client.send(deployment({ ...staging, state: 'running', logUrl: 'https://kyozo.example/releases/2' }))
    expect(shown().map(({ states }) => states)).toEqual([['success'], ['in_progress']])
    await client.send(live({ ...staging, logUrl: 'https://kyozo.example/releases/2' }))
    expect(shown().map(({ states }) => states)).toEqual([
      ['success', 'inactive'],
      ['in_progress', 'success'],
    ])
  })

  it('takes hostile words as words: no script is linked to, and no line is too long', async () => {
    await tokenClient().send(
      live({ description: `@everyone\n\u202e${'🚀'.repeat(200)}`, url: 'javascript:alert(1)', environment: `x\n${'y'.repeat(300)}` }),
    )
    const [made] = shop.deployments()
    expect(made?.environment).toBe(`x ${'y'.repeat(252)}…`)
    expect(made?.statuses[0]).toMatchObject({ description: `@everyone ${'🚀'.repeat(129)}…`, environmentUrl: '' })
    expect(github.problems()).toEqual([])
  })

  it('follows a repository that was renamed, and gets through with another token when the first one ended', async () => {
    const client = appClient()
    const made = await client.send(deployment())
    shop.rename('acme/store')
    clock.nowMs += 3_600_000
    github.revokeInstallationTokens()
    expect(await client.send(live(), { knownId: (made as { id: string }).id })).toEqual(made)
    expect(await client.send(live({ logUrl: 'https://kyozo.example/releases/2' }))).toMatchObject({ kind: 'sent' })
    expect(shown().map(({ states }) => states)).toEqual([['queued', 'success'], ['success']])
  })
})

describe('a deployment that is refused', () => {
  it('says which permission is missing', async () => {
    expect(await tokenClient({ contents: 'write' }).send(live())).toMatchObject({
      kind: 'refused',
      of: 'access',
      reason: expect.stringContaining("kyozo's token needs the permission to write deployments on acme/shop"),
    })
    expect(await appClient({ contents: 'read' }).send(live())).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('that may write deployments'),
    })
    expect(changes()).toHaveLength(1)
  })

  it('of a commit that GitHub does not have yet is tried again', async () => {
    expect(await tokenClient().send(live({ sha: 'f'.repeat(40) }))).toMatchObject({ kind: 'commit_unknown' })
  })

  it('waits as long as GitHub asks, whichever of its requests was answered so', async () => {
    for (const path of [/\/deployments/, /\/git\/ref\//, /\/statuses$/]) {
      const restore = github.fault({ path, answer: { kind: 'status', status: 403, headers: { 'retry-after': '60' } } })
      expect(await tokenClient().send(live({ ref: 'refs/pull/1/head', sha: pull.headSha }))).toMatchObject({
        kind: 'rate_limited',
        untilMs: startMs + 60_000,
      })
      restore()
    }
  })
})

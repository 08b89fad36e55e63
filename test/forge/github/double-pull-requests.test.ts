// Pull requests of the double: what happens to them, what is in Git then, and what the webhooks are told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { type GitHubDouble, type GitHubRepository, startGitHub } from '../../support/github/github.ts'
import { type Receiver, startReceiver } from '../../support/github/receiver.ts'

let github: GitHubDouble
let receiver: Receiver
let shop: GitHubRepository
let first: string

beforeEach(async () => {
  github = await startGitHub()
  receiver = await startReceiver({ secret: 's' })
  shop = await github.createRepository({ fullName: 'acme/shop' })
  first = (await shop.push({ change: { files: { 'README.md': 'shop\n', 'api.js': '1\n' } } })).sha
  shop.addHook({ url: receiver.url, secret: 's' })
})

afterEach(async () => {
  // Whatever a test does, GitHub could have sent and answered it.
  expect(github.problems()).toEqual([])
  await receiver.close()
  await github.close()
})

const onBranch = (branch: string, files: Record<string, string>) => shop.push({ branch, parent: first, change: { files } })

/** What anybody sees who asks over HTTP. */
async function refs(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await runChild({
    program: 'git',
    args: ['ls-remote', shop.cloneUrl],
    env: { HOME: '/nonexistent', GIT_TERMINAL_PROMPT: '0' },
    deadlineMs: 30_000,
  })
  const lines = stdout.toString().trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split('\t').toReversed()))
}

const last = () => receiver.received.at(-1)!.payload as { pull_request: Record<string, unknown>; before?: string; after?: string }

describe('a pull request', () => {
  it('of a branch has its head in Git, is told of, and follows what is pushed', async () => {
    const { sha } = await onBranch('feature', { 'web.js': '1\n' })
    const pull = await shop.openPullRequest({ branch: 'feature', title: 'Add a web', labels: ['preview'], author: 'ada' })
    expect(await refs()).toMatchObject({ 'refs/pull/1/head': sha, 'refs/heads/feature': sha })
    expect(last()).toMatchObject({
      number: 1,
      pull_request: {
        number: 1,
        title: 'Add a web',
        state: 'open',
        user: { login: 'ada', id: github.person('ada').id },
        labels: [{ name: 'preview' }],
        head: { ref: 'feature', sha, repo: { id: shop.id } },
        base: { ref: 'main', sha: first, repo: { id: shop.id } },
      },
    })
    const pushed = await pull.push({ change: { files: { 'web.js': '2\n' } } })
    expect(last()).toMatchObject({ action: 'synchronize', before: sha, after: pushed.sha, pull_request: { head: { sha: pushed.sha } } })
    expect([(await refs())['refs/pull/1/head'], pull.headSha]).toEqual([pushed.sha, pushed.sha])
    expect(receiver.events()).toEqual(['push', 'pull_request opened', 'push', 'pull_request synchronize'])
    expect(receiver.received.every(({ isSigned }) => isSigned)).toBe(true)
  })

  it('of a fork has its head in the repository that it leads to, and only that one is told', async () => {
    const fork = await shop.fork({ owner: 'mallory' })
    const { sha } = await fork.push({ branch: 'main', change: { files: { 'evil.js': '1\n' } } })
    const pull = await shop.openPullRequest({ from: fork, branch: 'main', author: 'mallory' })
    expect(await refs()).toMatchObject({ 'refs/pull/1/head': sha, 'refs/heads/main': first })
    expect(last()).toMatchObject({ pull_request: { head: { ref: 'main', repo: { id: fork.id, full_name: 'mallory/shop', fork: true } } } })
    const next = await pull.push({ change: { files: { 'evil.js': '2\n' } } })
    expect((await refs())['refs/pull/1/head']).toBe(next.sha)
    expect(receiver.events()).toEqual(['pull_request opened', 'pull_request synchronize'])
    github.removeRepository(fork.id)
    await pull.close()
    expect(last()).toMatchObject({ action: 'closed', pull_request: { head: { repo: null } } })
  })

  it('goes through everything that people do with one, and each is told as GitHub tells it', async () => {
    await onBranch('feature', { 'web.js': '1\n' })
    await shop.push({ branch: 'develop', parent: first, change: { files: { d: '1' } } })
    const pull = await shop.openPullRequest({ branch: 'feature', isDraft: true })
    await pull.toReady()
    await pull.toDraft()
    await pull.label('preview', { by: 'ada' })
    expect(last()).toMatchObject({ label: { name: 'preview' }, sender: { login: 'ada' }, pull_request: { labels: [{ name: 'preview' }] } })
    await pull.unlabel('preview')
    await pull.retitle('Another title')
    await pull.retarget('develop')
    expect(last()).toMatchObject({ changes: { base: { ref: { from: 'main' } } }, pull_request: { base: { ref: 'develop' } } })
    await pull.comment('/kyozo deploy', { by: 'ada' })
    expect(last()).toMatchObject({ issue: { number: 1, pull_request: {} }, comment: { body: '/kyozo deploy', user: { login: 'ada' } } })
    await pull.close()
    await pull.reopen()
    expect(receiver.events().slice(2)).toEqual([
      'pull_request opened',
      'pull_request ready_for_review',
      'pull_request converted_to_draft',
      'pull_request labeled',
      'pull_request unlabeled',
      'pull_request edited',
      'pull_request edited',
      'issue_comment created',
      'pull_request closed',
      'pull_request reopened',
    ])
  })

  it('is merged by a commit with two parents, which is pushed and closes it', async () => {
    const { sha: head } = await onBranch('feature', { 'web.js': '1\n' })
    const { sha: meanwhile } = await shop.push({ change: { files: { 'api.js': '2\n' } } })
    const pull = await shop.openPullRequest({ branch: 'feature' })
    const { sha } = await pull.merge({ by: 'ada' })
    expect([await shop.tip('main'), pull.state]).toEqual([sha, 'merged'])
    const parents = [await shop.refTip('refs/heads/main^1'), await shop.refTip('refs/heads/main^2')]
    expect(parents).toEqual([meanwhile, head])
    expect(receiver.events().slice(-2)).toEqual(['push', 'pull_request closed'])
    expect(last()).toMatchObject({ pull_request: { merged: true, merge_commit_sha: sha, merged_by: { login: 'ada' } } })
    await expect(pull.reopen()).rejects.toThrow('stays merged')
  })

  it('is not merged when the branches contradict each other', async () => {
    await onBranch('feature', { 'api.js': 'mine\n' })
    await shop.push({ change: { files: { 'api.js': 'theirs\n' } } })
    const pull = await shop.openPullRequest({ branch: 'feature' })
    await expect(pull.merge()).rejects.toThrow('not mergeable')
    expect(pull.state).toBe('open')
  })

  it('ends when its branch is deleted, and as merged when somebody pushes its commits to the base', async () => {
    const { sha } = await onBranch('feature', { 'web.js': '1\n' })
    await onBranch('other', { 'other.js': '1\n' })
    const [merged, deleted] = [await shop.openPullRequest({ branch: 'feature' }), await shop.openPullRequest({ branch: 'other' })]
    await shop.moveTo('main', sha)
    expect(last()).toMatchObject({ action: 'closed', pull_request: { number: 1, merged: true } })
    await shop.deleteBranch('other')
    expect(last()).toMatchObject({ action: 'closed', pull_request: { number: 2, merged: false } })
    expect([merged.state, deleted.state]).toEqual(['merged', 'closed'])
    await expect(deleted.reopen()).rejects.toThrow('was deleted')
  })

  it('whose base is deleted is led to what that was merged into, and ends where it was merged into nothing', async () => {
    await onBranch('lower', { 'web.js': '1\n' })
    const lower = await shop.openPullRequest({ branch: 'lower' })
    const { sha } = await shop.push({ branch: 'upper', parent: lower.headSha, change: { files: { 'other.js': '1\n' } } })
    const upper = await shop.openPullRequest({ branch: 'upper', base: 'lower' })
    await lower.merge()
    await shop.deleteBranch('lower')
    expect(last()).toMatchObject({
      ...{ action: 'edited', changes: { base: { ref: { from: 'lower' } } } },
      pull_request: { number: 2, state: 'open', base: { ref: 'main', sha: await shop.tip('main') } },
    })
    await shop.push({ branch: 'last', parent: sha, change: { files: { 'last.js': '1\n' } } })
    await shop.openPullRequest({ branch: 'last', base: 'upper' })
    await shop.deleteBranch('upper')
    expect(last()).toMatchObject({ action: 'closed', pull_request: { number: 3, merged: false } })
    expect(upper.state).toBe('closed')
  })

  it('that is closed does not move, and goes on where its branch is when it is reopened', async () => {
    const { sha } = await onBranch('feature', { 'web.js': '1\n' })
    const pull = await shop.openPullRequest({ branch: 'feature' })
    await pull.close()
    const next = await onBranch('feature', { 'web.js': '2\n' })
    expect([pull.headSha, (await refs())['refs/pull/1/head']]).toEqual([sha, sha])
    await pull.reopen()
    expect([pull.headSha, (await refs())['refs/pull/1/head']]).toEqual([next.sha, next.sha])
  })

  it('is not opened twice, from nothing, or without a commit of its own', async () => {
    await onBranch('feature', { 'web.js': '1\n' })
    await shop.openPullRequest({ branch: 'feature' })
    await expect(shop.openPullRequest({ branch: 'feature' })).rejects.toThrow('A pull request already exists for acme:feature.')
    await expect(shop.openPullRequest({ branch: 'nothing' })).rejects.toThrow('head invalid')
    await shop.moveTo('same', first)
    await expect(shop.openPullRequest({ branch: 'same' })).rejects.toThrow('No commits between main and same')
  })
})

// Pushes to the double over HTTP, and apps that are made of a manifest.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { type GitHubDouble, type GitHubPullRequest, type GitHubRepository, startGitHub } from '../../support/github/github.ts'
import { type Receiver, startReceiver } from '../../support/github/receiver.ts'
import { until } from '../../support/until.ts'

let github: GitHubDouble
let receiver: Receiver
let folder: string
let shop: GitHubRepository
let pull: GitHubPullRequest
let sha: string
let nowMs = Date.parse('2025-06-01T00:00:00Z')

beforeEach(async () => {
  nowMs = Date.parse('2025-06-01T00:00:00Z')
  github = await startGitHub({ now: () => nowMs })
  receiver = await startReceiver({ secret: 's' })
  folder = await mkdtemp(join(tmpdir(), 'kyozo-double-git-'))
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop\n' } } })).sha
  await shop.push({ branch: 'feature', parent: sha, change: { files: { a: '1' } } })
  pull = await shop.openPullRequest({ branch: 'feature' })
  shop.addHook({ url: receiver.url, secret: 's' })
})

afterEach(async () => {
  await receiver.close()
  await github.close()
  await rm(folder, { recursive: true })
})

describe('Git over HTTP', () => {
  async function git(args: readonly string[], token: string) {
    return runChild({
      program: 'git',
      args: ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args],
      env: {
        HOME: '/nonexistent',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'http.extraHeader',
        GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
      },
      deadlineMs: 30_000,
    })
  }

  async function commit(token: string): Promise<void> {
    await git(['clone', '--quiet', shop.cloneUrl, '.'], token)
    await writeFile(join(folder, 'new.txt'), 'new\n')
    await git(['add', '.'], token)
    await git(['commit', '--quiet', '-m', 'Add a file'], token)
  }

  it('takes a push of who may write, tells of it in his name, and moves the pull requests of the branch', async () => {
    const token = github.createToken({ login: 'ada' })
    await commit(token)
    expect((await git(['push', '--quiet', 'origin', 'HEAD:feature', '--force'], token)).exitCode).toBe(0)
    await until('both webhooks', () => receiver.received.length === 2)
    expect(receiver.events()).toEqual(['push', 'pull_request synchronize'])
    expect(receiver.received[0]?.payload).toMatchObject({ pusher: { name: 'ada' }, forced: true, after: pull.headSha })
    expect(github.problems()).toEqual([])
  })

  it('refuses a push of who may only read, one to a protected branch, and one to a pull request itself', async () => {
    const token = github.createToken()
    await commit(token)
    const reader = github.createToken({ permissions: { contents: 'read' } })
    expect((await git(['push', 'origin', 'HEAD:main'], reader)).stderr).toContain('403')
    await shop.protect('main')
    const refused = await git(['push', 'origin', 'HEAD:main'], token)
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('GH006: Protected branch update failed for refs/heads/main.'),
    ])
    expect((await git(['push', 'origin', 'HEAD:refs/pull/1/head', '--force'], token)).exitCode).toBe(1)
    expect((await git(['push', 'origin', 'HEAD:other'], token)).exitCode).toBe(0)
    expect(await shop.tip('main')).toBe(sha)
  })
})

describe('an app', () => {
  const manifest = {
    name: 'kyozo of acme',
    url: 'https://kyozo.example',
    redirect_url: 'https://kyozo.example/made',
    hook_attributes: { url: 'https://kyozo.example/hooks' },
    default_permissions: { contents: 'read', pull_requests: 'write', issues: 'read' },
    default_events: ['push', 'pull_request', 'issue_comment'],
  }
  const submit = (changes: object) =>
    fetch(`${github.webUrl}/settings/apps/new?state=abc`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ manifest: JSON.stringify({ ...manifest, ...changes }) }),
    })

  const given = async () => new URL((await submit({})).headers.get('location')!)

  async function convert(location: URL) {
    const url = `${github.apiUrl}/app-manifests/${location.searchParams.get('code')}/conversions`
    const response = await fetch(url, { method: 'POST', headers: { accept: 'application/vnd.github+json' } })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  it('is made of a manifest by a code that is good once and for an hour', async () => {
    const location = await given()
    expect([location.origin, location.searchParams.get('state')]).toEqual(['https://kyozo.example', 'abc'])
    const body = { slug: 'kyozo-of-acme', pem: expect.stringContaining('RSA PRIVATE KEY') }
    expect(await convert(location)).toMatchObject({ status: 201, body })
    expect((await convert(location)).status).toBe(404)
    const late = await given()
    nowMs += 3_600_001
    expect((await convert(late)).status).toBe(404)
    expect(github.problems()).toEqual([])
  })

  it.each([
    [{ default_events: ['installation'] }, 'Default events unsupported: installation'],
    [
      { default_permissions: { contents: 'read', pull_requests: 'write' } },
      'Default events are not supported by permissions: issue_comment',
    ],
    [{ name: 'x'.repeat(35) }, 'Name is too long'],
  ])('is not made of a manifest with %j', async (changes, words) => {
    const answer = await submit(changes)
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
  })
})

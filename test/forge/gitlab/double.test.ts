// The double is only worth something if it refuses what GitLab refuses, so that is tried first.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { type GitLabDouble, startGitLab } from '../../support/gitlab/gitlab.ts'
import type { GitLabRepository } from '../../support/gitlab/repository.ts'
import { until } from '../../support/until.ts'

let gitlab: GitLabDouble
let shop: GitLabRepository
let sha: string
let folder: string
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-06-01T10:00:00Z')
  await open()
  folder = await mkdtemp(join(tmpdir(), 'kyozo-double-test-'))
})

afterEach(async () => {
  await gitlab.close()
  await rm(folder, { recursive: true })
})

async function open(options: Parameters<typeof startGitLab>[0] = {}): Promise<void> {
  await gitlab?.close()
  gitlab = await startGitLab({ now: () => nowMs, ...options })
  shop = await gitlab.createRepository({ fullName: 'acme/team/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': '# shop\n' } } })).sha
}

async function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const response = await fetch(`${gitlab.apiUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: /^[[{]/.test(text) ? JSON.parse(text) : text }
}

const project = () => `/projects/${shop.id}`

describe('a request', () => {
  it('that GitLab does not document is a problem that a test can see', async () => {
    const token = gitlab.createToken()
    expect((await call('POST', `${project()}/statuses/${sha}`, { token, body: { state: 'done' } })).status).toBe(400)
    expect((await call('POST', `${project()}/statuses/${sha}`, { token, body: { state: 'success', targetUrl: 'x' } })).status).toBe(400)
    expect((await call('GET', `${project()}/merge_requests?state=open`, { token })).status).toBe(400)
    expect((await call('GET', `${project()}/stars`, { token })).status).toBe(404)
    expect(gitlab.problems().map((problem) => problem.replace(sha, '<sha>').replace(String(shop.id), '<id>'))).toEqual([
      'POST /projects/<id>/statuses/<sha>: body/state must be equal to one of the allowed values',
      'POST /projects/<id>/statuses/<sha>: body has targetUrl, which the operation does not know',
      'GET /projects/<id>/merge_requests: query state must be equal to one of the allowed values',
      'GET /projects/<id>/stars: GitLab documents no such operation',
    ])
  })

  it('by nobody, with too little scope, too small a role or for another project is refused as GitLab does', async () => {
    const post = (token?: string) => call('POST', `${project()}/statuses/${sha}`, { body: { state: 'pending' }, ...(token && { token }) })
    expect(await post()).toMatchObject({ status: 401, body: { message: '401 Unauthorized' } })
    expect((await call('GET', project())).status).toBe(404)
    expect(await post(gitlab.createToken({ scopes: ['read_api'] }))).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } })
    expect(await post(gitlab.createToken({ accessLevel: 20 }))).toMatchObject({ status: 403, body: { message: '403 Forbidden' } })
    expect(await post(gitlab.createToken({ projectIds: [1] }))).toMatchObject({ status: 404, body: { message: '404 Project Not Found' } })
    expect(await post(gitlab.createToken({ expiresAtMs: nowMs }))).toMatchObject({ status: 401, body: { error: 'invalid_token' } })
  })

  it('beyond the limit of a minute is answered with a text, and again after it', async () => {
    await open({ limits: { perMinute: 2 } })
    const token = gitlab.createToken()
    expect((await call('GET', project(), { token })).headers.get('ratelimit-remaining')).toBe('1')
    await call('GET', project(), { token })
    const refused = await call('GET', project(), { token })
    expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([429, 'Retry later\n', '60'])
    nowMs += 60_000
    expect((await call('GET', project(), { token })).status).toBe(200)
  })
})

describe('a status', () => {
  const post = (body: object, token: string) => call('POST', `${project()}/statuses/${sha}`, { token, body })

  it('that is under way changes, and one that is over gets a successor', async () => {
    const token = gitlab.createToken()
    for (const state of ['pending', 'running', 'success', 'pending', 'failed'])
      expect((await post({ state, name: 'a' }, token)).status).toBe(201)
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['success', 'failed'])
    expect((await call('GET', `${project()}/repository/commits/${sha}/statuses`, { token })).body).toMatchObject([
      { status: 'failed', ref: 'main' },
    ])
    expect(gitlab.problems()).toEqual([])
  })

  it.each([
    [['pending', 'pending'], 'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")'],
    [['running', 'running'], 'Cannot transition status via :run from :running (Reason(s): Status cannot transition via "run")'],
  ])('cannot be %s one after the other', async ([first, second], message) => {
    const token = gitlab.createToken()
    await post({ state: first }, token)
    expect(await post({ state: second }, token)).toMatchObject({ status: 400, body: { message } })
  })

  it('with 256 characters or a link to a script is 400', async () => {
    const token = gitlab.createToken()
    expect((await post({ state: 'success', description: 'x'.repeat(256) }, token)).status).toBe(400)
    expect((await post({ state: 'success', target_url: 'javascript:alert(1)' }, token)).status).toBe(400)
  })
})

describe('a merge request', () => {
  it('has a head that can be fetched, whoever’s fork it lives in, through its whole life', async () => {
    const fork = await gitlab.createRepository({ fullName: 'mona/shop' })
    const merge = await shop.openPullRequest({ branch: 'fix', fork, change: { files: { a: '1' } } })
    expect(await shop.project.git.tip('refs/merge-requests/1/head')).toBe(merge.state.sha)
    const { sha: head } = await merge.push({ files: { a: '2' } })
    expect(await shop.project.git.tip('refs/merge-requests/1/head')).toBe(head)
    await merge.close()
    await merge.reopen()
    const { sha: merged } = await merge.merge()
    expect(merge.state).toMatchObject({ state: 'merged', mergeCommitSha: merged })
    expect(await shop.tip('main')).toBe(merged)
    expect(await shop.project.git.contains(merged, head)).toBe(true)
    expect(await shop.project.git.contains(merged, sha)).toBe(true)
  })

  it('tells of each change in one delivery', async () => {
    const merge = await shop.openPullRequest({ branch: 'fix', change: { files: { a: '1' } } })
    const oldrev = merge.state.sha
    const hook = shop.addHook({ url: 'http://127.0.0.1:1/', token: 's' })
    const told = [...(await merge.push({ files: { a: '2' } })).deliveries, ...(await merge.label('preview')), ...(await merge.draft())]
    expect(told.map(({ event }) => event)).toEqual(['Push Hook', 'Merge Request Hook', 'Merge Request Hook', 'Merge Request Hook'])
    const [, pushed, labeled, drafted] = told.map(({ payload }) => payload as Record<string, Record<string, unknown>>)
    expect(pushed!.object_attributes).toMatchObject({ action: 'update', oldrev })
    expect(labeled!.changes).toMatchObject({ labels: { previous: [], current: [{ title: 'preview' }] } })
    expect(drafted!.changes).toMatchObject({ draft: { previous: false, current: true } })
    // Nobody listens there, so after four of them GitLab says no more.
    expect([hook.failures, await merge.close()]).toEqual([4, []])
  })

  it('of the same branches as another is refused', async () => {
    await shop.openPullRequest({ branch: 'fix', change: { files: { a: '1' } } })
    const body = { title: 't', source_branch: 'fix', target_branch: 'main' }
    expect(await call('POST', `${project()}/merge_requests`, { token: gitlab.createToken(), body })).toMatchObject({
      status: 409,
      body: { message: ['Another open merge request already exists for this source branch: !1'] },
    })
  })
})

describe('a comment', () => {
  it('that begins a line with a command is carried out in place of being shown', async () => {
    const merge = await shop.openPullRequest({ branch: 'fix', change: { files: { a: '1' } } })
    const body = { body: 'fine\n/merge' }
    expect((await call('POST', `${project()}/merge_requests/1/notes`, { token: gitlab.createToken(), body })).status).toBe(202)
    expect(merge.comments()).toEqual([])
  })
})

describe('Git over HTTP', () => {
  async function git(args: readonly string[], token?: string) {
    const basic = `Authorization: Basic ${Buffer.from(`oauth2:${token}`).toString('base64')}`
    const config = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraHeader', GIT_CONFIG_VALUE_0: basic }
    const person = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' }
    return runChild({
      program: 'git',
      args,
      cwd: folder,
      env: { HOME: '/nonexistent', GIT_TERMINAL_PROMPT: '0', ...person, ...(token === undefined ? {} : config) },
      deadlineMs: 30_000,
    })
  }

  const clone = (token?: string) => git(['clone', '--quiet', shop.cloneUrl, 'shop'], token)

  async function pushChange(token: string, branch = 'main') {
    await git(['-C', 'shop', 'commit', '--quiet', '--allow-empty', '-m', 'empty'])
    return git(['-C', 'shop', 'push', '--quiet', shop.cloneUrl, `HEAD:refs/heads/${branch}`], token)
  }

  it('clones a private project of a subgroup with a token that may, and with no other', async () => {
    expect((await clone()).stderr).toContain('could not read Username')
    expect((await clone(gitlab.createToken({ projectIds: [1] }))).stderr).toContain('not found')
    expect((await clone(gitlab.createToken({ scopes: ['read_user'] }))).stderr).toContain('403')
    expect((await clone(gitlab.createToken({ scopes: ['read_repository'], accessLevel: 20 }))).exitCode).toBe(0)
    expect(await readFile(join(folder, 'shop/README.md'), 'utf8')).toBe('# shop\n')
  })

  it('takes a push of a token that may write, tells the webhooks, and moves merge requests', async () => {
    await clone(gitlab.createToken())
    const merge = await shop.openPullRequest({ branch: 'fix' })
    shop.addHook({ url: 'http://127.0.0.1:1/', token: 's' })
    expect(await pushChange(gitlab.createToken({ scopes: ['write_repository'] }), 'fix')).toMatchObject({ exitCode: 0 })
    await until('the webhooks to be told', () => shop.deliveries().length === 2)
    expect(shop.deliveries().map(({ event }) => event)).toEqual(['Push Hook', 'Merge Request Hook'])
    expect(merge.state.sha).toBe(await shop.tip('fix'))
  })

  it('takes no push of a token that only reads, nor to a protected branch', async () => {
    await clone(gitlab.createToken())
    expect((await pushChange(gitlab.createToken({ scopes: ['read_repository'] }))).stderr).toContain('403')
    expect((await pushChange(gitlab.createToken({ accessLevel: 20 }))).stderr).toContain('403')
    await shop.protect('main')
    const refused = await pushChange(gitlab.createToken())
    expect(refused.stderr).toContain('You are not allowed to push code to protected branches on this project')
    expect(await shop.tip('main')).toBe(sha)
    expect((await pushChange(gitlab.createToken(), 'other')).exitCode).toBe(0)
  })
})

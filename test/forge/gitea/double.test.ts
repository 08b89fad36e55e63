// The double is only worth something if it refuses what Gitea refuses, so that is tried first.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { parse } from '../../../src/forge/gitea/parse.ts'
import { verify } from '../../../src/forge/gitea/verify.ts'
import type { NewToken } from '../../support/gitea/access.ts'
import { type GiteaDouble, type GiteaOptions, type GiteaRepository, startGitea } from '../../support/gitea/gitea.ts'
import { gitExample } from './examples.ts'

let gitea: GiteaDouble
let shop: GiteaRepository
let sha: string
let folder: string
const cleanups: (() => unknown)[] = []

beforeEach(async () => {
  gitea = await startGitea()
  shop = await gitea.createRepository({ fullName: 'acme/shop', isPrivate: true })
  ;({ sha } = await shop.push({ change: { files: { 'README.md': '# shop\n' } } }))
  folder = await mkdtemp(join(tmpdir(), 'kyozo-gitea-test-'))
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await gitea.close()
  await rm(folder, { recursive: true })
})

async function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const response = await fetch(`${gitea.apiUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `token ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const asked = (method: string, path: string, given: NewToken, body?: unknown) =>
  call(method, path, { token: gitea.createToken(given), ...(body === undefined ? {} : { body }) })

describe('a token', () => {
  const status = { state: 'success', context: 'c' }
  const statuses = () => `/repos/acme/shop/statuses/${sha}`

  it('that is unknown, revoked or expired is 401, and none at all finds nothing private', async () => {
    expect(await call('GET', '/repos/acme/shop', { token: 'nonsense' })).toMatchObject({ status: 401 })
    const token = gitea.createToken()
    gitea.revoke(token)
    expect(await call('GET', '/repos/acme/shop', { token })).toMatchObject({ status: 401 })
    expect(await asked('GET', '/repos/acme/shop', { expiresAtMs: Date.now() })).toMatchObject({ status: 401 })
    expect(await call('GET', '/repos/acme/shop')).toMatchObject({ status: 404, body: { message: "The target couldn't be found." } })
  })

  it('does what its scopes say, writing including reading, and comments are for those of issues', async () => {
    await shop.openPullRequest({ change: { files: { a: '1' } } })
    const comment = { body: 'hello' }
    const comments = '/repos/acme/shop/issues/1/comments'
    expect((await asked('GET', statuses(), { scopes: ['write:repository'] })).status).toBe(200)
    expect(await asked('POST', statuses(), { scopes: ['read:repository'] }, status)).toMatchObject({
      status: 403,
      body: { message: 'token does not have at least one of required scope(s): [write:repository]' },
    })
    expect((await asked('POST', comments, { scopes: ['write:repository'] }, comment)).status).toBe(403)
    expect((await asked('POST', comments, { scopes: ['write:issue'] }, comment)).status).toBe(201)
    expect((await asked('GET', '/user', { scopes: ['write:repository'] })).status).toBe(403)
    expect((await asked('GET', '/user', { scopes: ['read:user'] })).body).toMatchObject({ login: 'kyozo' })
    expect((await asked('POST', statuses(), { scopes: ['all'] }, status)).status).toBe(201)
  })

  it('is worth what its user may do: a stranger finds nothing, a reader writes no status, a writer sees no webhook', async () => {
    shop.setAccess('rita', 'read')
    shop.setAccess('walt', 'write')
    expect((await asked('GET', '/repos/acme/shop', { user: 'eve' })).status).toBe(404)
    expect((await asked('POST', statuses(), { user: 'rita' }, status)).status).toBe(403)
    expect((await asked('POST', statuses(), { user: 'walt' }, status)).status).toBe(201)
    expect((await asked('GET', '/repos/acme/shop/hooks', { user: 'walt' })).status).toBe(403)
    expect((await asked('GET', '/repos/acme/shop/collaborators/rita/permission', { user: 'walt' })).status).toBe(403)
    expect((await asked('GET', '/repos/acme/shop/collaborators/walt/permission', { user: 'walt' })).body).toMatchObject({
      permission: 'write',
    })
  })
})

describe('a request', () => {
  it('that Gitea does not document is a problem that a test can see', async () => {
    const token = gitea.createToken()
    await call('POST', `/repos/acme/shop/statuses/${sha}`, { token, body: { state: 'success', targetUrl: 'x' } })
    await call('POST', '/repos/acme/shop/stars', { token, body: {} })
    await call('GET', '/repos/acme/shop/pulls?per_page=100', { token })
    expect(gitea.problems().map((problem) => problem.replace(/[0-9a-f]{40}/, '<sha>'))).toEqual([
      'POST /repos/acme/shop/statuses/<sha>: body has targetUrl, which the operation does not know',
      'POST /repos/acme/shop/stars: Gitea documents no such operation',
      'GET /repos/acme/shop/pulls: query has per_page, which the operation does not know',
    ])
  })

  it('for what is not there fails without a word where Gitea does', async () => {
    const token = gitea.createToken()
    const status = { state: 'success', context: 'c' }
    expect(await call('POST', `/repos/acme/shop/statuses/${'f'.repeat(40)}`, { token, body: status })).toMatchObject({
      status: 500,
      body: { message: '' },
    })
    expect((await call('GET', '/repos/acme/shop/issues/99/comments', { token })).status).toBe(500)
    expect((await call('GET', '/repos/acme/shop/pulls/99', { token })).status).toBe(404)
  })

  it('under an old name is led to the new one, and by the id needs no leading', async () => {
    shop.rename('acme/store')
    const token = gitea.createToken()
    const answer = await call('GET', '/repos/acme/shop/branches?limit=1', { token })
    expect([answer.status, answer.headers.get('location')]).toEqual([307, '/api/v1/repos/acme/store/branches?limit=1'])
    expect((await call('GET', `/repositories/${shop.id}`, { token })).body).toMatchObject({ full_name: 'acme/store' })
  })

  it('to write below a pull request of an archived repository is 423, and a second pull request of a branch 409', async () => {
    const token = gitea.createToken()
    await shop.push({ branch: 'feature', change: { files: { a: '1' } } })
    const pull = { head: 'feature', base: 'main', title: 't' }
    expect((await call('POST', '/repos/acme/shop/pulls', { token, body: pull })).status).toBe(201)
    expect((await call('POST', '/repos/acme/shop/pulls', { token, body: pull })).status).toBe(409)
    expect((await call('POST', '/repos/acme/shop/pulls', { token, body: { ...pull, head: 'main' } })).status).toBe(422)
    shop.archive()
    expect((await call('POST', '/repos/acme/shop/issues/1/comments', { token, body: { body: 'x' } })).status).toBe(423)
    expect(gitea.problems()).toEqual([])
  })
})

async function git(args: readonly string[], token?: string) {
  const authorization = `Authorization: Basic ${Buffer.from(`anyone:${token}`).toString('base64')}`
  const { exitCode, stdout, stderr } = await runChild({
    program: 'git',
    args,
    cwd: folder,
    env: {
      HOME: '/nonexistent',
      GIT_TERMINAL_PROMPT: '0',
      ...(token !== undefined && { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'http.extraHeader', GIT_CONFIG_VALUE_0: authorization }),
    },
    deadlineMs: 30_000,
  })
  return { exitCode, said: `${stdout.toString()}${stderr}` }
}

describe('Git', () => {
  const clone = (token?: string) => git(['clone', '--quiet', shop.cloneUrl, 'clone'], token)

  it('clones with a token that may read, and with no other', async () => {
    expect((await clone()).said).toContain('could not read Username')
    expect((await clone(gitea.createToken({ scopes: ['write:issue'] }))).said).toContain('403')
    expect((await clone(gitea.createToken({ user: 'eve' }))).said).toContain('not found')
    expect(await clone(gitea.createToken({ scopes: ['read:repository'] }))).toEqual({ exitCode: 0, said: '' })
    expect(await readFile(join(folder, 'clone/README.md'), 'utf8')).toBe('# shop\n')
  })

  async function push(token: string, branch: string) {
    await clone(gitea.createToken())
    await writeFile(join(folder, 'clone/README.md'), `# ${branch}\n`)
    const person = ['-c', 'user.name=k', '-c', 'user.email=k@example.com']
    await git(['-C', 'clone', ...person, 'commit', '--quiet', '--all', '--message', 'Change'])
    return git(['-C', 'clone', 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`], token)
  }

  it('refuses a push with a token that only reads, by a user who only reads, and to a protected branch', async () => {
    expect((await push(gitea.createToken({ scopes: ['read:repository'] }), 'kyozo/compose')).said).toContain('403')
    shop.setAccess('rita', 'read')
    await rm(join(folder, 'clone'), { recursive: true })
    expect((await push(gitea.createToken({ user: 'rita' }), 'kyozo/compose')).said).toContain('403')
    await shop.protect('main')
    await rm(join(folder, 'clone'), { recursive: true })
    const refused = await push(gitea.createToken(), 'main')
    expect(refused.said).toContain('Gitea: Not allowed to push to protected branch main')
    expect(refused.said).toContain('pre-receive hook declined')
    expect(await shop.tip('main')).toBe(sha)
  })

  it('tells of a push as it tells of any other', async () => {
    shop.addHook({ url: 'http://127.0.0.1:1/', secret: 's' })
    const pull = await shop.openPullRequest({ change: { files: { a: '1' } } })
    expect((await push(gitea.createToken(), 'kyozo/compose')).exitCode).toBe(0)
    await gitea.idle()
    expect(shop.stored.deliveries.slice(-2)).toMatchObject([
      { type: 'create', payload: { ref: 'kyozo/compose', ref_type: 'branch' } },
      { type: 'push', payload: { ref: 'refs/heads/kyozo/compose', after: await shop.tip('kyozo/compose'), pusher: { login: 'kyozo' } } },
    ])
    expect(pull.headSha).toBe(await shop.tip('feature'))
  })

  it('gives the head of a pull request by its number, whoever’s fork it lives in', async () => {
    const fork = await shop.fork('eve')
    const pull = await shop.openPullRequest({ from: fork, branch: 'main', change: { files: { evil: '1' } } })
    const { sha: second } = await pull.push({ files: { evil: '2' } })
    const { said } = await git(['ls-remote', shop.cloneUrl, 'refs/pull/1/head'], gitea.createToken())
    expect(said).toBe(`${second}\trefs/pull/1/head\n`)
    expect(await shop.tip('main')).toBe(sha)
  })

  it('has a merge commit of two parents after a merge', async () => {
    const pull = await shop.openPullRequest({ change: { files: { a: '1' } } })
    const { sha: merged } = await pull.merge()
    await clone(gitea.createToken())
    const { said } = await git(['-C', 'clone', 'rev-list', '--parents', '--max-count=1', merged])
    expect(said.trim().split(' ')).toEqual([merged, sha, pull.headSha])
    expect(await readFile(join(folder, 'clone/a'), 'utf8')).toBe('1')
  })
})

interface Received {
  readonly headers: Record<string, string>
  readonly body: Buffer
  readonly payload: Record<string, unknown>
}

async function receiver(): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const text =
      request.headers['content-type'] === 'application/json' ? body.toString() : new URLSearchParams(body.toString()).get('payload')
    received.push({ headers: request.headers as Record<string, string>, body, payload: JSON.parse(text!) })
    response.writeHead(202).end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  cleanups.push(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received }
}

describe('a webhook', () => {
  it('is signed as Gitea signs, in its headers and in those it has for others, and has a new id when it is sent again', async () => {
    const { url, received } = await receiver()
    shop.addHook({ url, secret: 's', events: ['push'] })
    const { deliveries } = await shop.push({ change: { files: { a: '1' } } })
    const again = await shop.redeliver(deliveries[0]!)
    expect(again.guid).not.toBe(deliveries[0]!.guid)
    for (const { headers, body } of received) {
      expect(verify({ headers, body }, 's')).toBe(true)
      expect(headers).toMatchObject({
        'x-gitea-event': 'push',
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${headers['x-gitea-signature']}`,
      })
      expect(headers['x-forgejo-event']).toBeUndefined()
    }
    expect(received).toHaveLength(2)
  })

  it('signs the JSON in a form, and sends empty headers without a secret', async () => {
    const { url, received } = await receiver()
    shop.addHook({ url, secret: 's', contentType: 'form', events: ['push'] })
    shop.addHook({ url, secret: '', events: ['push'] })
    await shop.push({ change: { files: { a: '1' } } })
    expect(verify(received[0]!, 's')).toBe(true)
    expect(received[1]!.headers).toMatchObject({ 'x-gitea-signature': '', 'x-hub-signature-256': 'sha256=' })
    expect(verify(received[1]!, '')).toBe(false)
  })

  it('hears of what it asked for: kyozo’s own of branches, pull requests and comments, and once of each', async () => {
    const { url, received } = await receiver()
    const token = gitea.createToken()
    const events = ['push', 'delete', 'pull_request_only', 'pull_request_sync', 'pull_request_label', 'pull_request_comment']
    const hook = { type: 'gitea', active: true, events, config: { url, content_type: 'json', secret: 's' } }
    expect((await call('POST', '/repos/acme/shop/hooks', { token, body: hook })).status).toBe(201)
    const pull = await shop.openPullRequest({ change: { files: { a: '1' } } })
    await pull.push({ files: { a: '2' } })
    await pull.label(['bug'])
    await pull.assign()
    await pull.review('hm')
    await pull.comment('hello')
    await pull.merge()
    await shop.deleteBranch('feature')
    await shop.tag('v1', sha)
    const said = received.map(({ headers, payload }) => {
      const event = parse({ event: headers['x-gitea-event']!, payload }, gitExample)
      return `${headers['x-gitea-event-type']}: ${event.kind === 'pull_request' ? event.action : event.kind}`
    })
    expect(said).toEqual([
      'push: push',
      'pull_request: opened',
      'push: push',
      'pull_request_sync: updated',
      'pull_request_label: labeled',
      'pull_request_review_comment: ignored',
      'pull_request_comment: ignored',
      'push: push',
      'pull_request: closed',
      'delete: branch_deleted',
      'push: tag_pushed',
    ])
    expect(gitea.problems()).toEqual([])
  })

  it('of Forgejo has its own headers too, full refs, and the pull request beside a comment', async () => {
    await gitea.close()
    gitea = await startGitea({ flavour: 'forgejo' } satisfies GiteaOptions)
    shop = await gitea.createRepository({ fullName: 'acme/shop' })
    await shop.push({ change: { files: { a: '1' } } })
    const { url, received } = await receiver()
    shop.addHook({ url, secret: 's', type: 'forgejo', events: ['delete', 'pull_request_comment'] })
    const pull = await shop.openPullRequest({ change: { files: { b: '1' } } })
    await pull.comment('/kyozo deploy')
    await pull.close()
    await shop.deleteBranch('feature')
    expect(received.map(({ headers }) => [headers['x-forgejo-event'], headers['x-gitea-event-type']])).toEqual([
      ['issue_comment', 'pull_request_comment'],
      ['delete', 'delete'],
    ])
    expect(received.map(({ payload }) => [typeof payload.pull_request, payload.ref])).toEqual([
      ['object', undefined],
      ['undefined', 'refs/heads/feature'],
    ])
  })

  it('tried out by a person or by the API is a push of nothing', async () => {
    const { url, received } = await receiver()
    const hook = shop.addHook({ url, secret: 's' })
    await shop.tryHook(hook)
    expect((await asked('POST', `/repos/acme/shop/hooks/${hook.id}/tests`, {})).status).toBe(204)
    await gitea.idle()
    expect(received.map(({ payload }) => [payload.before, payload.after])).toEqual([
      [sha, sha],
      [sha, sha],
    ])
  })
})

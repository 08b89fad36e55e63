// What the double lets be written through its API, what it refuses, and what it tells of it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GitHubDouble, type GitHubPullRequest, type GitHubRepository, startGitHub } from '../../support/github/github.ts'
import { type Receiver, startReceiver } from '../../support/github/receiver.ts'
import { until } from '../../support/until.ts'

let github: GitHubDouble
let receiver: Receiver
let shop: GitHubRepository
let pull: GitHubPullRequest
let sha: string
let nowMs = Date.parse('2025-06-01T00:00:00Z')

beforeEach(async () => {
  nowMs = Date.parse('2025-06-01T00:00:00Z')
  github = await startGitHub({ now: () => nowMs })
  receiver = await startReceiver({ secret: 's' })
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop\n' } } })).sha
  await shop.push({ branch: 'feature', parent: sha, change: { files: { a: '1' } } })
  pull = await shop.openPullRequest({ branch: 'feature' })
  shop.addHook({ url: receiver.url, secret: 's' })
})

afterEach(async () => {
  await receiver.close()
  await github.close()
})

type Called = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }

async function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}): Promise<Called> {
  const response = await fetch(`${github.apiUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'application/vnd.github+json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) }
}

/** Of an app with these permissions. */
async function appToken(permissions: Parameters<GitHubDouble['createApp']>[0]): Promise<string> {
  const { forges } = await import('../../../src/forge/index.ts')
  const { appId, privateKey } = github.createApp(permissions)
  const settings = { apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', app: { id: appId, privateKey } }
  const client = forges.github.connect(forges.github.connection(settings), { now: () => nowMs })
  // Any token of the app: it is the account that counts here.
  return (await client.fetchToken({ id: String(shop.id), fullName: shop.fullName }))!
}

const comments = '/repos/acme/shop/issues/1/comments'

describe('comments', () => {
  it('are written, changed, reacted to once, taken away, listed in pages, and told of', async () => {
    const token = github.createToken({ login: 'ada' })
    const made = await call('POST', comments, { token, body: { body: 'hello' } })
    expect(made).toMatchObject({ status: 201, body: { body: 'hello', user: { login: 'ada' }, performed_via_github_app: null } })
    await until('the webhook', () => receiver.events().includes('issue_comment created'))
    const at = `/repos/acme/shop/issues/comments/${made.body.id}`
    nowMs += 3_600_000
    expect((await call('PATCH', at, { token, body: { body: 'changed' } })).body).toMatchObject({ updated_at: '2025-06-01T01:00:00Z' })
    expect((await call('POST', `${at}/reactions`, { token, body: { content: 'eyes' } })).status).toBe(201)
    expect((await call('POST', `${at}/reactions`, { token, body: { content: 'eyes' } })).status).toBe(200)
    await pull.comment('another', { by: 'mona' })
    const listed = await call('GET', `${comments}?per_page=1`, { token })
    expect(listed.body).toMatchObject([{ body: 'changed', reactions: { eyes: 1, total_count: 1 } }])
    expect(listed.headers.get('link')).toBe(`<${github.apiUrl}${comments}?per_page=1&page=2>; rel="next"`)
    expect((await call('GET', `${comments}?since=2025-06-02T00:00:00Z`, { token })).body).toEqual([])
    expect((await call('DELETE', at, { token })).status).toBe(204)
    expect((await call('PATCH', at, { token, body: { body: 'again' } })).status).toBe(404)
    expect(github.problems()).toEqual([])
  })

  it('of a length that GitHub refuses, below nothing, or where nobody may write any more are refused', async () => {
    const token = github.createToken()
    expect((await call('POST', comments, { token, body: { body: 'é'.repeat(65_536) } })).status).toBe(201)
    const long = await call('POST', comments, { token, body: { body: 'x'.repeat(65_537) } })
    expect([long.status, JSON.stringify(long.body)]).toEqual([
      422,
      expect.stringContaining('Body is too long (maximum is 65536 characters)'),
    ])
    expect((await call('POST', '/repos/acme/shop/issues/7/comments', { token, body: { body: 'x' } })).status).toBe(404)
    const issuesOnly = github.createToken({ permissions: { issues: 'write' } })
    expect((await call('POST', comments, { token: issuesOnly, body: { body: 'x' } })).status).toBe(403)
    pull.lock()
    expect((await call('POST', comments, { token, body: { body: 'x' } })).status).toBe(403)
  })

  it('count to the limits like statuses', async () => {
    const token = github.createToken()
    for (let count = 0; count < 80; count++) expect((await call('POST', comments, { token, body: { body: 'x' } })).status).toBe(201)
    const refused = await call('POST', comments, { token, body: { body: 'x' } })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, '60'])
  })
})

describe('a deployment', () => {
  const make = (token: string, body: object) => call('POST', '/repos/acme/shop/deployments', { token, body })

  it('is of what its name stood for when it was made: a branch, the head of a pull request, or a commit', async () => {
    const token = github.createToken()
    const common = { auto_merge: false, required_contexts: [] }
    const refs = ['main', 'refs/heads/main', 'refs/pull/1/head', sha]
    const made = await Promise.all(refs.map((ref) => make(token, { ...common, ref })))
    expect(made.map(({ body }) => body.sha)).toEqual([sha, sha, pull.headSha, sha])
    expect(await make(token, { ...common, ref: 'nothing' })).toMatchObject({ status: 422, body: { message: 'No ref found for: nothing' } })
    expect((await make(token, { ref: 'main' })).status).toBe(409)
    expect(github.problems()).toEqual([])
  })

  it('that succeeds ends those before it in its environment, unless they are of production or pass by themselves', async () => {
    const token = github.createToken()
    const ids: unknown[] = []
    for (const environment of ['staging', 'staging', 'production', 'production']) {
      const { body } = await make(token, { ref: sha, environment, auto_merge: false, required_contexts: [] })
      ids.push(body.id)
      await call('POST', `/repos/acme/shop/deployments/${body.id}/statuses`, { token, body: { state: 'success' } })
    }
    expect(shop.deployments().map(({ statuses }) => statuses.at(-1)?.state)).toEqual(['inactive', 'success', 'success', 'success'])
    const listed = await call('GET', `/repos/acme/shop/deployments?environment=staging&sha=${sha}`, { token })
    expect(listed.body).toMatchObject([{ id: ids[1] }, { id: ids[0] }])
    const script = { state: 'success', environment_url: 'javascript:alert(1)' }
    expect((await call('POST', `/repos/acme/shop/deployments/${ids[0]}/statuses`, { token, body: script })).status).toBe(422)
    expect(github.problems()).toEqual([])
  })
})

describe('a check run', () => {
  const run = (text: string) => ({ name: 'kyozo', head_sha: sha, conclusion: 'action_required', output: { title: 't', summary: text } })
  const post = (token: string, body: object) => call('POST', '/repos/acme/shop/check-runs', { token, body })

  it('is made by apps only, changed by its own app only, and is at most 65,535 bytes long', async () => {
    expect(await post(github.createToken(), run('x'))).toMatchObject({
      status: 403,
      body: { message: 'You must authenticate via a GitHub App.' },
    })
    const mine = await appToken({ contents: 'read', checks: 'write' })
    // The token that the client was given may only fetch.
    expect((await post(mine, run('x'))).status).toBe(403)
    expect(shop.checkRuns(sha)).toEqual([])
  })
})

describe('people', () => {
  it('may do what they were allowed, and keep their id when they are called something else', async () => {
    const token = github.createToken()
    const may = async (login: string) => (await call('GET', `/repos/acme/shop/collaborators/${login}/permission`, { token })).body
    shop.allow('ada', 'write', { roleName: 'release-manager' })
    expect(await may('ada')).toMatchObject({ permission: 'write', role_name: 'release-manager', user: { id: github.person('ada').id } })
    github.person('mallory')
    expect(await may('mallory')).toMatchObject({ permission: 'none' })
    expect(await may('nobody')).toMatchObject({ message: 'Not Found' })
    const { id } = github.person('ada')
    github.renamePerson('ada', 'lovelace')
    expect((await call('GET', `/user/${id}`, { token })).body).toMatchObject({ id, login: 'lovelace' })
    expect((await call('GET', '/user', { token })).body).toMatchObject({ login: 'kyozo-bot' })
    expect(github.problems()).toEqual([])
  })
})

describe('branches and refs', () => {
  it('are listed and looked up by name, slashes and all', async () => {
    const token = github.createToken()
    await shop.push({ branch: 'topic/slashes', parent: sha, change: { files: { b: '1' } } })
    const listed = await call('GET', '/repos/acme/shop/branches?per_page=2', { token })
    expect(listed.body).toMatchObject([{ name: 'feature' }, { name: 'main', commit: { sha } }])
    expect(listed.headers.get('link')).toContain('page=2')
    const ref = await call('GET', '/repos/acme/shop/git/ref/heads/topic/slashes', { token })
    expect(ref.body).toMatchObject({ object: { sha: await shop.tip('topic/slashes') } })
    expect((await call('GET', '/repos/acme/shop/git/ref/pull/1/head', { token })).body).toMatchObject({ object: { sha: pull.headSha } })
    expect((await call('GET', '/repos/acme/shop/git/ref/heads/nothing', { token })).status).toBe(404)
    expect(github.problems()).toEqual([])
  })
})

describe('webhooks', () => {
  const hooks = '/repos/acme/shop/hooks'

  it('are made, which is told of with a ping, changed, and lose a secret that is not given again', async () => {
    const token = github.createToken()
    const config = { url: `${receiver.url}new`, content_type: 'json', secret: 's' }
    const made = await call('POST', hooks, { token, body: { name: 'web', events: ['push'], config } })
    expect(made).toMatchObject({ status: 201, body: { events: ['push'], config: { secret: '********' } } })
    await until('the ping', () => receiver.events().includes('ping'))
    expect((await call('POST', hooks, { token, body: { name: 'web', events: ['push'], config } })).status).toBe(422)
    const at = `${hooks}/${made.body.id}`
    const changed = await call('PATCH', at, { token, body: { add_events: ['pull_request'], config: { url: config.url } } })
    expect(changed.body).toMatchObject({ events: ['push', 'pull_request'], config: { content_type: 'form' } })
    expect(changed.body.config).not.toHaveProperty('secret')
    expect((await call('DELETE', at, { token })).status).toBe(204)
    expect((await call('GET', hooks, { token: github.createToken({ permissions: { contents: 'write' } }) })).status).toBe(403)
    expect(github.problems()).toEqual([])
  })

  it('are told only of what they are for', async () => {
    shop.addHook({ url: `${receiver.url}pushes`, secret: 's', events: ['push'] })
    await pull.label('preview')
    await pull.push({ change: { files: { a: '2' } } })
    expect(receiver.events()).toEqual(['pull_request labeled', 'push', 'push', 'pull_request synchronize'])
  })
})

// The double is only worth something if it refuses what GitHub refuses, so that is tried first.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runChild } from '../../../src/child.ts'
import { verify } from '../../../src/forge/github/verify.ts'
import { type GitHubDouble, type GitHubOptions, startGitHub } from '../../support/github/github.ts'

let github: GitHubDouble
let folder: string
let nowMs = Date.parse('2025-06-01T00:00:00Z')
const cleanups: (() => unknown)[] = []

async function restart(options: GitHubOptions): Promise<void> {
  await github.close()
  github = await startGitHub({ now: () => nowMs, ...options })
}

beforeEach(async () => {
  nowMs = Date.parse('2025-06-01T00:00:00Z')
  github = await startGitHub({ now: () => nowMs })
  folder = await mkdtemp(join(tmpdir(), 'kyozo-double-test-'))
})

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await github.close()
  await rm(folder, { recursive: true })
})

async function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const response = await fetch(`${github.apiUrl}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

async function createShop(isPrivate = false) {
  const shop = await github.createRepository({ fullName: 'acme/shop', isPrivate })
  const { sha } = await shop.push({ change: { files: { 'README.md': '# shop\n' } } })
  return { shop, sha, post: (body: object, token: string) => call('POST', `/repos/acme/shop/statuses/${sha}`, { token, body }) }
}

describe('a status', () => {
  it('is stored, and the newest of each context makes the combined state, whatever case the context is spelled in', async () => {
    const { shop, sha, post } = await createShop()
    const token = github.createToken()
    expect((await post({ state: 'pending', context: 'kyozo/production' }, token)).status).toBe(201)
    expect((await call('GET', `/repos/acme/shop/commits/${sha}/status`)).body.state).toBe('pending')
    await post({ state: 'success', context: 'Kyozo/Production', description: 'ok', target_url: 'https://k.example/1' }, token)
    expect((await call('GET', `/repos/acme/shop/commits/main/status`)).body).toMatchObject({ state: 'success', sha, total_count: 1 })
    await post({ state: 'failure', context: 'kyozo/production/api' }, token)
    expect((await call('GET', `/repos/acme/shop/commits/${sha}/status`)).body).toMatchObject({ state: 'failure', total_count: 2 })
    expect((await call('GET', `/repos/acme/shop/commits/${sha}/statuses`)).body).toHaveLength(3)
    expect(shop.shown(sha)['Kyozo/Production']).toEqual({ state: 'success', description: 'ok' })
    expect(github.problems()).toEqual([])
  })

  it.each([
    ['of an unknown commit', { state: 'success' }, 'f'.repeat(40), `No commit found for SHA: ${'f'.repeat(40)}`],
    ['with 141 characters', { state: 'success', description: '🚀'.repeat(141) }, undefined, 'Validation Failed'],
    ['that links to a script', { state: 'success', target_url: 'javascript:alert(1)' }, undefined, 'Validation Failed'],
  ])('%s is 422', async (_, body, otherSha, message) => {
    const { sha } = await createShop()
    const answer = await call('POST', `/repos/acme/shop/statuses/${otherSha ?? sha}`, { token: github.createToken(), body })
    expect([answer.status, answer.body.message]).toEqual([422, message])
  })

  it('is refused after the thousandth of its commit and context, and taken for another context', async () => {
    await restart({ limits: { contentPerHour: 10_000, contentPerMinute: 10_000 } })
    const { post } = await createShop()
    const token = github.createToken()
    for (let count = 0; count < 1_000; count++) expect((await post({ state: 'pending', context: 'a' }, token)).status).toBe(201)
    expect(await post({ state: 'success', context: 'A' }, token)).toMatchObject({ status: 422, body: { errors: [{ resource: 'Status' }] } })
    expect((await post({ state: 'success', context: 'b' }, token)).status).toBe(201)
  })

  it('that GitHub does not document is a problem that a test can see', async () => {
    const { post } = await createShop()
    const token = github.createToken()
    expect((await post({ state: 'done' }, token)).status).toBe(422)
    expect((await post({ description: 'no state' }, token)).status).toBe(422)
    expect((await post({ state: 'success', targetUrl: 'https://x.example' }, token)).status).toBe(422)
    expect((await call('POST', '/repos/acme/shop/stars', { token, body: {} })).status).toBe(404)
    expect(github.problems().map((problem) => problem.replace(/[0-9a-f]{40}/, '<sha>'))).toEqual([
      'POST /repos/acme/shop/statuses/<sha>: body/state must be equal to one of the allowed values',
      "POST /repos/acme/shop/statuses/<sha>: body must have required property 'state'",
      'POST /repos/acme/shop/statuses/<sha>: body has targetUrl, which the operation does not know',
      'POST /repos/acme/shop/stars: GitHub documents no such operation',
    ])
  })
})

describe('a credential', () => {
  it('that is unknown is 401, one without the permission 403, one for another repository 404, and none at all 401', async () => {
    const { shop, post } = await createShop(true)
    expect((await post({ state: 'success' }, 'nonsense')).body.message).toBe('Bad credentials')
    const reader = github.createToken({ permissions: { statuses: 'read' } })
    expect(await post({ state: 'success' }, reader)).toMatchObject({
      status: 403,
      body: { message: 'Resource not accessible by integration' },
    })
    expect((await post({ state: 'success' }, github.createToken({ repositoryIds: [shop.id + 1] }))).status).toBe(404)
    expect((await call('GET', '/repos/acme/shop')).status).toBe(404)
  })

  it('of an installation works for an hour', async () => {
    const { post } = await createShop()
    const token = github.createToken({ expiresAtMs: nowMs + 3_600_000 })
    expect((await post({ state: 'success' }, token)).status).toBe(201)
    nowMs += 3_600_000
    expect((await post({ state: 'success' }, token)).status).toBe(401)
  })
})

describe('the limits', () => {
  it('let 80 statuses a minute through and then ask for a minute of quiet', async () => {
    const { post } = await createShop()
    const token = github.createToken()
    for (let count = 0; count < 80; count++) expect((await post({ state: 'pending', context: `c${count}` }, token)).status).toBe(201)
    const refused = await post({ state: 'pending', context: 'one more' }, token)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, '60'])
    nowMs += 61_000
    expect((await post({ state: 'pending', context: 'one more' }, token)).status).toBe(201)
  })

  it('count every request of an hour and say when the next hour begins', async () => {
    await restart({ limits: { primaryPerHour: 2 } })
    await createShop()
    const token = github.createToken()
    expect((await call('GET', '/repos/acme/shop', { token })).headers.get('x-ratelimit-remaining')).toBe('1')
    await call('GET', '/repos/acme/shop', { token })
    const refused = await call('GET', '/repos/acme/shop', { token })
    expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
    expect(Number(refused.headers.get('x-ratelimit-reset')) * 1000).toBe(nowMs + 3_600_000)
  })
})

describe('a repository', () => {
  async function clone(authorization?: string) {
    const { exitCode, stderr } = await runChild({
      program: 'git',
      args: ['clone', '--quiet', `${github.webUrl}/acme/shop.git`, join(folder, 'clone')],
      env: {
        HOME: '/nonexistent',
        GIT_TERMINAL_PROMPT: '0',
        ...(authorization !== undefined && {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: 'http.extraHeader',
          GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
        }),
      },
      deadlineMs: 30_000,
    })
    return { exitCode, stderr }
  }
  const basic = (token: string) => `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`

  it('that is public is cloned by anybody', async () => {
    await createShop()
    expect(await clone()).toEqual({ exitCode: 0, stderr: '' })
    expect(await readFile(join(folder, 'clone/README.md'), 'utf8')).toBe('# shop\n')
  })

  it('that is private is cloned with a token that may read it, and with no other', async () => {
    const { shop } = await createShop(true)
    expect((await clone()).stderr).toContain('could not read Username')
    expect((await clone(basic(github.createToken({ repositoryIds: [shop.id + 1] })))).stderr).toContain('not found')
    expect((await clone(basic(github.createToken({ permissions: { statuses: 'write' } })))).stderr).toContain('403')
    expect((await clone(basic(github.createToken({ permissions: { contents: 'read' }, repositoryIds: [shop.id] })))).exitCode).toBe(0)
  })

  it('can fail in the middle of a transfer', async () => {
    const { shop } = await createShop()
    await shop.push({ change: { files: { 'large.txt': Array.from({ length: 50_000 }, (_, line) => `${line * 7919}`).join('\n') } } })
    const restore = github.fault({ path: /git-upload-pack$/, answer: { kind: 'truncate', bytes: 20_000 } })
    expect((await clone()).exitCode).not.toBe(0)
    restore()
    expect((await clone()).exitCode).toBe(0)
  })

  it('takes a whole folder as a commit', async () => {
    const shop = await github.createRepository({ fullName: 'acme/shop' })
    await writeFile(join(folder, 'index.html'), '<p>hello</p>')
    await shop.push({ change: { from: folder } })
    expect((await clone()).exitCode).toBe(0)
    expect(await readFile(join(folder, 'clone/index.html'), 'utf8')).toBe('<p>hello</p>')
  })

  it('that was renamed redirects to its id', async () => {
    const { shop, sha } = await createShop()
    shop.rename('acme/store')
    const answer = await call('POST', `/repos/acme/shop/statuses/${sha}`, { token: github.createToken(), body: { state: 'success' } })
    expect([answer.status, answer.headers.get('location')]).toEqual([307, `${github.apiUrl}/repositories/${shop.id}/statuses/${sha}`])
  })
})

describe('a webhook', () => {
  it('is signed, says what moved, and can be sent again under the same id', async () => {
    const received: { headers: Record<string, unknown>; payload: Record<string, unknown>; isSigned: boolean }[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      received.push({
        headers: request.headers,
        payload: JSON.parse(body.toString()),
        isSigned: verify({ headers: request.headers, body }, 's'),
      })
      response.writeHead(202).end('{}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    cleanups.push(() => server.close().closeAllConnections())
    const shop = await github.createRepository({ fullName: 'acme/shop' })
    const hook = shop.addHook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, secret: 's' })
    const first = await shop.push({ change: { files: { a: '1' } } })
    const second = await shop.push({ change: { files: { a: '2' } } })
    const forced = await shop.push({ change: { files: { a: '3' } }, parent: first.sha })
    await shop.deleteBranch('main')
    const zero = '0'.repeat(40)
    expect(received.map(({ payload }) => [payload.before, payload.after, payload.created, payload.forced, payload.deleted])).toEqual([
      [zero, first.sha, true, false, false],
      [first.sha, second.sha, false, false, false],
      [second.sha, forced.sha, false, true, false],
      [forced.sha, zero, false, false, true],
    ])
    expect(received.every(({ isSigned }) => isSigned)).toBe(true)
    const again = await shop.redeliver(first.deliveries[0]!)
    expect(again).toMatchObject({ guid: first.deliveries[0]!.guid, isRedelivery: true, status: 202 })
    const listed = await call('GET', `/repos/acme/shop/hooks/${hook.id}/deliveries?per_page=100`, { token: github.createToken() })
    expect(listed.body).toHaveLength(5)
    expect(github.problems()).toEqual([])
  })

  it('to nobody is recorded as failed', async () => {
    const shop = await github.createRepository({ fullName: 'acme/shop' })
    shop.addHook({ url: 'http://127.0.0.1:1/', secret: 's' })
    const { deliveries } = await shop.push({ change: { files: { a: '1' } } })
    expect(deliveries).toMatchObject([{ status: 0 }])
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommitStatus, ForgeConnection } from '../../src/forge/forge.ts'
import { forges } from '../../src/forge/index.ts'
import { createOutboxSender, type OutboxSender, type SendReport } from '../../src/forge/outbox.ts'
import { type GitHubDouble, type GitHubOptions, type GitHubRepository, startGitHub } from '../support/github/github.ts'
import type { Fault } from '../support/github/state.ts'
import { createMemoryOutbox, type MemoryOutbox } from './memory-outbox.ts'

const startMs = Date.parse('2025-06-01T00:00:00Z')
const clock = { nowMs: startMs }
let github: GitHubDouble
let shop: GitHubRepository
let sha: string
let outbox: MemoryOutbox
let sender: OutboxSender
const cleanups: (() => unknown)[] = []

async function setUp(options: GitHubOptions = {}): Promise<void> {
  clock.nowMs = startMs
  github = await startGitHub({ now: () => clock.nowMs, ...options })
  shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
  sha = (await shop.push({ change: { files: { 'README.md': 'shop' } } })).sha
  outbox = createMemoryOutbox(clock)
  sender = senderWith({ kind: 'token', token: github.createToken({ permissions: { statuses: 'write' } }) })
}

function senderWith(credential: ForgeConnection['credential'], lines: string[] = []): OutboxSender {
  const connection = { name: 'main', forge: 'github', apiUrl: github.apiUrl, webUrl: github.webUrl, webhookSecret: 's', credential }
  const client = forges.github.connect(connection, { now: () => clock.nowMs, deadlineMs: 300 })
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return createOutboxSender({
    outbox,
    clientOf: (name) => (name === 'main' ? client : undefined),
    log: { info: write, warn: write, error: write },
    now: () => clock.nowMs,
    random: () => 0.5,
  })
}

beforeEach(() => setUp())

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await github.close()
})

function status(changes: Partial<CommitStatus> = {}): CommitStatus {
  return {
    repository: { id: String(shop.id), fullName: shop.fullName },
    sha,
    state: 'success',
    context: 'kyozo/production',
    description: '3 services are live',
    targetUrl: 'http://kyozo.test/releases/1',
    ...changes,
  }
}

/** Sends until nothing is left, moving the clock to whenever the next message is due. */
async function drain(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
  for (let round = 0; round < 5_000; round++) {
    const dueMs = outbox.nextDueMs()
    if (dueMs === undefined || dueMs > untilMs) return
    clock.nowMs = Math.max(clock.nowMs, dueMs)
    await sender.sendDue()
  }
  throw new Error('the outbox never empties')
}

function posts() {
  return github.calls.filter(({ method, path }) => method === 'POST' && path.includes('/statuses/'))
}

const onStatuses = { method: 'POST', path: /\/statuses\// } as const
const report = (changes: Partial<SendReport>): SendReport => ({ sent: 0, retried: 0, undeliverable: 0, postponed: 0, ...changes })

describe('a status', () => {
  it('reaches GitHub as GitHub documents it', async () => {
    outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ sent: 1 }))
    expect(posts().map(({ body }) => body)).toEqual([
      { state: 'success', context: 'kyozo/production', description: '3 services are live', target_url: 'http://kyozo.test/releases/1' },
    ])
    expect(shop.shown(sha)).toEqual({ 'kyozo/production': { state: 'success', description: '3 services are live' } })
    expect(await sender.sendDue()).toEqual(report({}))
    expect(github.problems()).toEqual([])
  })

  it('with too many words and a link that is none is cut and sent without the link', async () => {
    outbox.put(status({ description: `api ${'🚀'.repeat(200)}\u202e`, targetUrl: 'javascript:alert(1)' }))
    expect(await sender.sendDue()).toEqual(report({ sent: 1 }))
    expect(shop.statuses(sha)).toMatchObject([{ description: `api ${'🚀'.repeat(135)}…`, targetUrl: null }])
    expect(github.problems()).toEqual([])
  })

  it('of a repository that was renamed follows it by its id', async () => {
    outbox.put(status())
    shop.rename('acme/store')
    expect(await sender.sendDue()).toEqual(report({ sent: 1 }))
    expect(posts().map(({ status: code, path }) => [code, path])).toEqual([
      [307, `/repos/acme/shop/statuses/${sha}`],
      [201, `/repositories/${shop.id}/statuses/${sha}`],
    ])
  })

  it.each([307, 301, 308])('that is redirected (%i) to another host is not sent there, nor is the token', async (code) => {
    const visits: string[] = []
    const thief = createServer((request, response) => {
      visits.push(String(request.headers.authorization))
      response.writeHead(201).end('{}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => thief.once('listening', resolve))
    cleanups.push(() => thief.close())
    const location = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/repositories/${shop.id}/statuses/${sha}`
    github.fault({ ...onStatuses, answer: { kind: 'status', status: code, headers: { location } } })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(message.droppedBecause).toContain(`GitHub answered ${code}`)
    expect(visits).toEqual([])
  })
})

describe('a failure that passes', () => {
  const passing: [string, Fault['answer']][] = [
    ['500', { kind: 'status', status: 500 }],
    ['502 in HTML', { kind: 'status', status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' }],
    ['503', { kind: 'status', status: 503 }],
    ['no answer', { kind: 'hang' }],
    ['a reset connection', { kind: 'reset' }],
    ['an answer that is lost', { kind: 'lost' }],
    ['an answer that is cut off', { kind: 'truncate', bytes: 20 }],
  ]

  it.each(passing)('(%s, twice) is tried again until the status is there', async (_, answer) => {
    github.fault({ ...onStatuses, times: 2, answer })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
    expect(message.lastError).toMatch(/^GitHub (answered|at 127\.0\.0\.1:\d+ did not answer)/)
    await drain()
    expect([message.attempts, message.sentMs]).toEqual([3, startMs + 1_000 + 2_000])
    expect(shop.shown(sha)).toEqual({ 'kyozo/production': { state: 'success', description: '3 services are live' } })
  })

  it('(nobody listens) is tried again', async () => {
    outbox.put(status())
    await github.close()
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
    expect(outbox.messages[0]?.lastError).toMatch(/did not answer: ECONNREFUSED$/)
    github = await startGitHub()
  })

  it('that lasts for an hour ends in the status, with few requests meanwhile', async () => {
    const restore = github.fault({ ...onStatuses, answer: { kind: 'status', status: 502 } })
    for (let service = 0; service < 30; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    await drain(startMs + 3_600_000)
    expect(posts().length).toBeLessThan(90)
    restore()
    await drain()
    expect(outbox.messages.every(({ sentMs }) => sentMs !== undefined)).toBe(true)
    expect(clock.nowMs - startMs).toBeLessThan(3_600_000 + 10 * 60_000)
  })

  it('that lasts for more than a day is given up in words', async () => {
    github.fault({ ...onStatuses, answer: { kind: 'status', status: 502 } })
    const message = outbox.put(status())
    await drain()
    expect(message.droppedBecause).toBe('given up after 24 hours: GitHub answered 502 (made to fail with 502)')
    expect(clock.nowMs - startMs).toBeLessThan(25 * 3_600_000)
  })

  it('of one message alone does not keep the others waiting', async () => {
    github.fault({ ...onStatuses, path: new RegExp(`/statuses/${'0'.repeat(40)}`), answer: { kind: 'status', status: 500 } })
    outbox.put(status({ sha: '0'.repeat(40) }))
    for (let service = 0; service < 10; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    expect(await sender.sendDue()).toEqual(report({ sent: 10, retried: 1 }))
  })
})

describe('a rate limit', () => {
  const secondary = { message: 'You have exceeded a secondary rate limit.' }
  const cases: [string, Fault['answer'], number][] = [
    ['403 with retry-after', { kind: 'status', status: 403, headers: { 'retry-after': '90' }, body: secondary }, 90],
    ['429 with retry-after', { kind: 'status', status: 429, headers: { 'retry-after': '45' } }, 45],
    ['429 with a date', { kind: 'status', status: 429, headers: { 'retry-after': new Date(startMs + 77_000).toUTCString() } }, 77],
    [
      '403 with nothing remaining',
      { kind: 'status', status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(startMs / 1000 + 1_800) } },
      1_800,
    ],
    ['403 that says only so', { kind: 'status', status: 403, body: secondary }, 60],
    ['429 that says nothing', { kind: 'status', status: 429 }, 60],
  ]

  it.each(cases)('(%s) keeps everything waiting as long as it asks', async (_, answer, waitSeconds) => {
    github.fault({ ...onStatuses, times: 1, answer })
    outbox.put(status())
    outbox.put(status({ context: 'kyozo/production/api' }))
    expect(await sender.sendDue()).toEqual(report({ retried: 1, postponed: 1 }))
    expect(outbox.nextDueMs()).toBe(startMs + waitSeconds * 1000)
    await drain()
    expect(posts().map(({ atMs }) => (atMs - startMs) / 1000)).toEqual([0, waitSeconds, waitSeconds])
    expect(outbox.messages.map(({ attempts }) => attempts)).toEqual([1, 1])
  })

  it('is never reached by kyozo itself: five hundred statuses go out at 60 a minute and 400 an hour', async () => {
    for (let service = 0; service < 500; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    await drain()
    const times = posts().map(({ atMs }) => atMs)
    expect(posts().filter((call) => call.status !== 201)).toEqual([])
    expect(shop.statuses(sha)).toHaveLength(500)
    for (const [lengthMs, limit] of [
      [60_000, 60],
      [3_600_000, 400],
    ] as const)
      for (let index = limit; index < times.length; index++) expect(times[index]! - times[index - limit]!).toBeGreaterThanOrEqual(lengthMs)
    // No slower than the limits: the last hundred wait for the first hundred to be an hour old.
    expect(clock.nowMs - startMs).toBeLessThan(3_600_000 + 2 * 60_000 + 1_000)
  })

  it('is not forgotten by a restart', async () => {
    for (let service = 0; service < 60; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    while ((await sender.sendDue()).sent > 0);
    sender = senderWith({ kind: 'token', token: github.createToken() })
    outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ postponed: 1 }))
    await drain()
    expect(posts().at(-1)?.atMs).toBe(startMs + 60_000)
  })

  it('lets verdicts go before what is only pending', async () => {
    for (let service = 0; service < 58; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    while ((await sender.sendDue()).sent > 0);
    for (let count = 0; count < 3; count++) outbox.put(status({ state: 'pending', context: `kyozo/e${count}` }))
    outbox.put(status({ state: 'failure', context: 'kyozo/late' }))
    expect(await sender.sendDue()).toEqual(report({ sent: 2, postponed: 2 }))
    expect(shop.shown(sha)['kyozo/late']?.state).toBe('failure')
  })
})

describe('a refusal', () => {
  const refusals: [string, Fault['answer'], RegExp][] = [
    [
      '401',
      { kind: 'status', status: 401, body: { message: 'Bad credentials' } },
      /401 \(Bad credentials\): kyozo's token is wrong, expired or revoked/,
    ],
    [
      '403',
      { kind: 'status', status: 403, body: { message: 'Resource not accessible' } },
      /403 .*needs the permission to write commit statuses on acme\/shop/,
    ],
    [
      '404',
      { kind: 'status', status: 404, body: { message: 'Not Found' } },
      /404 \(Not Found\): the repository is gone, or kyozo's token may not see it/,
    ],
    ['410', { kind: 'status', status: 410 }, /410 .*the repository is gone/],
    [
      '422',
      { kind: 'status', status: 422, body: { message: 'Validation Failed', errors: [{ message: 'too many' }] } },
      /422 \(Validation Failed: too many\)/,
    ],
  ]

  it.each(refusals)('(%s) is not tried again, and says why', async (_, answer, words) => {
    github.fault({ ...onStatuses, answer })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(message.droppedBecause).toMatch(words)
    await drain()
    expect(posts()).toHaveLength(1)
  })

  it('by the real rules of permissions and repositories is understood as well', async () => {
    sender = senderWith({ kind: 'token', token: github.createToken({ permissions: { statuses: 'read' } }) })
    const forbidden = outbox.put(status())
    await sender.sendDue()
    expect(forbidden.droppedBecause).toContain('needs the permission to write commit statuses')
    sender = senderWith({ kind: 'token', token: github.createToken({ repositoryIds: [1] }) })
    const unseen = outbox.put(status({ context: 'kyozo/other' }))
    await sender.sendDue()
    expect(unseen.droppedBecause).toContain("kyozo's token may not see it")
  })

  it('of a commit that GitHub does not have yet is tried again, and the status arrives once it has', async () => {
    github.fault({ ...onStatuses, times: 3, answer: { kind: 'status', status: 422, body: { message: `No commit found for SHA: ${sha}` } } })
    const message = outbox.put(status())
    await drain()
    expect([message.attempts, message.sentMs]).toEqual([4, startMs + 2_000 + 4_000 + 8_000])
  })

  it('of a commit that GitHub never gets is final after the fourth try', async () => {
    const message = outbox.put(status({ sha: 'f'.repeat(40) }))
    await drain()
    expect([message.attempts, posts().length]).toEqual([4, 4])
    expect(message.droppedBecause).toBe(`GitHub answered 422 (No commit found for SHA: ${'f'.repeat(40)})`)
  })

  it('of the thousand-and-first status of a context stops there', async () => {
    await github.close()
    await setUp({ limits: { contentPerMinute: 2_000, contentPerHour: 2_000 } })
    const token = github.createToken()
    const body = JSON.stringify({ state: 'pending', context: 'kyozo/production' })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    for (let count = 0; count < 1_000; count++)
      await fetch(`${github.apiUrl}/repos/acme/shop/statuses/${sha}`, { method: 'POST', headers, body })
    const message = outbox.put(status())
    await drain()
    expect(message.droppedBecause).toContain('reached the maximum number of statuses')
    expect(message.attempts).toBe(1)
  })

  it('never holds the token, in what is stored or logged', async () => {
    const token = github.createToken()
    const lines: string[] = []
    sender = senderWith({ kind: 'token', token }, lines)
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'reset' } })
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'status', status: 500 } })
    outbox.put(status())
    await drain()
    expect(lines.length).toBeGreaterThan(2)
    expect(`${lines.join('\n')}${JSON.stringify(outbox.messages)}`).not.toContain(token)
  })
})

describe('the order', () => {
  const shownState = () => shop.shown(sha)['kyozo/production']?.state

  it('is kept: only the newest of what waits is sent', async () => {
    const pending = outbox.put(status({ state: 'pending', description: 'queued' }))
    outbox.put(status({ state: 'pending', description: 'building' }))
    outbox.put(status({ state: 'failure', description: 'api did not become healthy' }))
    await drain()
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['failure'])
    expect(pending.droppedBecause).toBe('a newer message took its place')
  })

  it('is kept when a pending has to be tried again and its verdict comes meanwhile', async () => {
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'status', status: 500 } })
    outbox.put(status({ state: 'pending' }))
    await sender.sendDue()
    outbox.put(status({ state: 'success' }))
    await drain()
    clock.nowMs += 600_000
    await sender.sendDue()
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['success'])
  })

  it('is kept when the verdict comes while the pending is under way', async () => {
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'hang' } })
    outbox.put(status({ state: 'pending' }))
    const first = sender.sendDue()
    await expect.poll(() => posts().length).toBe(1)
    const verdict = outbox.put(status({ state: 'failure' }))
    expect(await sender.sendDue()).toEqual(report({}))
    await first
    await drain()
    expect([shownState(), verdict.attempts, shop.statuses(sha).length]).toEqual(['failure', 1, 1])
  })

  it('lets a new release of the same commit be pending again', async () => {
    for (const state of ['pending', 'success', 'pending', 'failure'] as const) {
      outbox.put(status({ state }))
      await drain()
    }
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['pending', 'success', 'pending', 'failure'])
  })
})

describe('a GitHub App', () => {
  function useApp(permissions?: Parameters<GitHubDouble['createApp']>[0]) {
    const { appId, privateKey } = github.createApp(permissions)
    sender = senderWith({ kind: 'app', appId, privateKey })
  }
  const mints = () => github.calls.filter(({ path }) => path.endsWith('/access_tokens'))

  it('asks for a token that can do nothing but write statuses in this one repository, and uses it for 50 minutes', async () => {
    useApp()
    outbox.put(status({ state: 'pending' }))
    await drain()
    clock.nowMs += 49 * 60_000
    outbox.put(status())
    await drain()
    expect(mints().map(({ body }) => body)).toEqual([{ repository_ids: [shop.id], permissions: { statuses: 'write' } }])
    clock.nowMs += 60_000
    outbox.put(status({ state: 'failure' }))
    await drain()
    expect(mints()).toHaveLength(2)
    expect(shop.statuses(sha).map(({ state }) => state)).toEqual(['pending', 'success', 'failure'])
    expect(github.problems()).toEqual([])
  })

  it('gets itself another token when GitHub no longer accepts the one it has', async () => {
    useApp()
    outbox.put(status({ state: 'pending' }))
    await drain()
    github.revokeInstallationTokens()
    outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ sent: 1 }))
    expect(mints()).toHaveLength(2)
  })

  it('gives up after a second 401', async () => {
    useApp()
    github.fault({ ...onStatuses, answer: { kind: 'status', status: 401 } })
    outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(posts()).toHaveLength(2)
  })

  it('that was not granted the permission says so', async () => {
    useApp({ metadata: 'read', contents: 'read' })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(message.droppedBecause).toBe(
      "could not get a token of kyozo's app for acme/shop: GitHub answered 422 (The permissions requested are not granted to this installation.)",
    )
  })

  it('waits when GitHub cannot give a token just now', async () => {
    useApp()
    github.fault({ path: /access_tokens$/, times: 1, answer: { kind: 'status', status: 503 } })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
    await drain()
    expect(message.sentMs).toBeDefined()
  })
})

it('a message whose claim is nearly over is put back rather than sent twice', async () => {
  const slow = {
    postStatus: async () => {
      clock.nowMs += 60_000
      return { kind: 'sent' } as const
    },
    fetchToken: async () => undefined,
  }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  sender = createOutboxSender({ outbox, clientOf: () => slow, log, now: () => clock.nowMs, random: Math.random })
  for (let service = 0; service < 4; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
  expect(await sender.sendDue()).toEqual(report({ sent: 2, postponed: 2 }))
  expect(await sender.sendDue()).toEqual(report({ sent: 2 }))
})

describe('a message that cannot be sent at all', () => {
  it.each([
    ['its connection is gone', { connection: 'old' }, 'there is no connection named old any more'],
    ['it is of another kind', { kind: 'comment' }, 'the message is not a commit status kyozo can send'],
    ['its payload is broken', { payload: { sha: 1 } }, 'the message is not a commit status kyozo can send'],
  ])('since %s is dropped with that reason', async (_, changes, reason) => {
    const message = outbox.put(status(), changes)
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(message.droppedBecause).toBe(reason)
    expect(github.calls).toEqual([])
  })
})

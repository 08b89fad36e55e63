import { describe, expect, it } from 'vitest'
import type { Fault } from '../support/github/state.ts'
import {
  clock,
  drain,
  github,
  onStatuses,
  outbox,
  posts,
  report,
  sender,
  senderWith,
  setUp,
  sha,
  shop,
  startMs,
  status,
  useScene,
  useSender,
} from './outbox-scene.ts'

useScene()

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
    if (answer.kind === 'hang') useSender(senderWith({ kind: 'token', token: github.createToken() }, { deadlineMs: 1_500 }))
    github.fault({ ...onStatuses, times: 2, answer })
    const message = outbox.put(status())
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
    expect(message.lastError).toMatch(/^GitHub (answered|at 127\.0\.0\.1:\d+ did not answer)/)
    await drain()
    // What arrived although its answer did not is not said again.
    const hasArrived = answer.kind === 'lost' || answer.kind === 'truncate'
    const afterMs = hasArrived ? 1_000 : 1_000 + 2_000
    expect([message.attempts, message.sentMs]).toEqual([hasArrived ? 2 : 3, startMs + afterMs])
    expect(shop.statuses(sha)).toHaveLength(1)
    expect(shop.shown(sha)).toEqual({ 'kyozo/production': { state: 'success', description: '3 services are live' } })
  })

  it('(nobody listens) is tried again', async () => {
    outbox.put(status())
    await github.close()
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
    expect(outbox.messages[0]?.lastError).toMatch(/did not answer: ECONNREFUSED$/)
    await setUp()
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
  }, 90_000)

  it('that lasts for more than a day is given up in words', async () => {
    github.fault({ ...onStatuses, answer: { kind: 'status', status: 502 } })
    const message = outbox.put(status())
    await drain()
    expect(message.droppedBecause).toBe('given up after 24 hours: GitHub answered 502 (made to fail with 502)')
    expect(clock.nowMs - startMs).toBeLessThan(25 * 3_600_000)
  }, 90_000)

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
    expect(await sender.sendDue()).toEqual(report({ retried: 1 }))
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
  }, 90_000)

  it('is not forgotten by a restart', async () => {
    for (let service = 0; service < 60; service++) outbox.put(status({ context: `kyozo/production/s${service}` }))
    while ((await sender.sendDue()).sent > 0);
    useSender(senderWith({ kind: 'token', token: github.createToken() }))
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
    expect(await sender.sendDue()).toEqual(report({ sent: 2, postponed: 1 }))
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
    useSender(senderWith({ kind: 'token', token: github.createToken({ permissions: { statuses: 'read' } }) }))
    const forbidden = outbox.put(status())
    await sender.sendDue()
    expect(forbidden.droppedBecause).toContain('needs the permission to write commit statuses')
    useSender(senderWith({ kind: 'token', token: github.createToken({ repositoryIds: [1] }) }))
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
    useSender(senderWith({ kind: 'token', token }, { lines }))
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'reset' } })
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'status', status: 500 } })
    outbox.put(status())
    await drain()
    expect(lines.length).toBeGreaterThan(2)
    expect(`${lines.join('\n')}${JSON.stringify(outbox.messages)}`).not.toContain(token)
  })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { GitHubDouble } from '../support/github/github.ts'
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
  sha,
  shop,
  status,
  useScene,
  useSender,
} from './outbox-scene.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

useScene()

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
    useSender(senderWith({ kind: 'token', token: github.createToken() }, { deadlineMs: 5_000 }))
    github.fault({ ...onStatuses, times: 1, answer: { kind: 'hang' } })
    outbox.put(status({ state: 'pending' }))
    const first = sender.sendDue()
    await expect.poll(() => posts().length, { timeout: 10_000 }).toBe(1)
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
    useSender(senderWith({ kind: 'app', appId, privateKey }))
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
      "could not get a token of kyozo's app for acme/shop that may write statuses: GitHub answered 422 (The permissions requested are not granted to this installation.); check that the app is installed on the repository with these permissions and not suspended, and that its id and key are the app's own",
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

describe('a message that cannot be sent at all', () => {
  it.each([
    ['its connection is gone', { connection: 'old' }, 'there is no connection named old any more'],
    ['it is of a kind that nobody knows', { kind: 'telegram' }, 'the message is none that this kyozo can send'],
    ['its payload is of another kind', { kind: 'comment' }, 'the message is none that this kyozo can send'],
    ['its payload is broken', { payload: { sha: 1 } }, 'the message is none that this kyozo can send'],
  ])('since %s is dropped with that reason', async (_, changes, reason) => {
    const message = outbox.put(status(), changes)
    expect(await sender.sendDue()).toEqual(report({ undeliverable: 1 }))
    expect(message.droppedBecause).toBe(reason)
    expect(github.calls).toEqual([])
  })
})

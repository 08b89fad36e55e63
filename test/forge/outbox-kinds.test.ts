// What the outbox sends besides statuses: each arrives once, the newest words win, and what is changed in place is found again.
import { beforeEach, describe, expect, it } from 'vitest'
import type { CommitCheck, ForgeDeployment, StickyComment } from '../../src/forge/messages.ts'
import type { GitHubPullRequest } from '../support/github/github.ts'
import {
  clock,
  drain,
  github,
  outbox,
  report,
  sender,
  senderWith,
  sha,
  shop,
  startMs,
  status,
  useScene,
  useSender,
} from './outbox-scene.ts'

useScene()

let pull: GitHubPullRequest

beforeEach(async () => {
  await shop.push({ branch: 'feature', parent: sha, change: { files: { a: '1' } } })
  pull = await shop.openPullRequest({ branch: 'feature' })
  const { appId, privateKey } = github.createApp()
  useSender(senderWith({ kind: 'app', appId, privateKey }))
})

const repository = () => ({ id: String(shop.id), fullName: shop.fullName })
const marker = '<!-- kyozo 1 -->'

function putComment(text: string) {
  const payload: StickyComment = { repository: repository(), pullRequest: 1, marker, body: `${text}\n\n${marker}` }
  return outbox.put(status(), { kind: 'comment', target: `comment ${shop.id} 1`, payload })
}

function putDeployment(state: ForgeDeployment['state'], release = 1) {
  const payload: ForgeDeployment = {
    ...{ repository: repository(), sha, ref: 'refs/heads/main', environment: 'production', isTransient: false, isProduction: true },
    ...{ state, description: state, url: null, logUrl: `https://kyozo.example/releases/${release}` },
  }
  return outbox.put(status(), { kind: 'deployment', target: `deployment ${release}`, payload })
}

function putCheck(conclusion: CommitCheck['conclusion']) {
  const payload: CommitCheck = {
    ...{ repository: repository(), sha, name: 'kyozo/compose', conclusion, title: conclusion, text: conclusion },
    targetUrl: 'https://kyozo.example/',
  }
  return outbox.put(status(), { kind: 'check', target: `check ${sha}`, payload })
}

const said = () => pull.comments().map(({ body }) => body.split('\n')[0])

describe('a sticky comment', () => {
  it('is one, whatever happens to the answers', async () => {
    const answers = [{ kind: 'lost' }, { kind: 'status', status: 502 }, { kind: 'truncate', bytes: 30 }, { kind: 'reset' }] as const
    for (const [count, answer] of answers.entries()) {
      github.fault({ method: count === 0 ? 'POST' : 'PATCH', path: /\/issues\/(1|comments\/\d+)(\/comments)?$/, times: 1, answer })
      putComment(`state ${count}`)
      await drain()
      expect(said()).toEqual([`state ${count}`])
    }
    expect(outbox.messages.map(({ attempts, remoteId }) => [attempts, remoteId])).toEqual(
      answers.map(() => [2, String(pull.comments()[0]?.id)]),
    )
  })

  it('says the newest alone when there is much to say', async () => {
    for (const text of ['waiting', 'building', 'live']) putComment(text)
    expect(await sender.sendDue()).toEqual(report({ sent: 1 }))
    expect(said()).toEqual(['live'])
    putComment('stopped')
    await drain()
    expect(said()).toEqual(['stopped'])
  })

  it('that somebody deleted is there again with the next words', async () => {
    putComment('building')
    await drain()
    pull.deleteComment(pull.comments()[0]!.id)
    putComment('live')
    await drain()
    expect(said()).toEqual(['live'])
  })

  it('waits while GitHub wants to be left alone, and is not counted as tried', async () => {
    github.fault({ path: /\/comments/, times: 1, answer: { kind: 'status', status: 403, headers: { 'retry-after': '120' } } })
    const message = putComment('live')
    await drain()
    expect([message.attempts, message.sentMs]).toEqual([1, startMs + 120_000])
    expect(said()).toEqual(['live'])
  })
})

describe('a deployment', () => {
  it('goes through its states in their order, each told once', async () => {
    for (const state of ['pending', 'running', 'success'] as const) {
      github.fault({ method: 'POST', path: /\/statuses$/, times: 1, answer: { kind: 'lost' } })
      putDeployment(state)
      await drain()
    }
    const states = shop.deployments().map(({ statuses }) => statuses.map((one) => one.state))
    expect(states).toEqual([['queued', 'in_progress', 'success']])
  })

  it('counts for two of what GitHub lets be made in a minute', async () => {
    for (let release = 1; release <= 100; release++) putDeployment('success', release)
    await drain()
    expect(shop.deployments()).toHaveLength(100)
    expect(github.calls.filter(({ status: answered }) => answered === 403 || answered === 429)).toEqual([])
    expect(clock.nowMs - startMs).toBeGreaterThanOrEqual(3 * 60_000)
  }, 90_000)
})

describe('a check', () => {
  it('is one run that changes', async () => {
    for (const conclusion of ['needs_decision', 'success'] as const) {
      github.fault({ method: conclusion === 'success' ? 'PATCH' : 'POST', path: /\/check-runs/, times: 1, answer: { kind: 'lost' } })
      putCheck(conclusion)
      await drain()
    }
    expect(shop.checkRuns(sha).map(({ conclusion }) => conclusion)).toEqual(['success'])
    expect(github.problems()).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommitStatus } from '../../../src/forge/messages.ts'
import { openScene, type Scene } from './scene.ts'

let scene: Scene
let nowMs: number

beforeEach(async () => {
  nowMs = Date.parse('2026-06-01T10:00:00Z')
  scene = await openScene({ now: () => nowMs })
})

afterEach(() => scene.gitlab.close())

const usual = { context: 'kyozo/production', description: 'deploying', targetUrl: 'https://kyozo.example/releases/1' } as const

function status(changes: Partial<Omit<CommitStatus, 'repository'>>) {
  return { sha: scene.sha, state: 'pending', ...usual, ...changes } as const
}

describe('a status', () => {
  it('is pending, and then what came of it', async () => {
    expect(await scene.send('status', status({}))).toEqual({ kind: 'sent' })
    expect(scene.shop.shown(scene.sha)).toEqual({ 'kyozo/production': { state: 'pending', description: 'deploying' } })
    expect(await scene.send('status', status({ state: 'success', description: '2 live' }))).toEqual({ kind: 'sent' })
    expect(scene.shop.shown(scene.sha)).toEqual({ 'kyozo/production': { state: 'success', description: '2 live' } })
    expect(scene.shop.statuses(scene.sha)[0]).toMatchObject({ ref: 'main', targetUrl: 'https://kyozo.example/releases/1' })
    expect(scene.gitlab.problems()).toEqual([])
  })

  it.each(['failure', 'error'] as const)('of %s is a failed job', async (state) => {
    await scene.send('status', status({ state }))
    expect(scene.shop.shown(scene.sha)).toMatchObject({ 'kyozo/production': { state: 'failed' } })
  })

  it('speaks of merge requests', async () => {
    await scene.send('status', status({ state: 'success', description: 'No preview: pull request 7 was merged' }))
    expect(scene.shop.shown(scene.sha)).toMatchObject({ 'kyozo/production': { description: 'No preview: merge request 7 was merged' } })
  })

  it('that is pending already is taken for sent, though GitLab refuses it', async () => {
    await scene.send('status', status({}))
    expect(await scene.send('status', status({ description: 'still deploying' }))).toEqual({ kind: 'sent' })
    expect(scene.gitlab.calls.at(-1)?.status).toBe(400)
    expect(scene.shop.statuses(scene.sha)).toHaveLength(1)
  })

  it('whose answer was lost is not said twice, and one that never arrived is', async () => {
    const lost = scene.gitlab.fault({ method: 'POST', path: /statuses/, answer: { kind: 'lost' } })
    expect(await scene.send('status', status({ state: 'success' }))).toMatchObject({ kind: 'unavailable' })
    lost()
    expect(await scene.send('status', status({ state: 'success' }), { mayBeThere: true })).toEqual({ kind: 'sent' })
    expect(scene.shop.statuses(scene.sha)).toHaveLength(1)
    await scene.send('status', status({ state: 'failure' }), { mayBeThere: true })
    expect(scene.shop.statuses(scene.sha)).toHaveLength(2)
  })

  it('of the head of a merge request from a fork belongs to the merge request', async () => {
    const fork = await scene.gitlab.createRepository({ fullName: 'mona/shop' })
    const merge = await scene.shop.openPullRequest({ branch: 'fix', fork, change: { files: { a: '1' } } })
    const sha = merge.state.sha!
    expect(await scene.send('status', status({ sha }))).toEqual({ kind: 'sent' })
    expect(scene.shop.statuses(sha)).toMatchObject([{ ref: `refs/merge-requests/${merge.number}/head`, state: 'pending' }])
    expect(scene.gitlab.problems()).toEqual([])
  })

  it('of a commit that GitLab does not have yet is tried again, and one that no branch leads to as well', async () => {
    expect(await scene.send('status', status({ sha: 'f'.repeat(40) }))).toMatchObject({
      kind: 'commit_unknown',
      reason: 'GitLab answered 404 (404 Commit Not Found)',
    })
    await scene.shop.push({ branch: 'gone', change: { files: { b: '2' } } })
    const sha = (await scene.shop.tip('gone'))!
    await scene.shop.deleteBranch('gone')
    expect(await scene.send('status', status({ sha }))).toMatchObject({
      kind: 'commit_unknown',
      reason: 'GitLab answered 404 (404 References for commit Not Found)',
    })
  })

  it('has 255 characters at most, and leaves out an address that GitLab would refuse', async () => {
    await scene.send('status', status({ description: 'x'.repeat(1_000), targetUrl: `https://kyozo.example/${'y'.repeat(300)}` }))
    await scene.send('status', status({ context: 'other', targetUrl: 'javascript:alert(1)' }))
    const [long, other] = scene.shop.statuses(scene.sha)
    expect([long!.description!.length, long!.targetUrl, other!.targetUrl]).toEqual([255, null, null])
    expect(scene.gitlab.problems()).toEqual([])
  })
})

describe('a check', () => {
  it.each([
    ['success', 'success', 'One service is removed'],
    ['failure', 'failed', 'One service is removed'],
    ['needs_decision', 'failed', 'Needs a decision: One service is removed'],
  ] as const)('of %s is a status that is %s, and says: %s', async (conclusion, state, description) => {
    const check = {
      sha: scene.sha,
      name: 'kyozo/review',
      conclusion,
      title: 'One service is removed',
      text: '# Long',
      targetUrl: usual.targetUrl,
    }
    expect(await scene.send('check', check)).toEqual({ kind: 'sent' })
    expect(scene.shop.shown(scene.sha)).toEqual({ 'kyozo/review': { state, description } })
  })
})

describe('what GitLab answers', () => {
  const failing = (answer: { status: number; headers?: Record<string, string>; body?: unknown }) => {
    scene.gitlab.fault({ path: /statuses/, times: 1, answer: { kind: 'status', ...answer } })
    return scene.send('status', status({}))
  }

  it.each([
    [401, { message: '401 Unauthorized' }, 'access', /wrong, expired or revoked/],
    [403, { message: '403 Forbidden' }, 'access', /the scope api and at least the role Developer/],
    [404, { message: '404 Project Not Found' }, 'access', /the project is gone/],
    [410, {}, 'access', /the project is gone/],
    [301, '', 'access', /leads elsewhere/],
    [302, '', 'access', /leads elsewhere/],
    [400, { message: { target_url: ['is blocked'] } }, 'message', /^GitLab answered 400 \(target_url is blocked\)$/],
    [422, { message: 'The number of jobs has exceeded the limit' }, 'message', /number of jobs/],
  ])('%d is a refusal of the right kind', async (code, body, of, reason) => {
    expect(await failing({ status: code, body })).toEqual({ kind: 'refused', of, reason: expect.stringMatching(reason) })
  })

  it.each([408, 409, 500, 502, 503])('%d is worth another try', async (code) => {
    expect(await failing({ status: code })).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining(`GitLab answered ${code}`),
    })
  })

  it('429 says until when it wants to be left alone', async () => {
    const wait = (headers: Record<string, string>) => failing({ status: 429, headers, body: 'Retry later\n' })
    expect(await wait({ 'retry-after': '30' })).toMatchObject({ kind: 'rate_limited', untilMs: nowMs + 30_000 })
    expect(await wait({ 'ratelimit-reset': String(nowMs / 1_000 + 40) })).toMatchObject({ kind: 'rate_limited', untilMs: nowMs + 40_000 })
    expect(await wait({})).toEqual({ kind: 'rate_limited', reason: 'GitLab asks kyozo to slow down' })
  })

  it('a connection that is cut is worth another try, and a token is never taken elsewhere', async () => {
    scene.gitlab.fault({ path: /statuses/, times: 1, answer: { kind: 'reset' } })
    expect(await scene.send('status', status({}))).toMatchObject({ kind: 'unavailable' })
    const elsewhere = await scene.gitlab.createRepository({ fullName: 'evil/elsewhere' })
    const before = scene.gitlab.calls.length
    await failing({ status: 307, headers: { location: `${scene.gitlab.apiUrl}/projects/${elsewhere.id}/statuses/x` } })
    expect(scene.gitlab.calls).toHaveLength(before + 1)
  })

  it('a token that may too little, is expired or was revoked is named', async () => {
    const send = (token: string) => scene.client(token).send({ kind: 'status', repository: scene.repository, ...status({}) })
    expect(await send(scene.gitlab.createToken({ scopes: ['read_api'] }))).toMatchObject({
      of: 'access',
      reason: expect.stringMatching(/^GitLab answered 403 \(The request requires higher privileges/),
    })
    expect(await send(scene.gitlab.createToken({ accessLevel: 20 }))).toMatchObject({
      of: 'access',
      reason: expect.stringContaining('403'),
    })
    expect(await send(scene.gitlab.createToken({ projectIds: [1] }))).toMatchObject({
      of: 'access',
      reason: expect.stringContaining('404'),
    })
    expect(await send(scene.gitlab.createToken({ expiresAtMs: nowMs }))).toMatchObject({
      reason: expect.stringContaining('Token is expired'),
    })
    const revoked = scene.gitlab.createToken()
    scene.gitlab.revoke(revoked)
    expect(await send(revoked)).toMatchObject({ of: 'access', reason: expect.stringContaining('Token was revoked') })
    expect(await send('nonsense')).toMatchObject({ of: 'access', reason: expect.stringContaining('401 Unauthorized') })
  })

  it('a project that was renamed and moved is found by its id', async () => {
    scene.shop.rename('other/group/store')
    expect(await scene.send('status', status({}))).toEqual({ kind: 'sent' })
  })
})

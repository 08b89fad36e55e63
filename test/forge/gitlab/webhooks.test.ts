// Webhooks that kyozo sets up, and GitLab's list of what they sent, with a receiver that is kyozo's own verification.
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gitlab } from '../../../src/forge/gitlab/gitlab.ts'
import type { GitLabOptions } from '../../support/gitlab/gitlab.ts'
import { openScene, type Scene } from './scene.ts'

const secret = 'a long random text'
const signingToken = `whsec_${randomBytes(32).toString('base64')}`

let scene: Scene
let server: Server
let url: string
let received: string[]
let answer: number
let accepted: string

beforeEach(async () => {
  received = []
  answer = 202
  accepted = secret
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const isRight = gitlab.verify({ headers: request.headers, body: Buffer.concat(chunks) }, accepted)
    received.push(`${gitlab.deliveryHeaders(request.headers).event}${isRight ? '' : ' refused'}`)
    response.writeHead(isRight ? answer : 401).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/gitlab`
  await open()
})

afterEach(async () => {
  const problems = scene.gitlab.problems()
  await scene.gitlab.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  expect(problems).toEqual([])
})

async function open(options: GitLabOptions = {}): Promise<void> {
  await scene?.gitlab.close()
  scene = await openScene(options)
}

const ensure = (token?: string, webhookSecret = secret) => scene.client(token, webhookSecret).ask!.ensureWebhook(scene.repository, { url })
const push = (text: string) => scene.shop.push({ change: { files: { a: text } } })

describe('the webhook of a project', () => {
  it('is made once, with the secret, for what kyozo acts on, and arrives verified', async () => {
    expect(await ensure()).toBe('made')
    expect(await ensure()).toBe('there')
    const [hook] = scene.shop.hooks()
    expect(hook).toMatchObject({
      url,
      token: secret,
      push_events: true,
      merge_requests_events: true,
      note_events: true,
      tag_push_events: false,
    })
    await push('1')
    const merge = await scene.shop.openPullRequest({ branch: 'fix', change: { files: { b: '1' } } })
    await merge.comment('/kyozo deploy')
    expect(received).toEqual(['Push Hook', 'Merge Request Hook', 'Note Hook'])
  })

  it('is signed where the secret is a signing token, and the token itself is not sent', async () => {
    accepted = signingToken
    expect(await ensure(undefined, signingToken)).toBe('made')
    expect(await ensure(undefined, signingToken)).toBe('there')
    const { deliveries } = await push('1')
    expect(received).toEqual(['Push Hook'])
    expect(Object.values(deliveries[0]!.headers).join()).not.toContain(signingToken)
    expect(scene.shop.hooks()).toMatchObject([{ token: undefined, signingToken }])
  })

  it('of a GitLab that knows no signing tokens has the same text as secret token', async () => {
    await open({ isOld: true })
    accepted = signingToken
    expect(await ensure(undefined, signingToken)).toBe('made')
    expect(await ensure(undefined, signingToken)).toBe('there')
    await push('1')
    expect(received).toEqual(['Push Hook'])
  })

  it.each([
    ['hears too little', { merge_requests_events: false }],
    ['hears of one branch only', { push_events_branch_filter: 'main', branch_filter_strategy: 'wildcard' }],
    ['has no secret', { token: undefined }],
  ])('that %s is mended', async (_, damage) => {
    await ensure()
    Object.assign(scene.shop.hooks()[0]!, damage)
    expect(await ensure()).toBe('repaired')
    expect(await ensure()).toBe('there')
    await scene.shop.push({ branch: 'other', change: { files: { a: '1' } } })
    expect(received).toEqual(['Push Hook'])
  })

  it('of somebody else stays as it is', async () => {
    const theirs = scene.shop.addHook({ url: 'https://elsewhere.example/', token: 'theirs' })
    const before = structuredClone(theirs)
    await ensure()
    expect(scene.shop.hooks()).toHaveLength(2)
    expect(theirs).toEqual(before)
  })

  it('that GitLab switched off after failures is on again when kyozo answers a test', async () => {
    await ensure()
    answer = 503
    for (let at = 0; at < 4; at++) await push(String(at))
    await push('unheard')
    expect(received).toHaveLength(4)
    answer = 200
    expect(await ensure()).toBe('repaired')
    expect(await ensure()).toBe('there')
    await push('heard')
    expect(received).toHaveLength(6)
  })

  it('that is off since its secret is another one than kyozo’s gets that and is on again', async () => {
    await ensure()
    accepted = 'another long random text'
    for (let at = 0; at < 4; at++) await push(String(at))
    expect(received).toEqual(Array(4).fill('Push Hook refused'))
    expect(await ensure(undefined, accepted)).toBe('repaired')
    expect(received.slice(4)).toEqual(['Push Hook'])
  })

  it('that is off and that kyozo does not answer either is told as that', async () => {
    await ensure()
    scene.shop.hooks()[0]!.failures = 40
    answer = 503
    await expect(ensure()).rejects.toMatchObject({
      code: 'forge_refused',
      message: 'could not see to the webhook of acme/team/shop, which was off: GitLab answered 422 ({})',
    })
  })

  it('is no matter of a token that is not a Maintainer’s', async () => {
    await expect(ensure(scene.gitlab.createToken({ accessLevel: 30 }))).rejects.toMatchObject({ code: 'forge_refused' })
    await expect(ensure(scene.gitlab.createToken({ projectIds: [1] }))).rejects.toMatchObject({
      code: 'forge_refused',
      hint: 'give the connection a token with the scope api of somebody who has the role Maintainer in the project',
    })
  })
})

describe('GitLab’s list of what it sent', () => {
  const record = () => scene.client().record!
  const list = (since = new Date(0)) =>
    record().list({ repository: scene.repository, since, leadsHere: (one) => one === url, lastHeaders: {} })

  it('has each delivery once, oldest first, with how it went', async () => {
    await ensure()
    const first = await push('1')
    answer = 500
    const second = await push('2')
    const { deliveries, isComplete } = await list()
    expect(isComplete).toBe(true)
    expect(deliveries).toMatchObject([
      {
        deliveryId: first.deliveries[0]!.idempotencyKey,
        event: 'Push Hook',
        isGood: true,
        words: '202',
        repositoryId: scene.repository.id,
      },
      { deliveryId: second.deliveries[0]!.idempotencyKey, event: 'Push Hook', isGood: false, words: '500' },
    ])
  })

  it('gives back what was sent, but for the secret', async () => {
    await ensure()
    answer = 500
    const { sha } = await push('1')
    const [sent] = (await list()).deliveries
    const content = await record().read(sent!, scene.repository)
    expect(JSON.parse(content!.body.toString())).toMatchObject({ object_kind: 'push', after: sha })
    expect(content!.headers).toMatchObject({ 'x-gitlab-event': 'Push Hook', 'content-type': 'application/json' })
    expect(Object.values(content!.headers)).not.toContain(secret)
  })

  it('has a delivery once however often it was sent, and knows when somebody asked for it again', async () => {
    await ensure()
    scene.shop.hooks()[0]!.isUnreachable = true
    await push('1')
    const [failed] = (await list()).deliveries
    expect(failed).toMatchObject({ isGood: false, words: 'internal error' })
    expect(failed?.askedAgainAt).toBeUndefined()
    scene.shop.hooks()[0]!.isUnreachable = false
    await record().sendAgain(failed!, scene.repository)
    expect(received).toEqual(['Push Hook'])
    const { deliveries } = await list()
    expect(deliveries).toMatchObject([{ deliveryId: failed!.deliveryId, isGood: true, askedAgainAt: expect.any(Date) }])
  })

  it('is read page after page, and no further back than asked', async () => {
    let nowMs = Date.parse('2026-06-01T10:00:00Z')
    await open({ now: () => nowMs })
    await ensure()
    for (let at = 0; at < 50; at++) {
      nowMs += 60_000
      await push(String(at))
    }
    const { deliveries } = await list()
    expect(deliveries).toHaveLength(50)
    const oldest = await record().read(deliveries[0]!, scene.repository)
    expect(JSON.parse(oldest!.body.toString())).toMatchObject({ after: JSON.parse(oldest!.body.toString()).checkout_sha })
    const before = scene.gitlab.calls.length
    expect((await list(new Date(nowMs - 5 * 60_000))).deliveries.length).toBeGreaterThanOrEqual(5)
    expect(scene.gitlab.calls.slice(before).filter(({ path }) => path.endsWith('/events'))).toHaveLength(1)
  })

  it('is of no use where GitLab does not say when, has no webhook of kyozo’s, or does not let kyozo in', async () => {
    await expect(list()).rejects.toMatchObject({ code: 'forge_refused', message: 'acme/team/shop has no webhook that leads to kyozo' })
    await ensure()
    scene.gitlab.fault({ path: /events$/, times: 1, answer: { kind: 'status', status: 404, body: { error: '404 Not Found' } } })
    await expect(list()).rejects.toMatchObject({ code: 'forge_refused', hint: expect.stringContaining('from 17.3 on') })
    const developer = scene.client(scene.gitlab.createToken({ accessLevel: 30 })).record!
    const request = { repository: scene.repository, since: new Date(0), leadsHere: () => true, lastHeaders: {} }
    await expect(developer.list(request)).rejects.toMatchObject({ code: 'forge_refused' })
    await open({ isOld: true })
    await ensure()
    await push('1')
    await expect(list()).rejects.toMatchObject({
      code: 'forge_refused',
      message: 'could not list what the webhook of acme/team/shop sent: this GitLab does not say when it sent something',
    })
  })

  it('sends again five times a minute at most', async () => {
    await ensure()
    await push('1')
    const [sent] = (await list()).deliveries
    for (let at = 0; at < 5; at++) await record().sendAgain(sent!, scene.repository)
    await expect(record().sendAgain(sent!, scene.repository)).rejects.toMatchObject({ code: 'forge_unavailable' })
  })
})

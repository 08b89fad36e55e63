// What kyozo says on Gitea arrives once, where it belongs, and every way it can go is an outcome.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommitStatus, ForgeMessage } from '../../../src/forge/messages.ts'
import type { GiteaPullRequest } from '../../support/gitea/gitea.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene

beforeEach(async () => {
  scene = await startScene()
})

afterEach(async () => {
  expect(scene.gitea.problems()).toEqual([])
  await scene.gitea.close()
})

const sent = { kind: 'sent' }
const writes = () => scene.gitea.calls.filter(({ method }) => method !== 'GET')

describe('a status', () => {
  const status = (changes: Partial<CommitStatus> = {}): ForgeMessage => ({
    kind: 'status',
    repository: scene.repository,
    sha: scene.sha,
    state: 'success',
    context: 'kyozo/production',
    description: '2 live',
    targetUrl: 'https://kyozo.example/releases/1',
    ...changes,
  })

  it.each(['pending', 'success', 'failure', 'error'] as const)('%s is shown beside the commit', async (state) => {
    expect(await scene.connect().send(status({ state }))).toEqual(sent)
    expect(scene.shop.statuses(scene.sha)).toMatchObject([
      { state, context: 'kyozo/production', description: '2 live', targetUrl: 'https://kyozo.example/releases/1' },
    ])
  })

  it('is one line of 140 characters, and links to web pages only', async () => {
    await scene.connect().send(status({ description: `api failed\n${'🚀'.repeat(200)}`, targetUrl: 'javascript:alert(1)' }))
    const { description, targetUrl } = scene.shop.statuses(scene.sha)[0]!
    expect(Array.from(description)).toHaveLength(140)
    expect(description).toMatch(/^api failed 🚀+…$/u)
    expect(targetUrl).toBe('')
  })

  it('whose answer was lost is not said twice', async () => {
    const client = scene.connect()
    scene.gitea.fault({ method: 'POST', path: /statuses/, times: 1, answer: { kind: 'lost' } })
    expect(await client.send(status())).toMatchObject({ kind: 'unavailable' })
    expect(await client.send(status(), { mayBeThere: true })).toEqual(sent)
    expect(scene.shop.statuses(scene.sha)).toHaveLength(1)
  })

  it('is said again when another came in between, also within the same second', async () => {
    const client = scene.connect()
    await client.send(status())
    await client.send(status({ state: 'failure', description: '1 failed' }))
    expect(await client.send(status(), { mayBeThere: true })).toEqual(sent)
    expect(scene.shop.statuses(scene.sha).map(({ state }) => state)).toEqual(['success', 'failure', 'success'])
  })

  it('of a commit that Gitea does not have yet is tried again, although Gitea only says that it failed', async () => {
    expect(await scene.connect().send(status({ sha: 'f'.repeat(40) }))).toEqual({
      kind: 'commit_unknown',
      reason: `Gitea has no commit ${'f'.repeat(40)} in acme/shop`,
    })
  })

  it('that Gitea fails over although it has the commit is tried again as any other', async () => {
    scene.gitea.fault({ method: 'POST', path: /statuses/, answer: { kind: 'status', status: 500, body: { message: '' } } })
    expect(await scene.connect().send(status())).toEqual({ kind: 'unavailable', reason: 'Gitea answered 500' })
  })

  it('of a repository that was renamed is posted under its new name', async () => {
    const client = scene.connect()
    await client.send(status({ state: 'pending' }))
    scene.shop.rename('acme/store')
    expect(await client.send(status())).toEqual(sent)
    expect(scene.shop.statuses(scene.sha)).toHaveLength(2)
  })

  it('is not posted to whoever took over the old name', async () => {
    scene.shop.rename('acme/store')
    const other = await scene.gitea.createRepository({ fullName: 'acme/shop' })
    await other.push({ change: { files: { 'README.md': '# shop\n' } } })
    expect(await scene.connect().send(status())).toEqual(sent)
    expect(other.statuses(scene.sha)).toEqual([])
    expect(scene.shop.statuses(scene.sha)).toHaveLength(1)
  })
})

describe('what Gitea does not take', () => {
  const status = (): ForgeMessage => {
    const { repository, sha } = scene
    return { kind: 'status', repository, sha, state: 'success', context: 'c', description: 'd', targetUrl: null }
  }
  const refusedAccess = (words: string) => ({ kind: 'refused', of: 'access', reason: expect.stringContaining(words) })

  it('because of a token that is wrong, revoked or expired needs a new one', async () => {
    expect(await scene.connect('nonsense').send(status())).toEqual(refusedAccess("kyozo's token is wrong, expired or revoked"))
    const client = scene.connect()
    scene.gitea.revoke(scene.token)
    expect(await client.send(status())).toEqual(refusedAccess('Gitea answered 401 (invalid username, password or token)'))
    const old = scene.gitea.createToken({ expiresAtMs: Date.now() - 1 })
    expect(await scene.connect(old).send(status())).toEqual(refusedAccess('401'))
  })

  it('because of a token without the scope says which is missing', async () => {
    const reader = scene.gitea.createToken({ scopes: ['read:repository'] })
    expect(await scene.connect(reader).send(status())).toEqual(refusedAccess('required scope(s): [write:repository]'))
  })

  it('because its user may only read says that', async () => {
    scene.shop.setAccess('kyozo', 'read')
    expect(await scene.connect().send(status())).toEqual(refusedAccess('user should have a permission to write to a repo'))
  })

  it('because the repository is gone, or not for kyozo, says that one cannot be told from the other', async () => {
    scene.shop.setAccess('kyozo', undefined)
    expect(await scene.connect().send(status())).toEqual(refusedAccess("the repository is gone, or kyozo's token may not see it"))
    scene.gitea.removeRepository(scene.shop.id)
    expect(await scene.connect().send(status())).toEqual(refusedAccess('could not find acme/shop: Gitea answered 404'))
  })

  it('because the repository is archived waits for a person', async () => {
    const pull = await scene.shop.openPullRequest({ change: { files: { a: '1' } } })
    scene.shop.archive()
    const message = {
      kind: 'comment',
      repository: scene.repository,
      pullRequest: pull.number,
      marker: '<!-- m -->',
      body: '<!-- m -->',
    } as const
    expect(await scene.connect().send(message)).toEqual(refusedAccess('the repository is archived'))
  })

  it.each([
    [409, 'message'],
    [413, 'message'],
    [422, 'message'],
    [410, 'access'],
    [301, 'access'],
  ])('with %d is no use trying again: %s', async (code, of) => {
    scene.gitea.fault({ method: 'POST', path: /statuses/, answer: { kind: 'status', status: code } })
    expect(await scene.connect().send(status())).toMatchObject({ kind: 'refused', of })
  })

  it('because a proxy before it asks for patience is left until then', async () => {
    const nowMs = Date.parse('2025-06-01T00:00:00Z')
    const limited = (headers: Record<string, string>) =>
      scene.gitea.fault({ method: 'POST', path: /statuses/, times: 1, answer: { kind: 'status', status: 429, headers } })
    const client = scene.connect(scene.token, () => nowMs)
    limited({ 'retry-after': '30' })
    expect(await client.send(status())).toMatchObject({ kind: 'rate_limited', untilMs: nowMs + 30_000 })
    limited({})
    expect(await client.send(status())).toEqual({ kind: 'rate_limited', reason: 'Gitea asks kyozo to slow down (made to fail with 429)' })
  })

  it('because it does not answer is unavailable', async () => {
    for (const answer of [{ kind: 'hang' }, { kind: 'reset' }, { kind: 'status', status: 502 }] as const) {
      const end = scene.gitea.fault({ path: /statuses/, answer })
      expect(await scene.connect().send(status())).toMatchObject({ kind: 'unavailable' })
      end()
    }
  })

  it('is never sent elsewhere, whatever a redirect says', async () => {
    const answer = { kind: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/' } } as const
    scene.gitea.fault({ path: /repositories/, answer })
    expect(await scene.connect().send(status())).toEqual(refusedAccess('kyozo follows no redirect with its token'))
    expect(scene.gitea.calls).toHaveLength(1)
  })

  it('because kyozo has no token at all says so', async () => {
    const open = await scene.gitea.createRepository({ fullName: 'acme/open' })
    const { sha } = await open.push({ change: { files: { a: '1' } } })
    const { forges } = await import('../../../src/forge/index.ts')
    const client = forges.gitea.connect(forges.gitea.connection({ apiUrl: scene.gitea.webUrl, webhookSecret: 's' }), { now: Date.now })
    const message = { ...status(), repository: { id: String(open.id), fullName: 'acme/open' }, sha } as ForgeMessage
    expect(await client.send(message)).toEqual(refusedAccess('401 (token is required)'))
    expect([client.ask, client.record, await client.fetchToken({ id: '1', fullName: 'a/b' })]).toEqual([undefined, undefined, undefined])
  })
})

describe('a check', () => {
  it.each([
    ['success', 'success', 'Would deploy api'],
    ['failure', 'failure', 'Would deploy api'],
    ['needs_decision', 'failure', 'Needs a decision: Would deploy api'],
  ] as const)('that ends in %s is a status %s, and says: %s', async (conclusion, state, description) => {
    const { repository, sha } = scene
    const targetUrl = 'https://kyozo.example/plan'
    const check = {
      kind: 'check',
      repository,
      sha,
      name: 'kyozo/plan',
      conclusion,
      title: 'Would deploy api',
      text: '# Plan',
      targetUrl,
    } as const
    expect(await scene.connect().send(check)).toEqual(sent)
    expect(scene.shop.shown(sha)).toEqual({ 'kyozo/plan': { state, description } })
  })
})

describe('the comment below a pull request', () => {
  const marker = '<!-- kyozo preview -->'
  let pull: GiteaPullRequest
  const comment = (body: string): ForgeMessage & { kind: 'comment' } => ({
    ...{ kind: 'comment', repository: scene.repository, pullRequest: pull.number, marker, body: `${marker}\n${body}` },
  })

  beforeEach(async () => {
    pull = await scene.shop.openPullRequest({ change: { files: { a: '1' } } })
  })

  it('is made once and edited in place from then on', async () => {
    const client = scene.connect()
    const made = await client.send(comment('building'))
    const { id } = pull.comments()[0]!
    expect(made).toEqual({ kind: 'sent', id: String(id) })
    expect(await client.send(comment('live'), { knownId: String(id) })).toEqual(made)
    expect(pull.comments()).toMatchObject([{ id, body: `${marker}\nlive`, author: { login: 'kyozo' } }])
  })

  it('is found by its marker where kyozo does not know what it is called', async () => {
    const client = scene.connect()
    const made = await client.send(comment('building'))
    expect(await scene.connect().send(comment('live'))).toEqual(made)
    expect(pull.comments()).toHaveLength(1)
  })

  it('is made anew when somebody took it away', async () => {
    const client = scene.connect()
    const made = await client.send(comment('building'))
    const knownId = (made as { id: string }).id
    pull.removeComment(Number(knownId))
    expect(await client.send(comment('live'), { knownId })).toMatchObject({ kind: 'sent', id: expect.not.stringMatching(`^${knownId}$`) })
    expect(pull.comments()).toHaveLength(1)
  })

  it('of somebody else is left alone, whatever marker they wrote', async () => {
    const { id } = await pull.comment(`${marker} mine`, 'eve')
    expect(await scene.connect().send(comment('live'))).toMatchObject({ kind: 'sent', id: expect.not.stringMatching(`^${id}$`) })
    expect(pull.comments().map(({ body, author }) => [author.login, body])).toEqual([
      ['eve', `${marker} mine`],
      ['kyozo', `${marker}\nlive`],
    ])
  })

  it('of the user that kyozo’s token was of before is made anew by the next, who may not edit it', async () => {
    const { id } = (await scene.connect().send(comment('building'))) as { id: string }
    scene.shop.setAccess('other', 'read')
    const client = scene.connect(scene.gitea.createToken({ user: 'other' }))
    expect(await client.send(comment('live'), { knownId: id })).toMatchObject({ kind: 'sent', id: expect.not.stringMatching(`^${id}$`) })
    expect(pull.comments().map(({ author }) => author.login)).toEqual(['kyozo', 'other'])
  })

  it('of another pull request is another', async () => {
    const client = scene.connect()
    await client.send(comment('one'))
    const second = await scene.shop.openPullRequest({ branch: 'second', change: { files: { b: '1' } } })
    await client.send({ ...comment('two'), pullRequest: second.number })
    expect([pull.comments().length, second.comments().length]).toEqual([1, 1])
  })

  it('that is not there any more is no reason to try again', async () => {
    const gone = { ...comment('live'), pullRequest: 99 }
    expect(await scene.connect().send(gone)).toEqual({
      kind: 'refused',
      of: 'message',
      reason: 'Gitea has no pull request #99 in acme/shop any more',
    })
  })

  it('is not looked for by a token that may not say whose it is, since kyozo would not know its own', async () => {
    const token = scene.gitea.createToken({ scopes: ['write:repository', 'write:issue'] })
    const client = scene.connect(token)
    const made = await client.send(comment('building'))
    expect(await client.send(comment('live'), { knownId: (made as { id: string }).id })).toEqual(made)
    expect(await client.send(comment('again'))).toMatchObject({ kind: 'sent' })
    expect(pull.comments().map(({ body }) => body)).toEqual([`${marker}\nlive`, `${marker}\nagain`])
  })

  it('needs a token for issues, which comments belong to', async () => {
    const token = scene.gitea.createToken({ scopes: ['write:repository', 'read:issue', 'read:user'] })
    expect(await scene.connect(token).send(comment('live'))).toMatchObject({
      kind: 'refused',
      of: 'access',
      reason: expect.stringContaining('required scope(s): [write:issue]'),
    })
  })

  it('tells kyozo of itself, which is then ignored: it begins with no command', async () => {
    const hook = scene.shop.addHook({ url: 'http://127.0.0.1:1/', secret: 's' })
    await scene.connect().send(comment('live'))
    await scene.gitea.idle()
    expect(scene.shop.stored.deliveries.filter(({ hookId }) => hookId === hook.id)).toMatchObject([{ event: 'issue_comment', status: 0 }])
  })
})

describe('a reply', () => {
  it('is a comment of its own, and is not said twice when its answer was lost', async () => {
    const pull = await scene.shop.openPullRequest({ change: { files: { a: '1' } } })
    const body = 'Deploying. <!-- reply 7 -->'
    const reply = { kind: 'reply', repository: scene.repository, pullRequest: pull.number, marker: '<!-- reply 7 -->', body } as const
    const client = scene.connect()
    scene.gitea.fault({ method: 'POST', path: /comments$/, times: 1, answer: { kind: 'lost' } })
    expect(await client.send(reply)).toMatchObject({ kind: 'unavailable' })
    expect(await client.send(reply, { mayBeThere: true })).toEqual({ kind: 'sent', id: String(pull.comments()[0]!.id) })
    await client.send({ ...reply, marker: '<!-- reply 8 -->', body: 'Done. <!-- reply 8 -->' })
    expect(pull.comments().map((comment) => comment.body)).toEqual([body, 'Done. <!-- reply 8 -->'])
  })
})

describe('a reaction', () => {
  it.each([
    ['heard', 'eyes'],
    ['done', '+1'],
    ['refused', '-1'],
  ] as const)('%s marks the comment once with %s', async (reaction, content) => {
    const pull = await scene.shop.openPullRequest({ change: { files: { a: '1' } } })
    const { id } = await pull.comment('/kyozo deploy')
    const message = { kind: 'reaction', repository: scene.repository, pullRequest: pull.number, comment: String(id), reaction } as const
    const client = scene.connect()
    expect([await client.send(message), await client.send(message)]).toEqual([sent, sent])
    expect(pull.comments()[0]!.reactions).toMatchObject([{ content, user: { login: 'kyozo' } }])
  })

  it('to a comment that is gone, or under no name of Gitea’s, is given up', async () => {
    const message = { kind: 'reaction', repository: scene.repository, pullRequest: 1, reaction: 'heard' } as const
    const client = scene.connect()
    expect(await client.send({ ...message, comment: '99' })).toEqual({ kind: 'refused', of: 'message', reason: 'the comment is gone' })
    expect(await client.send({ ...message, comment: '../../hooks' })).toMatchObject({ kind: 'refused', of: 'message' })
    expect(writes()).toHaveLength(1)
  })

  it('that the server does not offer is no reason to take the token for wrong', async () => {
    const body = { message: "'eyes' is not an allowed reaction" }
    scene.gitea.fault({ path: /reactions/, answer: { kind: 'status', status: 403, body } })
    const message = { kind: 'reaction', repository: scene.repository, pullRequest: 1, comment: '7', reaction: 'heard' } as const
    expect(await scene.connect().send(message)).toMatchObject({ kind: 'refused', of: 'message' })
  })
})

it('a deployment is not among what Gitea is told', async () => {
  const { forges } = await import('../../../src/forge/index.ts')
  expect(forges.gitea.messages).toEqual(['status', 'comment', 'reply', 'reaction', 'check'])
})

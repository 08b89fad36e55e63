// What kyozo asks Gitea, it is told rightly, whatever the repository is called meanwhile and whatever its token may do.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ForgeQuestions } from '../../../src/forge/client.ts'
import { type Scene, startScene, webhookSecret } from './scene.ts'

let scene: Scene
let ask: ForgeQuestions

beforeEach(async () => {
  scene = await startScene()
  ask = scene.connect().ask!
})

afterEach(async () => {
  expect(scene.gitea.problems()).toEqual([])
  await scene.gitea.close()
})

const userOf = (login: string) => ({ id: String(scene.gitea.user(login).id), login })
const change = { files: { a: '1' } }

describe('a repository', () => {
  it('is found by its id, whatever it is called by now', async () => {
    scene.shop.rename('umbrella/store')
    scene.shop.setDefaultBranch('trunk')
    expect(await ask.findRepository(scene.repository)).toEqual({
      id: scene.repository.id,
      fullName: 'umbrella/store',
      cloneUrl: `${scene.gitea.webUrl}/umbrella/store.git`,
      defaultBranch: 'trunk',
      isPrivate: true,
    })
  })

  it('that is gone, or not for kyozo, is not found', async () => {
    scene.shop.setAccess('kyozo', undefined)
    expect(await ask.findRepository(scene.repository)).toBeUndefined()
    expect(await ask.findRepository({ id: '999', fullName: 'acme/none' })).toBeUndefined()
  })

  it('that cannot be asked for is a failure and not one that is gone', async () => {
    scene.gitea.fault({ path: /repositories/, times: 1, answer: { kind: 'status', status: 503 } })
    await expect(ask.findRepository(scene.repository)).rejects.toMatchObject({ code: 'forge_unavailable' })
    scene.gitea.revoke(scene.token)
    await expect(ask.findRepository(scene.repository)).rejects.toMatchObject({ code: 'forge_refused' })
  })

  it('is left alone as long as a proxy asks for, and no longer when the clock that said so is put right', async () => {
    let aheadMs = 86_400_000
    const patient = scene.connect(scene.token, () => Date.now() + aheadMs).ask!
    scene.gitea.fault({ path: /repositories/, times: 1, answer: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } })
    await expect(patient.findRepository(scene.repository)).rejects.toMatchObject({ code: 'forge_unavailable', retryAfterSeconds: 60 })
    await expect(patient.findRepository(scene.repository)).rejects.toThrow('Gitea wants to be left alone')
    expect(scene.gitea.calls).toHaveLength(1)
    aheadMs = 0
    expect(await patient.findRepository(scene.repository)).toMatchObject({ fullName: 'acme/shop' })
  })

  it('has branches, on however many pages', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `branch-${String(at).padStart(2, '0')}`)
    for (const name of names) await scene.shop.moveTo(name, scene.sha)
    const found = await ask.listBranches(scene.repository)
    expect(found.map(({ ref }) => ref).sort()).toEqual([...names, 'main'].map((name) => `refs/heads/${name}`).sort())
    expect(new Set(found.map(({ sha }) => sha))).toEqual(new Set([scene.sha]))
  })
})

describe('a pull request', () => {
  it('is found by its number, through its life', async () => {
    const pull = await scene.shop.openPullRequest({ change, title: 'WIP: Add a', by: 'mona' })
    await pull.label(['preview'])
    expect(await ask.findPullRequest(scene.repository, pull.number)).toEqual({
      number: pull.number,
      id: String(pull.id),
      state: 'open',
      title: 'WIP: Add a',
      url: `${scene.gitea.webUrl}/acme/shop/pulls/1`,
      ref: 'refs/pull/1/head',
      headSha: pull.headSha,
      headRef: 'refs/heads/feature',
      baseRef: 'refs/heads/main',
      isFork: false,
      isDraft: true,
      author: 'mona',
      labels: ['preview'],
      updatedAt: expect.any(Date),
    })
    await pull.close()
    expect(await ask.findPullRequest(scene.repository, 1)).toMatchObject({ state: 'closed' })
    await pull.reopen()
    const { sha } = await pull.push({ files: { a: '2' } })
    expect(await ask.findPullRequest(scene.repository, 1)).toMatchObject({ state: 'open', headSha: sha })
    await pull.merge()
    expect(await ask.findPullRequest(scene.repository, 1)).toMatchObject({ state: 'merged' })
    expect(await ask.findPullRequest(scene.repository, 99)).toBeUndefined()
  })

  it('of a repository that is gone is not said to be missing, which would end its preview', async () => {
    const pull = await scene.shop.openPullRequest({ change })
    expect(await ask.findPullRequest(scene.repository, pull.number)).toMatchObject({ state: 'open' })
    scene.gitea.removeRepository(scene.shop.id)
    await expect(ask.findPullRequest(scene.repository, pull.number)).rejects.toMatchObject({ code: 'forge_refused' })
  })

  it('is listed while it is open, the one that changed last first, and none whose head is lost', async () => {
    const opened = []
    for (const branch of ['one', 'two', 'three', 'four']) opened.push(await scene.shop.openPullRequest({ branch, change }))
    const [one, two, three, four] = opened.map(({ number }) => scene.shop.stored.pullRequests[number - 1]!)
    one!.updatedAtMs += 60_000
    two!.state = 'closed'
    three!.headSha = ''
    expect((await ask.listPullRequests(scene.repository)).map(({ number }) => number)).toEqual([one!.number, four!.number])
  })

  it('between two branches is opened once, and given the new text after that', async () => {
    await scene.shop.push({ branch: 'kyozo/compose', change: { files: { 'compose.kyozo.yaml': 'services: {}\n' } } })
    const wanted = { headRef: 'refs/heads/kyozo/compose', baseRef: 'refs/heads/main', title: 'Update compose', body: 'Because.' }
    const made = await ask.openPullRequest(scene.repository, wanted)
    expect(made).toMatchObject({ number: 1, headRef: wanted.headRef, baseRef: wanted.baseRef, isFork: false, author: 'kyozo' })
    expect(await ask.openPullRequest(scene.repository, { ...wanted, title: 'Update it again' })).toMatchObject({
      number: 1,
      title: 'Update it again',
    })
    expect(scene.shop.stored.pullRequests).toMatchObject([{ title: 'Update it again', body: 'Because.' }])
  })

  it('of a fork whose branch has the same name is another', async () => {
    const fork = await scene.shop.fork('eve')
    await scene.shop.openPullRequest({ from: fork, branch: 'kyozo/compose', change })
    await scene.shop.push({ branch: 'kyozo/compose', change: { files: { b: '1' } } })
    const wanted = { headRef: 'refs/heads/kyozo/compose', baseRef: 'refs/heads/main', title: 't', body: 'b' }
    expect(await ask.openPullRequest(scene.repository, wanted)).toMatchObject({ number: 2, isFork: false })
  })

  it('of a branch that is not there is refused in words', async () => {
    const wanted = { headRef: 'refs/heads/none', baseRef: 'refs/heads/main', title: 't', body: 'b' }
    await expect(ask.openPullRequest(scene.repository, wanted)).rejects.toMatchObject({
      code: 'forge_refused',
      message: expect.stringContaining('could not open a pull request of none in acme/shop: Gitea answered 404'),
    })
  })
})

describe('whether somebody may write', () => {
  it.each([
    ['read', false],
    ['write', true],
    ['admin', true],
  ] as const)('is said of somebody who may %s: %s', async (level, expected) => {
    scene.shop.setAccess('mona', level)
    expect(await ask.mayWrite(scene.repository, userOf('mona'))).toBe(expected)
  })

  it('is true of the owner, and false of a stranger, of nobody, and of whoever took over a login', async () => {
    expect(await ask.mayWrite(scene.repository, userOf('acme'))).toBe(true)
    expect(await ask.mayWrite(scene.repository, userOf('eve'))).toBe(false)
    expect(await ask.mayWrite(scene.repository, { id: '4711', login: 'nobody' })).toBe(false)
    scene.shop.setAccess('mona', 'write')
    expect(await ask.mayWrite(scene.repository, { id: '4711', login: 'mona' })).toBe(false)
  })

  it.each(['..', '.', '../../admin', 'a/b', 'a?x', 'a%2fb', ''])('is never asked for the login %j', async (login) => {
    expect(await ask.mayWrite(scene.repository, { id: '1', login })).toBe(false)
    expect(scene.gitea.calls).toEqual([])
  })

  it('is known of the owner alone where the user of the token does not administrate the repository', async () => {
    scene.shop.setAccess('kyozo', 'write')
    scene.shop.setAccess('mona', 'write')
    expect(await ask.mayWrite(scene.repository, userOf('acme'))).toBe(true)
    await expect(ask.mayWrite(scene.repository, userOf('mona'))).rejects.toMatchObject({
      code: 'forge_refused',
      hint: "make the user of kyozo's token an administrator of the repository, since only they may ask that",
    })
  })
})

describe('the webhook of a repository', () => {
  const url = 'https://kyozo.example/webhooks/gitea/main-gitea'
  const ensure = () => ask.ensureWebhook(scene.repository, { url })
  const hooks = () => scene.shop.stored.hooks

  it('is made once, for what kyozo acts on and nothing else, and signed with the secret', async () => {
    expect([await ensure(), await ensure()]).toEqual(['made', 'there'])
    expect(hooks()).toEqual([
      {
        id: expect.any(Number),
        type: 'gitea',
        url,
        contentType: 'json',
        secret: webhookSecret,
        events: ['delete', 'push', 'pull_request', 'pull_request_label', 'pull_request_comment', 'pull_request_sync'],
        isActive: true,
        branchFilter: '*',
        authorizationHeader: '',
      },
    ])
  })

  it.each([
    ['was switched off', { isActive: false }],
    ['does not hear of pull requests', { events: ['push', 'delete'] }],
    ['hears of one branch only', { branchFilter: 'main' }],
    ['sends forms', { contentType: 'form' }],
  ])('is repaired when it %s, and keeps the rest', async (_, changes) => {
    await ensure()
    Object.assign(hooks()[0]!, { events: [...hooks()[0]!.events!, 'release'], authorizationHeader: 'Bearer x' }, changes)
    expect([await ensure(), await ensure()]).toEqual(['repaired', 'there'])
    expect(hooks()).toMatchObject([
      {
        isActive: true,
        branchFilter: '*',
        contentType: 'json',
        authorizationHeader: 'Bearer x',
        events: expect.arrayContaining(['pull_request_comment']),
      },
    ])
  })

  it('of somebody else is left alone, also one of another kind with the same address', async () => {
    scene.shop.addHook({ url: 'https://ci.example/', secret: 'theirs', events: ['push'] })
    scene.shop.addHook({ url, secret: 'theirs', events: ['push'], type: 'slack' })
    const before = structuredClone(hooks())
    expect(await ensure()).toBe('made')
    expect(hooks().slice(0, 2)).toEqual(before)
  })

  it('needs a token whose user administrates the repository', async () => {
    scene.shop.setAccess('kyozo', 'write')
    await expect(ensure()).rejects.toMatchObject({
      code: 'forge_refused',
      message: expect.stringContaining('user should be an owner or a collaborator with admin write of a repository'),
    })
  })
})

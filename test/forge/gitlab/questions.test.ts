import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gitlabConnection } from '../../../src/forge/gitlab/connection.ts'
import { forges } from '../../../src/forge/index.ts'
import { openScene, type Scene } from './scene.ts'

let scene: Scene

beforeEach(async () => {
  scene = await openScene()
})

afterEach(() => {
  const problems = scene.gitlab.problems()
  return scene.gitlab.close().then(() => expect(problems).toEqual([]))
})

const ask = (token?: string) => scene.client(token).ask!

describe('a repository', () => {
  it('is found by its id under whatever path it has now', async () => {
    const found = {
      id: String(scene.shop.id),
      fullName: 'acme/team/shop',
      cloneUrl: `${scene.gitlab.webUrl}/acme/team/shop.git`,
      defaultBranch: 'main',
      isPrivate: true,
    }
    expect(await ask().findRepository(scene.repository)).toEqual(found)
    scene.shop.rename('other/store')
    expect(await ask().findRepository(scene.repository)).toEqual({
      ...found,
      fullName: 'other/store',
      cloneUrl: `${scene.gitlab.webUrl}/other/store.git`,
    })
  })

  it('is not found when it is gone, is nobody’s to see, or has another id than a number', async () => {
    const blind = scene.gitlab.createToken({ projectIds: [1] })
    expect(await ask(blind).findRepository(scene.repository)).toBeUndefined()
    expect(await ask().findRepository({ ...scene.repository, id: 'acme/team/shop' })).toBeUndefined()
    expect(scene.gitlab.calls.at(-1)).toMatchObject({ path: '/projects/acme%2Fteam%2Fshop', status: 200 })
    scene.gitlab.removeRepository(scene.shop.id)
    expect(await ask().findRepository(scene.repository)).toBeUndefined()
  })

  it('without a commit has main as its default branch', async () => {
    const empty = await scene.gitlab.createRepository({ fullName: 'acme/empty' })
    const repository = { id: String(empty.id), fullName: 'acme/empty' }
    expect(await ask().findRepository(repository)).toMatchObject({ defaultBranch: 'main', isPrivate: false })
    expect(await ask().listBranches(repository)).toEqual([])
  })

  it('names its branches, page after page, whatever GitLab thinks it is called', async () => {
    for (let at = 0; at < 120; at++) await scene.shop.project.git.setRef(`refs/heads/b${at}`, scene.sha)
    const branches = await ask().listBranches(scene.repository)
    expect(branches).toHaveLength(121)
    expect(branches).toContainEqual({ ref: 'refs/heads/b7', sha: scene.sha })
  })

  it('is not asked for without a token', () => {
    const connection = gitlabConnection({ apiUrl: scene.gitlab.webUrl, webhookSecret: 's' })
    const client = forges.gitlab.connect(connection, { now: Date.now })
    expect([client.ask, client.record]).toEqual([undefined, undefined])
  })
})

describe('a merge request', () => {
  it('is found by its number as what it is now', async () => {
    const mona = scene.gitlab.createUser('ada')
    const merge = await scene.shop.openPullRequest({ branch: 'fix', title: 'Draft: Fix it', author: mona, change: { files: { a: '1' } } })
    await merge.label('preview')
    const found = {
      number: 1,
      id: String(merge.id),
      state: 'open',
      title: 'Draft: Fix it',
      url: `${scene.gitlab.webUrl}/acme/team/shop/-/merge_requests/1`,
      ref: 'refs/merge-requests/1/head',
      headSha: merge.state.sha,
      headRef: 'refs/heads/fix',
      baseRef: 'refs/heads/main',
      isFork: false,
      isDraft: true,
      author: 'ada',
      labels: ['preview'],
      updatedAt: expect.any(Date),
    }
    expect(await ask().findPullRequest(scene.repository, 1)).toEqual(found)
    await merge.ready()
    await merge.merge()
    expect(await ask().findPullRequest(scene.repository, 1)).toMatchObject({ state: 'merged', isDraft: false })
    expect(await ask().findPullRequest(scene.repository, 2)).toBeUndefined()
  })

  it('from a fork is one, and stays one when the fork is gone', async () => {
    const fork = await scene.gitlab.createRepository({ fullName: 'mona/shop' })
    await scene.shop.openPullRequest({ branch: 'main', fork, change: { files: { a: '1' } } })
    expect(await ask().findPullRequest(scene.repository, 1)).toMatchObject({ isFork: true, headRef: 'refs/heads/main' })
    scene.gitlab.removeRepository(fork.id)
    expect(await ask().findPullRequest(scene.repository, 1)).toMatchObject({ isFork: true })
  })

  it('that is open is listed, the one that changed last first', async () => {
    const [one, two, three] = [
      await scene.shop.openPullRequest({ branch: 'one', change: { files: { a: '1' } } }),
      await scene.shop.openPullRequest({ branch: 'two', change: { files: { a: '2' } } }),
      await scene.shop.openPullRequest({ branch: 'three', change: { files: { a: '3' } } }),
    ]
    await two.close()
    Object.assign(one.state, { updatedAtMs: three.state.updatedAtMs + 1_000 })
    expect((await ask().listPullRequests(scene.repository)).map(({ number }) => number)).toEqual([1, 3])
  })

  it('is opened between two branches, and gets another text when it is open already', async () => {
    await scene.shop.push({ branch: 'kyozo/compose', change: { files: { 'compose.kyozo.yaml': 'services: {}' } } })
    const request = { headRef: 'refs/heads/kyozo/compose', baseRef: 'refs/heads/main', title: 'Write the stack', body: 'First\n/merge' }
    const opened = await ask().openPullRequest(scene.repository, request)
    expect(opened).toMatchObject({ number: 1, state: 'open', headRef: request.headRef, baseRef: request.baseRef, isFork: false })
    const again = await ask().openPullRequest(scene.repository, { ...request, title: 'Write it anew', body: 'Second' })
    expect(again).toMatchObject({ number: 1, title: 'Write it anew' })
    expect(scene.shop.project.mergeRequests).toMatchObject([{ title: 'Write it anew', description: 'Second' }])
    const bodies = scene.gitlab.calls.filter(({ method }) => method === 'POST').map(({ body }) => body)
    expect(bodies).toMatchObject([{ description: 'First\n\\/merge' }])
  })

  it('of a branch that is not there is refused in GitLab’s words', async () => {
    const request = { headRef: 'refs/heads/nothing', baseRef: 'refs/heads/main', title: 't', body: '' }
    await expect(ask().openPullRequest(scene.repository, request)).rejects.toMatchObject({
      code: 'forge_refused',
      message: 'could not open a merge request of nothing in acme/team/shop: GitLab answered 400 (source_branch does not exist)',
    })
  })
})

describe('who may write', () => {
  const mayWrite = (user: { readonly id: number; readonly username: string }) =>
    ask().mayWrite(scene.repository, { id: String(user.id), login: user.username })

  it.each([
    [10, false],
    [20, false],
    [30, true],
    [40, true],
    [50, true],
  ])('with the access level %d: %s', async (level, expected) => {
    const ada = scene.gitlab.createUser('ada')
    scene.shop.addMember(ada, level)
    expect(await mayWrite(ada)).toBe(expected)
  })

  it('is nobody who is no member any more, was blocked, or whom GitLab does not know', async () => {
    const ada = scene.gitlab.createUser('ada')
    expect(await mayWrite(ada)).toBe(false)
    scene.shop.addMember(ada, 40)
    expect(await mayWrite(ada)).toBe(true)
    ada.state = 'blocked'
    expect(await mayWrite(ada)).toBe(false)
    ada.state = 'active'
    scene.shop.removeMember(ada)
    expect(await mayWrite(ada)).toBe(false)
    expect(await mayWrite({ id: 0, username: 'long ago' })).toBe(false)
  })
})

describe('a question that GitLab does not answer', () => {
  it('may be asked again later when it is away or has had enough, and until then is not asked at all', async () => {
    const questions = ask()
    scene.gitlab.fault({ path: /^\/projects/, times: 1, answer: { kind: 'status', status: 502, body: '<html>' } })
    await expect(questions.listBranches(scene.repository)).rejects.toMatchObject({
      code: 'forge_unavailable',
      message: 'could not list the branches of acme/team/shop: GitLab answered 502',
    })
    scene.gitlab.fault({ path: /^\/projects/, times: 1, answer: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } })
    await expect(questions.listBranches(scene.repository)).rejects.toMatchObject({ code: 'forge_unavailable' })
    const asked = scene.gitlab.calls.length
    await expect(questions.listBranches(scene.repository)).rejects.toThrow('GitLab wants to be left alone until')
    expect(scene.gitlab.calls).toHaveLength(asked)
  })

  it('needs a person when the token may not', async () => {
    const token = scene.gitlab.createToken({ scopes: ['read_repository'] })
    await expect(ask(token).listBranches(scene.repository)).rejects.toMatchObject({
      code: 'forge_refused',
      message:
        'could not list the branches of acme/team/shop: GitLab answered 403 (The request requires higher privileges than provided by the access token.)',
    })
  })

  it('but answers with something else is away as well', async () => {
    scene.gitlab.fault({ path: /branches/, times: 1, answer: { kind: 'status', status: 200, body: [{ name: '../x', commit: {} }] } })
    await expect(ask().listBranches(scene.repository)).rejects.toMatchObject({ code: 'forge_unavailable' })
    scene.gitlab.fault({ path: /branches/, times: 1, answer: { kind: 'status', status: 200, body: '<html>sign in</html>' } })
    await expect(ask().listBranches(scene.repository)).rejects.toThrow('something that is no JSON')
  })
})

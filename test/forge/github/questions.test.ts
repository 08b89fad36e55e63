// What GitHub is asked about branches, pull requests and people, and what is believed of its answers.
import { describe, expect, it } from 'vitest'
import { appClient, clientWith, github, pull, repository, restart, sha, shop, startMs, tokenClient, useScene } from './scene.ts'

useScene()

const asker = (permissions?: Parameters<typeof tokenClient>[0]) => tokenClient(permissions).ask!

describe('branches', () => {
  it('are listed with their tips, page after page, by a token that may read what is in them', async () => {
    for (const branch of ['topic/a', 'topic/$(id)', 'dotted./b']) await shop.moveTo(branch, sha)
    const expected = [
      { ref: 'refs/heads/dotted./b', sha },
      { ref: 'refs/heads/feature', sha: pull.headSha },
      { ref: 'refs/heads/main', sha },
      { ref: 'refs/heads/topic/$(id)', sha },
      { ref: 'refs/heads/topic/a', sha },
    ]
    expect(await asker({ contents: 'read' }).listBranches(repository())).toEqual(expected)
    expect(await appClient({ contents: 'read' }).ask!.listBranches(repository())).toEqual(expected)
    expect(github.problems()).toEqual([])
  })

  it('of many are all listed', async () => {
    await Promise.all(Array.from({ length: 130 }, (_, index) => shop.moveTo(`b${index}`, sha)))
    expect(await asker().listBranches(repository())).toHaveLength(132)
  }, 60_000)

  it('of a repository that kyozo may not see, or that is gone, are not taken for none', async () => {
    const refused = { code: 'forge_refused', message: expect.stringContaining('could not list the branches of acme/shop') }
    await expect(clientWith({ token: github.createToken({ repositoryIds: [1] }) }).ask!.listBranches(repository())).rejects.toMatchObject(
      refused,
    )
    await expect(asker({ statuses: 'write' }).listBranches(repository())).rejects.toMatchObject({
      ...refused,
      hint: "the connection's credential has to be let into acme/shop, with the permission to read contents",
    })
    const { listBranches } = asker()
    github.fault({ path: /\/branches$/, times: 1, answer: { kind: 'status', status: 404 } })
    await expect(listBranches(repository())).rejects.toMatchObject(refused)
    github.removeRepository(shop.id)
    await expect(listBranches(repository())).rejects.toMatchObject(refused)
  })
})

describe('a pull request', () => {
  it('is looked up by its number, as it is now', async () => {
    await pull.label('preview')
    await pull.toDraft()
    expect(await appClient({ pull_requests: 'read' }).ask!.findPullRequest(repository(), 1)).toEqual({
      ...{ number: 1, id: String(pull.id), state: 'open', title: 'Add a web', url: `${github.webUrl}/acme/shop/pull/1` },
      ...{ ref: 'refs/pull/1/head', headSha: pull.headSha, headRef: 'refs/heads/feature', baseRef: 'refs/heads/main' },
      ...{ isFork: false, isDraft: true, author: 'mona', labels: ['preview'], updatedAt: new Date('2025-06-01T00:00:00Z') },
    })
    await pull.merge()
    expect(await asker().findPullRequest(repository(), 1)).toMatchObject({ state: 'merged' })
    expect(await asker().findPullRequest(repository(), 7)).toBeUndefined()
    expect(github.problems()).toEqual([])
  })

  it('of a fork, and of one that is gone, is not of the repository itself', async () => {
    const fork = await shop.fork({ owner: 'mallory' })
    await fork.push({ branch: 'main', change: { files: { evil: '1' } } })
    await shop.openPullRequest({ from: fork, branch: 'main', author: 'mallory', title: '</script>\u0007\n'.repeat(100) })
    const asked = { isFork: true, headRef: 'refs/heads/main', author: 'mallory', title: '</script>'.repeat(100).slice(0, 160) }
    const found = await asker().findPullRequest(repository(), 2)
    expect(found).toMatchObject({ ...asked, title: expect.stringMatching(/^(<\/script>)+/) })
    expect(found?.title).not.toMatch(/\p{C}/u)
    github.removeRepository(fork.id)
    expect(await asker().findPullRequest(repository(), 2)).toMatchObject({ isFork: true })
  })

  it('that kyozo may not see is not taken for gone', async () => {
    const blind = clientWith({ token: github.createToken({ repositoryIds: [1] }) })
    await expect(blind.ask!.findPullRequest(repository(), 1)).rejects.toMatchObject({ code: 'forge_refused' })
    github.fault({ path: /\/pulls\/1$/, times: 1, answer: { kind: 'status', status: 503 } })
    await expect(asker().findPullRequest(repository(), 1)).rejects.toMatchObject({ code: 'forge_unavailable' })
  })
})

describe('the list of pull requests', () => {
  it('has the open ones, the one that changed last first', async () => {
    let ms = startMs
    await restart({ now: () => (ms += 1_000) })
    for (const branch of ['two', 'three']) {
      await shop.push({ branch, parent: sha, change: { files: { [branch]: '1' } } })
      await shop.openPullRequest({ branch })
    }
    await pull.label('preview')
    const closed = await asker().findPullRequest(repository(), 2)
    expect(closed?.state).toBe('open')
    const numbers = async () => (await asker().listPullRequests(repository())).map(({ number }) => number)
    expect(await numbers()).toEqual([1, 3, 2])
    await pull.close()
    expect(await numbers()).toEqual([3, 2])
    expect(github.problems()).toEqual([])
  })

  it('that GitHub does not give is not taken for an empty one', async () => {
    const { listPullRequests } = asker()
    for (const status of [404, 403, 500]) {
      github.fault({ path: /\/pulls$/, times: 1, answer: { kind: 'status', status } })
      await expect(listPullRequests(repository())).rejects.toMatchObject({
        message: expect.stringContaining('could not list the pull requests'),
      })
    }
    github.fault({ path: /\/pulls$/, times: 1, answer: { kind: 'status', status: 200, body: [{ number: 1 }] } })
    await expect(listPullRequests(repository())).rejects.toMatchObject({ code: 'forge_unavailable' })
    expect(await listPullRequests(repository())).toHaveLength(1)
  })
})

describe('a repository', () => {
  it('is found by its name where GitHub does not answer for its id, but only when it is the same', async () => {
    github.fault({ path: /^\/repositories\//, answer: { kind: 'status', status: 404 } })
    expect(await asker().findRepository(repository())).toMatchObject({ id: String(shop.id), fullName: 'acme/shop', isPrivate: true })
    expect(await asker().findRepository({ id: '7', fullName: 'acme/shop' })).toBeUndefined()
  })
})

describe('a repository that was renamed', () => {
  it('is asked about under the name that it has now, also when somebody else has taken the old one', async () => {
    shop.rename('acme/store')
    const other = await github.createRepository({ fullName: 'acme/shop' })
    await other.push({ change: { files: { evil: '1' } } })
    other.allow('mallory', 'admin')
    await other.push({ branch: 'feature', change: { files: { evil: '2' } } })
    await other.openPullRequest({ branch: 'feature', title: 'Not ours' })
    const ask = asker()
    const mallory = github.person('mallory')
    expect(await ask.findRepository(repository())).toMatchObject({ fullName: 'acme/store', cloneUrl: `${github.webUrl}/acme/store.git` })
    expect(await ask.listBranches(repository())).toContainEqual({ ref: 'refs/heads/main', sha })
    expect(await ask.findPullRequest(repository(), 1)).toMatchObject({ title: 'Add a web', url: `${github.webUrl}/acme/store/pull/1` })
    expect((await ask.listPullRequests(repository())).map(({ title }) => title)).toEqual(['Add a web'])
    expect(await ask.mayWrite(repository(), { id: String(mallory.id), login: 'mallory' })).toBe(false)
    expect(github.problems()).toEqual([])
  })
})

describe('whether somebody may write', () => {
  const may = (login: string, id = github.person(login).id) => asker().mayWrite(repository(), { id: String(id), login })

  it.each([
    ['admin', undefined, true],
    ['write', undefined, true],
    ['write', 'maintain', true],
    ['write', 'release-manager', true],
    ['read', 'triage', false],
    ['read', 'security-reviewer', false],
    ['none', undefined, false],
  ] as const)('(%s by the role %s) is %s', async (permission, roleName, expected) => {
    shop.allow('ada', permission, roleName === undefined ? {} : { roleName })
    expect(await may('ada')).toBe(expected)
    expect(github.problems()).toEqual([])
  })

  it('is asked anew each time, so what was taken away is gone at once', async () => {
    const { mayWrite } = asker()
    const ada = { id: String(github.person('ada').id), login: 'ada' }
    shop.allow('ada', 'write')
    expect(await mayWrite(repository(), ada)).toBe(true)
    shop.allow('ada', 'none')
    expect(await mayWrite(repository(), ada)).toBe(false)
  })

  it('is no for nobody, for a bot, and for a name that would lead elsewhere', async () => {
    expect(await may('nobody-at-all', 1)).toBe(false)
    expect(await may('dependabot[bot]', 2)).toBe(false)
    expect(await may('../../../../user', 3)).toBe(false)
    expect(github.calls.filter(({ path }) => path.includes('collaborators')).map(({ path }) => path.split('/').length)).toEqual([7, 7, 7])
  })

  it('goes by the person: one who is called something else may still, and one who took over the name may not', async () => {
    shop.allow('ada', 'write')
    const { id } = github.person('ada')
    github.renamePerson('ada', 'lovelace')
    expect(await may('ada', id)).toBe(true)
    const other = github.person('ada')
    expect(other.id).not.toBe(id)
    expect(await may('ada', id)).toBe(true)
    expect(await may('ada', other.id)).toBe(false)
    expect(github.problems()).toEqual([])
  })

  it('is not guessed when GitHub does not say', async () => {
    shop.allow('ada', 'write')
    const { id } = github.person('ada')
    github.fault({
      path: /\/permission$/,
      times: 1,
      answer: { kind: 'status', status: 403, body: { message: 'Must have push access to view collaborator permission.' } },
    })
    await expect(may('ada', id)).rejects.toMatchObject({
      code: 'forge_refused',
      message: expect.stringContaining('ask what ada may do in acme/shop'),
    })
    github.fault({ path: /\/permission$/, times: 1, answer: { kind: 'reset' } })
    await expect(may('ada', id)).rejects.toMatchObject({ code: 'forge_unavailable' })
  })
})

// Opens pull requests between branches, as kyozo does for what it writes itself.
import { describe, expect, it } from 'vitest'
import { appClient, changes, github, repository, sha, shop, tokenClient, useScene } from './scene.ts'

useScene()

const request = (more: object = {}) => ({
  ...{ headRef: 'refs/heads/kyozo/compose', baseRef: 'refs/heads/main', title: 'Update compose.kyozo.yaml', body: 'What changed: …' },
  ...more,
})

const pushed = (branch = 'kyozo/compose') =>
  shop.push({ branch, parent: sha, change: { files: { 'compose.kyozo.yaml': 'services: {}\n' } } })

describe('a pull request that kyozo opens', () => {
  it('is opened once, and gets the new text after that', async () => {
    await pushed()
    const { ask } = appClient({ pull_requests: 'write' })
    const opened = await ask!.openPullRequest(repository(), request())
    expect(opened).toMatchObject({
      number: 2,
      state: 'open',
      headRef: 'refs/heads/kyozo/compose',
      author: 'kyozo-1000[bot]',
      isFork: false,
    })
    const again = await ask!.openPullRequest(repository(), request({ title: 'Another title' }))
    expect(again).toMatchObject({ number: 2, title: 'Another title' })
    expect(changes()).toEqual(['POST /repos/acme/shop/pulls', 'PATCH /repos/acme/shop/pulls/2'])
    expect(github.problems()).toEqual([])
  })

  it('is never somebody else’s, of a fork with a branch of the same name or to another base', async () => {
    await pushed()
    await shop.push({ branch: 'develop', parent: sha, change: { files: { d: '1' } } })
    const fork = await shop.fork({ owner: 'mallory' })
    await shop.openPullRequest({ from: fork, branch: 'kyozo/compose', author: 'mallory' })
    await shop.openPullRequest({ branch: 'kyozo/compose', base: 'develop' })
    expect(await tokenClient().ask!.openPullRequest(repository(), request())).toMatchObject({ number: 4, author: 'kyozo-bot' })
  })

  it('that another process opened in the same moment gets the text', async () => {
    await pushed()
    const { promise, resolve } = Promise.withResolvers<void>()
    github.fault({
      ...{ method: 'POST', path: /\/pulls$/, times: 1 },
      met: () => void shop.openPullRequest({ branch: 'kyozo/compose', title: 'First' }).then(() => resolve()),
      after: promise,
      answer: { kind: 'pass' },
    })
    expect(await tokenClient().ask!.openPullRequest(repository(), request())).toMatchObject({
      number: 2,
      title: 'Update compose.kyozo.yaml',
    })
  })

  it('is opened where the repository is now', async () => {
    await pushed()
    shop.rename('acme-two/store')
    const { ask } = tokenClient()
    await ask!.openPullRequest(repository(), request())
    expect(await ask!.openPullRequest(repository(), request())).toMatchObject({ number: 2, url: `${github.webUrl}/acme-two/store/pull/2` })
  })

  it('has a title and a text of a length that GitHub takes', async () => {
    await pushed()
    const opened = await tokenClient().ask!.openPullRequest(
      repository(),
      request({ title: 'x'.repeat(1_000), body: 'line\n'.repeat(20_000) }),
    )
    expect(opened.title.length).toBe(200)
    const { body } = github.calls.at(-1)!.body as { body: string }
    expect([body.length <= 65_536, body.endsWith('was left out here.*')]).toEqual([true, true])
  })

  it('that has nothing to merge, or may not be opened, is refused in words', async () => {
    await shop.moveTo('kyozo/compose', sha)
    await expect(tokenClient().ask!.openPullRequest(repository(), request())).rejects.toMatchObject({
      code: 'forge_refused',
      message: expect.stringMatching(
        /^could not open a pull request of kyozo\/compose in acme\/shop: GitHub answered 422 \(Validation Failed: No commits between main/,
      ),
    })
    await expect(appClient({ pull_requests: 'read' }).ask!.openPullRequest(repository(), request())).rejects.toMatchObject({
      message: expect.stringContaining('that may write pull requests'),
    })
    await pushed('other')
    const other = request({ headRef: 'refs/heads/other' })
    await expect(tokenClient({ pull_requests: 'read' }).ask!.openPullRequest(repository(), other)).rejects.toMatchObject({
      hint: "the connection's credential has to be let into acme/shop, with the permission to write pull requests",
    })
  })
})

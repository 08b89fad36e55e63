// compose.kyozo.yaml written back to a repository at GitHub, and everything that may be in the way.
import { describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import type { ApiDocument } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { commitBackOf, connect, releasesOf, stateOf } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 3 * minutes })
const direct = { 'kyozo.yaml': 'commit_back: direct\n' }

const { github, kyozo } = await atGitHub()

describe('compose.kyozo.yaml', () => {
  it('is proposed by one pull request, which gets no preview, and merging it replaces nothing', async () => {
    const shop = await connect('proposed', { kyozo, github })
    const { repository } = shop
    const sha = await shop.deploy(busyboxService('one', '1'))
    const told = await commitBackOf(kyozo, sha)
    expect(told).toMatchObject({ state: 'proposed', words: 'compose.kyozo.yaml is proposed by pull request 1', url: expect.any(String) })
    const [pull] = repository.pullRequests()
    expect(pull).toMatchObject({ state: 'open', title: 'Add compose.kyozo.yaml, what kyozo runs', headBranch: 'kyozo/compose' })
    expect(await repository.fileAt(pull!.headSha, 'compose.kyozo.yaml')).toContain('  one:\n')
    const { parents, message } = await repository.commitAt(pull!.headSha)
    expect(parents).toEqual([sha])
    expect(message).toMatch(/^Kyozo-Generated: [0-9a-f]{32}$/m)
    const { sha: merged } = await pull!.merge()
    expect(await shop.verdict(merged)).toMatchObject({ 'kyozo/production': { state: 'success', description: '1 unchanged' } })
    expect(await commitBackOf(kyozo, merged)).toMatchObject({ state: 'nothing', words: 'compose.kyozo.yaml is as it should be' })
    expect(repository.pullRequests()).toHaveLength(1)
    expect((await kyozo.api<ApiDocument>('/pull_requests')).data).toEqual([])
    expect(pull!.comments()).toEqual([])
  })

  it('is committed to the branch where that is wanted, once for a change of shape, and starts no release', async () => {
    const shop = await connect('direct', { kyozo, github })
    const { repository } = shop
    const first = await shop.deploy({ ...busyboxService('one', '1'), ...direct })
    const { state, sha } = await commitBackOf(kyozo, first)
    expect(state).toBe('written')
    expect(await repository.tip('main')).toBe(sha)
    expect((await repository.commitAt(sha!)).parents).toEqual([first])
    await until('the own commit to have its status', () => repository.shown(sha!)['kyozo/production']?.state === 'success')
    expect(await releasesOf(kyozo, sha!)).toEqual([])
    // Only code: nothing is written.
    const second = await shop.deploy(busyboxService('one', '2'))
    expect(await commitBackOf(kyozo, second)).toMatchObject({ state: 'nothing' })
    expect(await repository.tip('main')).toBe(second)
    expect(await shop.ask('one')).toBe('one 2')
    expect(repository.pullRequests()).toEqual([])
  })

  it('is proposed where the branch is protected', async () => {
    const shop = await connect('protected', { kyozo, github })
    const { repository } = shop
    const { sha } = await shop.push({ ...busyboxService('one', '1'), ...direct })
    await repository.protect('main')
    await shop.verdict(sha)
    expect(await commitBackOf(kyozo, sha)).toMatchObject({
      state: 'proposed',
      words: expect.stringMatching(/main: the branch is protected; it is proposed instead; .* is proposed by pull request 1$/),
    })
    expect(await repository.tip('main')).toBe(sha)
  })

  it('gives way to whoever pushes at the same moment, and is written after the release of that', async () => {
    const shop = await connect('race', { kyozo, github })
    const { repository } = shop
    const [isPushing, mayPush] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const path = new RegExp(`/${repository.fullName}\\.git/git-receive-pack$`)
    github.fault({ method: 'POST', path, times: 1, after: mayPush.promise, met: isPushing.resolve, answer: { kind: 'pass' } })
    const { sha } = await shop.push({ ...busyboxService('one', '1'), ...direct })
    await isPushing.promise
    const { sha: theirs } = await shop.push(busyboxService('one', '2'))
    mayPush.resolve()
    expect(await commitBackOf(kyozo, sha)).toEqual({
      state: 'nothing',
      words: expect.stringMatching(
        /^(?:the branch has moved on to .{7}, whose release decides|a newer release decides what .* should be)$/,
      ),
    })
    const written = await commitBackOf(kyozo, theirs)
    expect(written).toMatchObject({ state: 'written' })
    expect((await repository.commitAt(written.sha!)).parents).toEqual([theirs])
    expect(await repository.tip('main')).toBe(written.sha)
    expect(await shop.ask('one')).toBe('one 2')
  })

  it('is not written again after people have closed the pull request, nor where it is off', async () => {
    const shop = await connect('closed', { kyozo, github })
    const { repository } = shop
    await commitBackOf(kyozo, await shop.deploy(busyboxService('one', '1')))
    await repository.pullRequests()[0]!.close()
    const again = await shop.deploy(busyboxService('one', '2'))
    expect(await commitBackOf(kyozo, again)).toEqual({
      state: 'nothing',
      words: 'people have closed the pull request with the same change',
    })
    const off = await shop.deploy({ 'kyozo.yaml': 'commit_back: off\n' })
    expect(await commitBackOf(kyozo, off)).toMatchObject({ state: 'nothing', words: 'commit_back is off' })
    expect(repository.pullRequests()).toHaveLength(1)
    expect(await stateOf(kyozo, off)).toBe('unchanged')
  })
})

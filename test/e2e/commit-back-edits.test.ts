// compose.kyozo.yaml written back where people change it too, at the very moment when they push, and on kyozo's own remote.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { busyboxService } from '../support/busybox-service.ts'
import { type ApiDocument, adminToken } from '../support/kyozo.ts'
import { createRepository, type TestRepository } from '../support/repository.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { type CommitBack, commitBackOf, connect, releasesOf } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 4 * minutes })
const file = 'compose.kyozo.yaml'

const { github, kyozo } = await atGitHub()

let ownRepository: TestRepository

beforeAll(async () => {
  ownRepository = await createRepository({ files: busyboxService('one', '1') })
}, minutes)

afterAll(() => ownRepository.remove())

const declared = (memory: string) => `commit_back: direct\nservices:\n  one:\n    resources: { memory: ${memory} }\n`

// A minute passes between two commits of kyozo's to one branch: they wait for it together.
describe.concurrent('compose.kyozo.yaml', () => {
  it('keeps what people changed in it, and asks where kyozo would change the same', async () => {
    const shop = await connect('conflict', { kyozo, github })
    const { repository } = shop
    const first = await shop.deploy({ ...busyboxService('one', '1'), 'kyozo.yaml': declared('60Mi') })
    const { sha = '' } = await commitBackOf(kyozo, first)
    const text = (await repository.fileAt(sha, file))!
    const edited = text.replace(/memory: 60\w+/, 'memory: 70m')
    expect(edited).not.toBe(text)
    const second = await shop.deploy({ [file]: `${edited}\n` })
    expect(await commitBackOf(kyozo, second)).toMatchObject({ state: 'nothing' })
    expect(await composeOf(second)).toContain('memory: 70m')
    const third = await shop.deploy({ 'kyozo.yaml': declared('80Mi') })
    const told = await commitBackOf(kyozo, third)
    expect(told).toMatchObject({ state: 'proposed', words: 'compose.kyozo.yaml, with 1 conflict, is proposed by pull request 1' })
    expect(await repository.tip('main')).toBe(third)
    expect(await composeOf(third)).toContain('memory: 70m')
    const [pull] = repository.pullRequests()
    expect(pull!.body).toMatch(/you have: 70m \(line \d+ of the file\)/)
    await pull!.merge()
    await until('kyozo’s value to run', async () => {
      const [release] = await releasesOf(kyozo, (await repository.tip('main'))!)
      return release?.attributes.state === 'live' && (await composeOf(String(release.attributes.sha))).includes('memory: 80m')
    })
  })

  it('says what somebody set in kyozo, on top of kyozo’s own commit', async () => {
    const shop = await connect('set', { kyozo, github })
    const { repository } = shop
    const first = await shop.deploy({ ...busyboxService('one', '1'), 'kyozo.yaml': 'commit_back: direct\n' })
    const { sha: own } = await commitBackOf(kyozo, first)
    await setMemory(shop.workspace, '90Mi')
    const written = await until(
      'another commit of kyozo’s own',
      async () => {
        const tip = await repository.tip('main')
        return tip === own ? undefined : tip
      },
      { deadlineMs: 120_000 },
    )
    expect((await repository.commitAt(written)).parents).toEqual([own])
    expect(await repository.fileAt(written, file)).toContain('memory: 90m')
    expect(await releasesOf(kyozo, written)).toEqual([])
  })

  it('gives way to whoever pushes at the same moment, and is written after the release of that', async () => {
    const shop = await connect('race', { kyozo, github })
    const { repository } = shop
    const [isPushing, mayPush] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const path = new RegExp(`/${repository.fullName}\\.git/git-receive-pack$`)
    github.fault({ method: 'POST', path, times: 1, after: mayPush.promise, met: isPushing.resolve, answer: { kind: 'pass' } })
    const { sha } = await shop.push({ ...busyboxService('one', '1'), 'kyozo.yaml': 'commit_back: direct\n' })
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

  it('is proposed on a branch of kyozo’s own remote, and merging it there replaces nothing', async () => {
    const workspace = `own-${randomBytes(3).toString('hex')}`
    const url = kyozo.remote(workspace)
    expect((await ownRepository.push(url)).output).toContain('is live: 1 live')
    const sha = (await ownRepository.git('rev-parse', 'HEAD')).output.trim()
    expect(await commitBackOf(kyozo, sha)).toMatchObject({
      state: 'proposed',
      words: 'compose.kyozo.yaml is proposed on the branch kyozo/compose; merge it into main',
    })
    const pulled = await ownRepository.git('pull', '--no-edit', url, 'kyozo/compose')
    expect(pulled.exitCode, pulled.output).toBe(0)
    // The very commit that kyozo made: what runs says so already.
    expect((await ownRepository.push(url)).output).toContain("is kyozo's own commit")
    const own = (await ownRepository.git('rev-parse', 'HEAD')).output.trim()
    expect(await releasesOf(kyozo, own)).toEqual([])
    await ownRepository.commit('Change one', busyboxService('one', '2'))
    expect((await ownRepository.push(url)).output).toContain('is live: 1 live')
    const after = (await ownRepository.git('rev-parse', 'HEAD')).output.trim()
    expect(await commitBackOf(kyozo, after)).toEqual({
      state: 'nothing',
      words: 'compose.kyozo.yaml is as it should be',
    } satisfies CommitBack)
  })
})

async function composeOf(sha: string): Promise<string> {
  const [release] = await releasesOf(kyozo, sha)
  const { data } = await kyozo.api<{ data: { attributes: { compose: string } } }>(`/releases/${release!.id}`)
  return data.attributes.compose
}

async function setMemory(workspace: string, memory: string): Promise<void> {
  const { data } = await kyozo.api<ApiDocument>(`/service_instances?include=environment.workspace`)
  const services = await Promise.all(
    data.map(async ({ id }) => {
      const { included = [] } = await kyozo.api<{ included?: { attributes: { name?: string } }[] }>(
        `/service_instances/${id}?include=environment.workspace`,
      )
      return included.some(({ attributes }) => attributes.name === workspace) ? [id] : []
    }),
  )
  const [id] = services.flat()
  const answer = await fetch(`${kyozo.url}/api/v1/service_instances/${id}`, {
    method: 'PATCH',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type: 'service_instances', id, attributes: { resource_limits: { memory } } } }),
  })
  expect(answer.status, await answer.text()).toBeLessThan(300)
}

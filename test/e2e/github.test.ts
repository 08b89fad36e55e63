// A push to GitHub becomes running services and a verdict on the commit, whatever GitHub's API does meanwhile.
import { describe, expect, it, vi } from 'vitest'
import { busyboxService, crashingService } from '../support/busybox-service.ts'
import type { FaultAnswer } from '../support/github/state.ts'
import { containersOf } from '../support/kyozo.ts'
import { until } from '../support/until.ts'
import { atGitHub } from './at-github.ts'
import { type Connected, connect, githubEnvironment, history, openPage, stateOf, untilLive } from './connected.ts'

const minutes = 60_000
vi.setConfig({ testTimeout: 2 * minutes })

const { github, kyozo } = await atGitHub((github) =>
  githubEnvironment(github, github.createToken({ permissions: { metadata: 'read', contents: 'read', statuses: 'write' } })),
)

const repositoryOf = (name: string) => connect(name, { kyozo, github })
const two = (version: string) => ({ ...busyboxService('one', version), ...busyboxService('two', version) })
const statusesPath = ({ repository }: Connected) => new RegExp(`^/repos/${repository.fullName}/statuses/`)

describe('a push to GitHub', () => {
  it('of an unknown repository connects it, runs it, and ends in a success for the environment and for each service', async () => {
    const shop = await repositoryOf('first')
    const { sha, deliveries } = await shop.push(two('1'))
    expect(deliveries[0]).toMatchObject({ status: 202 })
    expect(JSON.parse(deliveries[0]!.answer)).toMatchObject({
      decision: 'accepted',
      reason: `release of ${sha.slice(0, 7)} to production queued`,
    })
    expect(await shop.verdict(sha)).toEqual({
      'kyozo/production': { state: 'success', description: '2 live' },
      'kyozo/production/one': { state: 'success', description: expect.stringMatching(/^live after \d+\.\d s$/) },
      'kyozo/production/two': { state: 'success', description: expect.stringMatching(/^live after \d+\.\d s$/) },
    })
    const told = shop.repository.statuses(sha)
    expect(history(told)['kyozo/production']).toEqual(['pending', 'success'])
    // A required check must not be green before the services that it counts.
    expect(told.at(-1)?.context).toBe('kyozo/production')
    expect([await shop.ask('one'), await shop.ask('two')]).toEqual(['one 1', 'two 1'])
    for (const { targetUrl } of shop.repository.statuses(sha)) {
      expect(await openPage(targetUrl!)).toMatchObject({
        status: 200,
        type: expect.stringContaining('text/html'),
        text: expect.stringContaining('2 live'),
      })
    }
    const { data } = await kyozo.api(`/workspaces?filter[name]=${shop.workspace}`)
    expect(data.map(({ attributes }) => attributes)).toMatchObject([{ forge: 'github', repository_name: shop.repository.fullName }])
  })

  it('that breaks one service fails for it and for the environment, and says nothing of the others', async () => {
    const shop = await repositoryOf('broken')
    const first = await shop.deploy(two('1'))
    const before = await containersOf(shop.project)
    const sha = await shop.deploy(crashingService('two'))
    const words = `two crashed and was restarted (exit 3): the till is empty. Previous release (${first.slice(0, 7)}) still serving`
    const shown = await shop.verdict(sha)
    expect(Object.keys(shown).sort()).toEqual(['kyozo/production', 'kyozo/production/two'])
    for (const context of Object.values(shown)) {
      expect(context.state).toBe('failure')
      expect(context.description).toMatch(/^two crashed .*exit 3.*the till is empty/)
      expect(context.description).toContain(words.slice(words.indexOf('Previous')))
    }
    expect(await containersOf(shop.project)).toEqual(before)
    expect(await shop.ask('two')).toBe('two 1')
  })

  it('that changes documents only is a success in which everything is unchanged', async () => {
    const shop = await repositoryOf('docs')
    await shop.deploy(two('1'))
    const before = await containersOf(shop.project)
    const sha = await shop.deploy({ 'docs/README.md': 'New words\n' })
    expect(await shop.verdict(sha)).toEqual({ 'kyozo/production': { state: 'success', description: '2 unchanged' } })
    expect(await containersOf(shop.project)).toEqual(before)
  })

  it('to a branch without an environment is ignored with what to do about it', async () => {
    const shop = await repositoryOf('branch')
    await shop.deploy(busyboxService('one', '1'))
    const { sha, deliveries } = await shop.repository.push({
      branch: 'idea',
      parent: null,
      change: { files: busyboxService('one', '2') },
    })
    expect(deliveries[0]).toMatchObject({
      status: 200,
      answer: expect.stringContaining('environments: {<name>: {branch: idea}} in kyozo.yaml'),
    })
    expect(await stateOf(kyozo, sha)).toBeUndefined()
    expect(shop.repository.statuses(sha)).toEqual([])
  })
})

describe('when GitHub does not take statuses', () => {
  const limited: FaultAnswer = {
    kind: 'status',
    status: 403,
    headers: { 'retry-after': '3' },
    body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
  }
  const broken: FaultAnswer = { kind: 'status', status: 502 }

  it.each([
    ['asks to slow down', limited],
    ['is broken', broken],
    ['does the work and the answer is lost', { kind: 'lost' } satisfies FaultAnswer],
  ])('because it %s, the deploy goes on and the verdicts arrive later', async (_, answer) => {
    const shop = await repositoryOf('later')
    const recover = github.fault({ method: 'POST', path: statusesPath(shop), answer })
    const { sha } = await shop.push(two('1'))
    await untilLive(kyozo, sha)
    expect(await shop.ask('one')).toBe('one 1')
    recover()
    await until(
      'every verdict',
      () => Object.keys(shop.repository.shown(sha)).length === 3 && shop.repository.shown(sha)['kyozo/production']?.state === 'success',
    )
    expect(new Set(Object.values(shop.repository.shown(sha)).map(({ state }) => state))).toEqual(new Set(['success']))
  })

  it('and kyozo is killed before it could, the verdicts arrive after the restart', async () => {
    const shop = await repositoryOf('killed')
    const recover = github.fault({ method: 'POST', path: statusesPath(shop), answer: { kind: 'hang' } })
    const { sha } = await shop.push(two('1'))
    await untilLive(kyozo, sha)
    // It is killed while it waits for the answer, so that the message is still claimed.
    await kyozo.kill()
    expect(shop.repository.statuses(sha)).toEqual([])
    recover()
    await kyozo.start()
    expect(Object.values(await shop.verdict(sha)).map(({ state }) => state)).toContain('success')
    await until('the services', () => Object.keys(shop.repository.shown(sha)).length === 3)
    expect(await shop.ask('two')).toBe('two 1')
  })
})

it('GitHub had nothing against any request', () => {
  expect(github.problems()).toEqual([])
  const told = github.calls.flatMap(({ body }) => (body as { description?: string } | undefined)?.description ?? [])
  expect(told.length).toBeGreaterThan(10)
  expect(told.filter((description) => description.length > 140)).toEqual([])
})

import { describe, expect, it } from 'vitest'
import type { ForgeMessage } from '../../../src/forge/messages.ts'
import { appClient, changes, clock, github, repository, sha, shop, tokenClient, useScene } from './scene.ts'

useScene()

type Check = ForgeMessage & { readonly kind: 'check' }

const check = (more: Partial<Check> = {}): Check => ({
  ...{ kind: 'check', repository: repository(), sha, name: 'kyozo/compose', conclusion: 'needs_decision' },
  ...{
    title: 'two folders could be the web service',
    text: '# Which one?\n\n- `web`\n- `site`',
    targetUrl: 'https://kyozo.example/topology/1',
  },
  ...more,
})

const mayCheck = { checks: 'write', statuses: 'write' } as const

const runs = () => shop.checkRuns(sha).map(({ name, conclusion, output }) => `${name} ${conclusion}: ${output.title}`)

describe('a check', () => {
  it('of an app is a run with all of the text, which asks for an action when somebody has to decide', async () => {
    const client = appClient(mayCheck)
    const made = await client.send(check())
    expect(made).toEqual({ kind: 'sent', id: String(shop.checkRuns(sha)[0]?.id) })
    expect(shop.checkRuns(sha)).toMatchObject([
      {
        status: 'completed',
        conclusion: 'action_required',
        detailsUrl: 'https://kyozo.example/topology/1',
        output: { title: 'two folders could be the web service', summary: '# Which one?\n\n- `web`\n- `site`' },
      },
    ])
    expect(await client.send(check({ conclusion: 'success', title: 'decided' }), { knownId: (made as { id: string }).id })).toEqual(made)
    expect(await client.send(check({ conclusion: 'failure', title: 'wrong' }))).toEqual(made)
    expect([runs(), shop.shown(sha)]).toEqual([['kyozo/compose failure: wrong'], {}])
    expect(github.problems()).toEqual([])
  })

  it('is made anew when its run is gone, and never in the place of another app’s', async () => {
    const other = await appClient(mayCheck).send(check({ title: 'theirs' }))
    const client = appClient(mayCheck)
    await client.send(check({ title: 'mine' }))
    expect(await client.send(check({ title: 'mine again' }), { knownId: '1' })).not.toEqual(other)
    expect(runs()).toEqual([
      'kyozo/compose action_required: theirs',
      'kyozo/compose action_required: mine',
      'kyozo/compose action_required: mine again',
    ])
  })

  it('whose answer was lost is not made twice', async () => {
    github.fault({ method: 'POST', path: /\/check-runs$/, times: 1, answer: { kind: 'lost' } })
    const client = appClient(mayCheck)
    expect(await client.send(check())).toMatchObject({ kind: 'unavailable' })
    expect(await client.send(check(), { mayBeThere: true })).toMatchObject({ kind: 'sent' })
    expect(runs()).toHaveLength(1)
  })

  it.each([
    ['a token, which may make no runs', () => tokenClient({ statuses: 'write', checks: 'write' })],
    ['an app that was not given the permission', () => appClient({ statuses: 'write' })],
  ])('of %s is a status that says it in one line', async (_, connect) => {
    const client = connect()
    expect(await client.send(check())).toEqual({ kind: 'sent' })
    expect(shop.shown(sha)).toEqual({
      'kyozo/compose': { state: 'failure', description: 'Needs a decision: two folders could be the web service' },
    })
    await client.send(check({ conclusion: 'failure', title: 'wrong' }))
    await client.send(check({ conclusion: 'success', title: 'decided' }))
    expect(shop.statuses(sha).map(({ state, description }) => `${state}: ${description}`)).toEqual([
      'failure: Needs a decision: two folders could be the web service',
      'failure: wrong',
      'success: decided',
    ])
    expect(shop.checkRuns(sha)).toEqual([])
    expect(github.problems()).toEqual([])
  })

  it('whose permission is taken away meanwhile goes on as a status', async () => {
    github.fault({
      path: /\/check-runs/,
      answer: { kind: 'status', status: 403, body: { message: 'Resource not accessible by integration' } },
    })
    expect(await appClient(mayCheck).send(check())).toEqual({ kind: 'sent' })
    expect(shop.shown(sha)).toHaveProperty(['kyozo/compose', 'state'], 'failure')
  })

  it('that GitHub cannot take now, or has a limit for, is no status instead', async () => {
    const restore = github.fault({ path: /\/check-runs/, answer: { kind: 'status', status: 502 } })
    expect(await appClient(mayCheck).send(check())).toMatchObject({ kind: 'unavailable' })
    restore()
    github.fault({ path: /\/check-runs/, answer: { kind: 'status', status: 429 } })
    expect(await appClient(mayCheck).send(check())).toMatchObject({ kind: 'rate_limited' })
    expect(shop.shown(sha)).toEqual({})
  })

  it('of an app that may do neither says so', async () => {
    expect(await appClient({ contents: 'read' }).send(check())).toMatchObject({
      kind: 'refused',
      of: 'access',
      reason: expect.stringContaining('that may write statuses'),
    })
    expect(changes()).toEqual([])
  })

  it('that is longer than GitHub takes, counted in bytes, is cut and says so', async () => {
    await appClient(mayCheck).send(check({ text: '- 🚀🚀🚀🚀🚀🚀🚀🚀\n'.repeat(5_000), title: 'x'.repeat(1_000) }))
    const [run] = shop.checkRuns(sha)
    expect(Buffer.byteLength(run!.output.summary!)).toBeLessThanOrEqual(65_535)
    expect(run?.output.summary).toMatch(/\n- 🚀{8}\n\n\*The rest is longer than GitHub takes, and was left out here\.\*$/u)
    expect(run?.output.title).toHaveLength(200)
    expect(github.problems()).toEqual([])
  })

  it('links to nothing but web pages, follows a renamed repository and outlives its token', async () => {
    const client = appClient(mayCheck)
    await client.send(check({ targetUrl: 'javascript:alert(1)' }))
    expect(shop.checkRuns(sha)[0]?.detailsUrl).toBeNull()
    shop.rename('acme/store')
    clock.nowMs += 3_600_000
    github.revokeInstallationTokens()
    expect(await client.send(check({ conclusion: 'success', title: 'decided' }))).toMatchObject({ kind: 'sent' })
    expect(runs()).toEqual(['kyozo/compose success: decided'])
  })

  it('of a commit that GitHub does not have yet is tried again', async () => {
    expect(await appClient(mayCheck).send(check({ sha: 'f'.repeat(40) }))).toMatchObject({ kind: 'commit_unknown' })
  })
})

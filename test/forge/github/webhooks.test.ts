// Sees to it that GitHub tells kyozo what it needs to hear.
import { describe, expect, it } from 'vitest'
import type { Hook } from '../../support/github/state.ts'
import { changes, clientWith, github, repository, shop, tokenClient, useScene } from './scene.ts'

useScene()

const url = 'http://127.0.0.1:1/webhooks/github/main'
const webhook = { url }

const ensure = (client = tokenClient({ repository_hooks: 'write' })) => client.ask!.ensureWebhook(repository(), webhook)

const shown = ({ url, secret, contentType, events, isActive, insecureSsl }: Hook) => ({
  url,
  secret,
  contentType,
  events,
  isActive,
  insecureSsl,
})

const right = {
  url,
  secret: 'hook secret',
  contentType: 'json',
  events: ['push', 'pull_request', 'issue_comment'],
  isActive: true,
  insecureSsl: '0',
}

const hooks = () => github.hooksOf(shop.id).map(shown)

describe('the webhook of a repository', () => {
  it('is made once, with kyozo’s secret and what kyozo acts on', async () => {
    expect(await ensure()).toBe('made')
    expect(hooks()).toEqual([right])
    expect(await ensure()).toBe('there')
    expect(changes()).toEqual(['POST /repos/acme/shop/hooks'])
    expect(github.problems()).toEqual([])
  })

  it.each<[string, Partial<Hook>]>([
    ['was switched off', { isActive: false }],
    ['is not told of pull requests', { events: ['push', 'issue_comment'] }],
    ['sends forms', { contentType: 'form' }],
    ['has no secret', { secret: '' }],
  ])('that %s is repaired, and gets its secret again', async (_, broken) => {
    await ensure()
    const [hook] = github.hooksOf(shop.id)
    Object.assign(hook!, { secret: 'another', ...broken })
    expect(await ensure()).toBe('repaired')
    expect(hooks()).toEqual([{ ...right, events: expect.arrayContaining(right.events) }])
    expect(await ensure()).toBe('there')
    expect(github.problems()).toEqual([])
  })

  it('whose last delivery kyozo did not let in is given the right secret', async () => {
    await ensure()
    const [hook] = github.hooksOf(shop.id)
    hook!.secret = 'another'
    const [delivery] = await shop.send('push')
    Object.assign(shop.deliveries().find(({ id }) => id === delivery?.id)!, { status: 401 })
    expect(await ensure()).toBe('repaired')
    expect(hooks()).toEqual([right])
  })

  it('keeps what else somebody had it send, and how it looks at certificates', async () => {
    shop.addHook({ url: `${url}/`, secret: 'x', events: ['push', 'release'] })
    github.hooksOf(shop.id)[0]!.insecureSsl = '1'
    expect(await ensure()).toBe('repaired')
    expect(hooks()).toEqual([{ ...right, events: ['push', 'release', 'pull_request', 'issue_comment'], insecureSsl: '1' }])
    github.hooksOf(shop.id)[0]!.events = ['*']
    expect(await ensure()).toBe('there')
  })

  it('is nobody else’s, however many there are', async () => {
    const others = Array.from({ length: 120 }, (_, index) => shop.addHook({ url: `http://127.0.0.1:1/other/${index}`, secret: 'theirs' }))
    const before = others.map(shown)
    expect(await ensure()).toBe('made')
    expect(await ensure()).toBe('there')
    expect(hooks().slice(0, -1)).toEqual(before)
  })

  it('that kyozo may not see to says which permission is missing', async () => {
    await expect(ensure(tokenClient({ contents: 'write' }))).rejects.toMatchObject({
      code: 'forge_refused',
      message: 'could not see to the webhook of acme/shop: GitHub answered 403 (Resource not accessible by integration)',
      hint: "the connection's credential has to be let into acme/shop, with the permission to write repository hooks",
    })
    github.fault({ path: /\/hooks$/, answer: { kind: 'status', status: 404 } })
    await expect(ensure()).rejects.toMatchObject({ code: 'forge_refused', hint: expect.stringContaining('write repository hooks') })
    expect(changes()).toEqual([])
  })
})

describe('the webhook of an app', () => {
  function connect(more: Parameters<typeof github.createApp>[1]) {
    const app = github.createApp(undefined, more)
    return { app, client: clientWith({ app: { id: app.appId, privateKey: app.privateKey } }) }
  }

  it('that leads to kyozo is left alone', async () => {
    const { client } = connect({ hook: { url, secret: 'hook secret' } })
    expect(await ensure(client)).toBe('there')
    expect(changes()).toEqual([])
    expect(github.problems()).toEqual([])
  })

  it.each([
    ['leads elsewhere', { url: 'http://127.0.0.1:1/old', secret: 'old' }],
    ['leads nowhere', {}],
    ['sends forms', { url, secret: 'hook secret', content_type: 'form' }],
    ['has no secret', { url }],
  ])('that %s is repaired for all repositories at once', async (_, hook) => {
    const { app, client } = connect({ hook })
    shop.install(app)
    expect(await ensure(client)).toBe('repaired')
    expect(hooks()).toMatchObject([{ url, secret: 'hook secret', contentType: 'json' }])
    expect(await ensure(client)).toBe('there')
    expect(changes()).toEqual(['PATCH /app/hook/config'])
    expect(github.problems()).toEqual([])
  })

  it('that is not told of everything can only be mended by a person', async () => {
    const { client } = connect({ hook: { url, secret: 'hook secret' }, events: ['push'] })
    await expect(ensure(client)).rejects.toMatchObject({
      code: 'forge_refused',
      message: 'the app is not told of pull_request and issue_comment',
      hint: expect.stringContaining('Permissions & events'),
    })
  })
})

// An app that GitHub makes of a description, tried against the rules by which GitHub refuses one.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { githubConnection } from '../../../src/forge/github/connection.ts'
import { appManifest, convertManifestCode, manifestFormUrl } from '../../../src/forge/github/manifest.ts'
import { forges } from '../../../src/forge/index.ts'
import { type GitHubDouble, startGitHub } from '../../support/github/github.ts'

let github: GitHubDouble
let nowMs = Date.now()

beforeEach(async () => {
  nowMs = Date.now()
  github = await startGitHub({ now: () => nowMs })
})

afterEach(() => github.close())

const wishes = {
  baseUrl: 'https://kyozo.example',
  name: 'kyozo at acme',
  webhookUrl: 'https://kyozo.example/webhooks/github/acme',
  callbackUrl: 'https://kyozo.example/api/v1/github_apps/made',
}

/** What a browser does, with somebody who says yes on the page. */
async function confirm(manifest: object, url = manifestFormUrl({ webUrl: github.webUrl, state: 'abc' })): Promise<URL> {
  const body = new URLSearchParams({ manifest: JSON.stringify(manifest) })
  const answer = await fetch(url, { method: 'POST', redirect: 'manual', body })
  if (answer.status !== 302) throw new Error(await answer.text())
  return new URL(answer.headers.get('location')!)
}

const codeOf = async (manifest = appManifest(wishes)) => (await confirm(manifest)).searchParams.get('code')!

describe('a manifest', () => {
  it('asks for what kyozo needs and nothing else', () => {
    expect(appManifest({ ...wishes, setupUrl: 'https://kyozo.example/installed' })).toEqual({
      name: 'kyozo at acme',
      url: 'https://kyozo.example',
      hook_attributes: { url: 'https://kyozo.example/webhooks/github/acme', active: true },
      redirect_url: 'https://kyozo.example/api/v1/github_apps/made',
      setup_url: 'https://kyozo.example/installed',
      setup_on_update: false,
      public: false,
      default_permissions: {
        ...{ metadata: 'read', contents: 'read', statuses: 'write', checks: 'write', deployments: 'write' },
        ...{ pull_requests: 'write', issues: 'read' },
      },
      default_events: ['push', 'pull_request', 'issue_comment'],
    })
    expect(appManifest({ ...wishes, writesContents: true }).default_permissions.contents).toBe('write')
    expect(appManifest(wishes)).not.toHaveProperty('setup_url')
  })

  it('has a name of a length that GitHub takes', () => {
    expect(appManifest({ ...wishes, name: `kyozo\n${'x'.repeat(100)}` }).name).toBe(`kyozo ${'x'.repeat(27)}…`)
  })

  it('goes to the page of the person or of the organization that is to own the app, on any host', () => {
    expect(manifestFormUrl({ webUrl: 'https://github.com', state: 'a b&c' })).toBe('https://github.com/settings/apps/new?state=a+b%26c')
    expect(manifestFormUrl({ webUrl: 'https://git.example', owner: 'acme', state: 's' })).toBe(
      'https://git.example/organizations/acme/settings/apps/new?state=s',
    )
    for (const owner of ['../x', 'a/b', '', '-a', 'a b', 'x'.repeat(40)])
      expect(() => manifestFormUrl({ webUrl: 'https://github.com', owner, state: 's' })).toThrow('an organization of GitHub')
  })
})

describe('a code', () => {
  it('is worth the app’s keys, with which kyozo is let in at once', async () => {
    const shop = await github.createRepository({ fullName: 'acme/shop', isPrivate: true })
    const back = await confirm(appManifest(wishes), manifestFormUrl({ webUrl: github.webUrl, owner: 'acme', state: 'abc' }))
    expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([wishes.callbackUrl, 'abc'])
    const app = await convertManifestCode({ apiUrl: github.apiUrl, code: back.searchParams.get('code')! })
    expect(app).toMatchObject({ name: 'kyozo at acme', slug: 'kyozo-at-acme', htmlUrl: `${github.webUrl}/apps/kyozo-at-acme` })
    expect([app.webhookSecret.length, app.clientSecret.length, app.clientId]).toEqual([40, 40, expect.stringMatching(/^Iv23\./)])
    const settings = {
      apiUrl: github.apiUrl,
      webUrl: github.webUrl,
      webhookSecret: app.webhookSecret,
      app: { id: app.appId, privateKey: app.privateKey },
    }
    const client = forges.github.connect(githubConnection(settings), { now: () => nowMs })
    expect(await client.fetchToken({ id: String(shop.id), fullName: 'acme/shop' })).toMatch(/^ghs_/)
    expect(await client.ask!.ensureWebhook({ id: String(shop.id), fullName: 'acme/shop' }, { url: wishes.webhookUrl })).toBe('there')
    expect(github.problems()).toEqual([])
  })

  it('is good once and for an hour, and says so', async () => {
    const refused = { code: 'forge_refused', hint: expect.stringContaining('good for one hour and can be used once') }
    const code = await codeOf()
    await convertManifestCode({ apiUrl: github.apiUrl, code })
    await expect(convertManifestCode({ apiUrl: github.apiUrl, code })).rejects.toMatchObject(refused)
    const late = await codeOf()
    nowMs += 3_600_001
    await expect(convertManifestCode({ apiUrl: github.apiUrl, code: late })).rejects.toMatchObject(refused)
  })

  it.each(['', 'short', '../../user', 'a'.repeat(500), 'abcdefghij/conversions', 'abcdefghij?x=1', 'abcdefghi%2f', 'abcdefghij\n'])(
    'of the form %j never reaches GitHub',
    async (code) => {
      await expect(convertManifestCode({ apiUrl: github.apiUrl, code })).rejects.toMatchObject({ code: 'invalid' })
      expect(github.calls).toEqual([])
    },
  )

  it('is never in the words of a failure, and neither is a key', async () => {
    const code = await codeOf()
    const failures: [object, string][] = [
      [{ kind: 'status', status: 503 }, 'forge_unavailable'],
      [{ kind: 'status', status: 429 }, 'forge_unavailable'],
      [{ kind: 'reset' }, 'forge_unavailable'],
      [{ kind: 'status', status: 422, body: { message: 'Validation Failed' } }, 'forge_refused'],
      [{ kind: 'status', status: 301, headers: { location: 'http://169.254.169.254/' } }, 'forge_refused'],
      [{ kind: 'status', status: 201, body: { id: 7, pem: 'canary-key', webhook_secret: null, html_url: 'x' } }, 'forge_refused'],
    ]
    for (const [answer, expected] of failures) {
      github.fault({ path: /conversions$/, times: 1, answer: answer as Parameters<typeof github.fault>[0]['answer'] })
      const error = await convertManifestCode({ apiUrl: github.apiUrl, code }).catch((thrown) => thrown)
      expect(error.code).toBe(expected)
      expect(JSON.stringify([error.message, error.hint])).not.toMatch(new RegExp(`${code}|canary`))
    }
  })

  it('leads people to no other host than the one that was asked', async () => {
    const code = await codeOf()
    const { privateKey } = github.createApp()
    const body = { id: 7, name: 'x', slug: 'x', pem: privateKey, webhook_secret: 's', client_id: 'c', client_secret: 's' }
    github.fault({ path: /conversions$/, answer: { kind: 'status', status: 201, body: { ...body, html_url: 'javascript:alert(1)' } } })
    expect((await convertManifestCode({ apiUrl: github.apiUrl, code })).htmlUrl).toBe(github.webUrl)
  })
})

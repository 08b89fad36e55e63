// Making a GitHub App from the browser: kyozo describes it, a person says yes on GitHub, and comes back with a code.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asHtml } from '../../src/api/pages/page.ts'
import { type GitHubDouble, startGitHub } from '../support/github/github.ts'
import { adminToken } from '../support/kyozo.ts'
import { type Served, serveHere } from '../support/served.ts'

let kyozo: Served
let github: GitHubDouble
let cookie: string

beforeAll(async () => {
  github = await startGitHub()
  kyozo = await serveHere({ KYOZO_ALLOW_PRIVATE_FORGES: 'true' })
  const { email, password } = kyozo.firstPerson
  cookie = cookiesOf(await send('POST', '/login', { form: { email, password } }))
})

afterAll(() => github.close())

interface Sending {
  readonly form?: Readonly<Record<string, string>>
  readonly cookie?: string
}

function send(method: string, path: string, { form, cookie: sent }: Sending = {}): Promise<Response> {
  return fetch(path.startsWith('http') ? path : `${kyozo.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { accept: 'text/html', origin: kyozo.url, ...(sent === undefined ? {} : { cookie: sent }) },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  })
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0]!)
    .join('; ')
}

/** As far as GitHub: the form that leads there, and the cookie that remembers who began. */
async function begin(name: string) {
  const answer = await send('POST', '/setup/github', { cookie, form: { name, owner: '', api_url: github.apiUrl } })
  const html = await answer.text()
  const [, action] = /action="([^"]+)"/.exec(html) ?? []
  const [, manifest] = /name="manifest" value="([^"]+)"/.exec(html) ?? []
  return { answer, html, begun: cookiesOf(answer), action: plain(action ?? ''), manifest: plain(manifest ?? '') }
}

function plain(html: string): string {
  return html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** GitHub's page, on which somebody says yes: where it leads the browser. */
async function sayYes({ action, manifest }: { readonly action: string; readonly manifest: string }): Promise<string> {
  const answer = await send('POST', action, { form: { manifest } })
  expect([answer.status, answer.status < 400 ? '' : await answer.text()]).toEqual([302, ''])
  return answer.headers.get('location')!
}

it('an app is made, its keys are kept sealed, and it is what deliveries are verified by', async () => {
  const page = await send('GET', '/setup/github', { cookie })
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Connect GitHub')])
  const begun = await begin('acme')
  expect(begun.answer.headers.get('content-security-policy')).toContain(`form-action 'self' ${new URL(github.webUrl).origin}`)
  expect(JSON.parse(begun.manifest)).toMatchObject({
    hook_attributes: { url: `${kyozo.url}/webhooks/github/acme` },
    redirect_url: `${kyozo.url}/setup/github/callback`,
    public: false,
  })
  const back = await sayYes(begun)
  const done = await send('GET', back, { cookie: `${cookie}; ${begun.begun}` })
  const html = await done.text()
  expect([done.status, html]).toEqual([200, expect.stringContaining('GitHub is connected')])
  expect(html).toContain(asHtml('/installations/new'))
  const { data } = (await (
    await fetch(`${kyozo.url}/api/v1/forge_connections`, { headers: { authorization: `Bearer ${adminToken}` } })
  ).json()) as { data: { attributes: Record<string, unknown> }[] }
  expect(data.map(({ attributes }) => attributes)).toMatchObject([{ name: 'acme', forge: 'github', api_url: github.apiUrl }])
  expect(JSON.stringify(data)).not.toContain('PRIVATE KEY')
  expect(html).not.toContain('PRIVATE KEY')
  // A code is good once.
  const again = await send('GET', back, { cookie: `${cookie}; ${begun.begun}` })
  expect([again.status, await again.text()]).toEqual([422, expect.stringContaining('can be used once')])
})

it('nobody but who began it ends it', async () => {
  const begun = await begin('other')
  const back = await sayYes(begun)
  const codeIn = new URL(back).searchParams.get('code')!
  for (const headers of [{}, { cookie }, { cookie: begun.begun }]) {
    const answer = await send('GET', back, headers)
    expect(answer.status).toBe(403)
    expect(await answer.text()).not.toContain(codeIn)
  }
  const foreign = new URL(back)
  foreign.searchParams.set('state', 'x'.repeat(32))
  expect((await send('GET', foreign.href, { cookie: `${cookie}; ${begun.begun}` })).status).toBe(403)
})

it('a stranger is led to signing in, and a page of somebody else’s begins nothing', async () => {
  const answer = await send('GET', '/setup/github')
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?return_to=%2Fsetup%2Fgithub'])
  const foreign = await fetch(`${kyozo.url}/setup/github`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', cookie },
    body: new URLSearchParams({ name: 'x', api_url: github.apiUrl }),
  })
  expect(foreign.status).toBe(403)
})

it.each([
  ['main', 'https://api.github.com', 'not main'],
  ['Not A Name', 'https://api.github.com', 'lower-case letters'],
  ['fine', 'file:///etc/passwd', 'must be an address such as'],
])('a connection %s at %s is refused in words', async (name, apiUrl, words) => {
  const answer = await send('POST', '/setup/github', { cookie, form: { name, owner: '', api_url: apiUrl } })
  expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining(words)])
})

// Signing in over HTTP as a browser does: pages, cookies, other sites' tricks, and the limit on tries.
import { request } from 'node:http'
import { beforeAll, describe, expect, it } from 'vitest'
import { authRoutes } from '../../src/access/handle.ts'
import { createToken } from '../../src/store/tokens.ts'
import { cookieOf } from '../access/scene.ts'
import { adminToken } from '../support/kyozo.ts'
import { type Served, serveHere } from '../support/served.ts'

let kyozo: Served
let cookie: string

beforeAll(async () => {
  kyozo = await serveHere({ KYOZO_CORS_ORIGINS: 'https://dashboard.example.com', KYOZO_TRUSTED_PROXIES: 'loopback' })
  cookie = cookieOf(await signIn(kyozo.firstPerson))
})

function signIn(fields: { email: string; password: string; return_to?: string }, headers: Record<string, string> = {}) {
  return post('/login', fields, { origin: kyozo.url, ...headers })
}

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields)
  return fetch(`${kyozo.url}${path}`, { method: 'POST', body, headers, redirect: 'manual' })
}

function get(path: string, headers: Record<string, string> = {}) {
  return fetch(`${kyozo.url}${path}`, { headers, redirect: 'manual' })
}

/** fetch does not let a test choose Host and some others. */
function raw(options: { path: string; method?: string; headers: Record<string, string> }): Promise<{ status: number; body: string }> {
  const { port } = new URL(kyozo.url)
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, ...options }, (answer) => {
      let body = ''
      answer.on('data', (part: Buffer) => {
        body += part.toString()
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, body }))
    })
    asked.on('error', reject).end()
  })
}

describe('a login', () => {
  it('reads the API with its cookie, and ends with signing out', async () => {
    const mine = cookieOf(await signIn(kyozo.firstPerson))
    expect((await get('/api/v1/workspaces', { cookie: mine })).status).toBe(200)
    expect((await post('/logout', {}, { cookie: mine, origin: kyozo.url })).status).toBe(303)
    expect((await get('/api/v1/workspaces', { cookie: mine })).status).toBe(401)
  })

  it('leads back to the page that was asked for, and to no other site', async () => {
    const asked = await get('/releases/019a0000-0000-7000-8000-000000000000', { accept: 'text/html' })
    expect([asked.status, asked.headers.get('location')]).toEqual([
      303,
      '/login?return_to=%2Freleases%2F019a0000-0000-7000-8000-000000000000',
    ])
    const leadsTo = async (return_to: string) => (await signIn({ ...kyozo.firstPerson, return_to })).headers.get('location')
    expect(await leadsTo('/device?user_code=ABCD')).toBe('/device?user_code=ABCD')
    for (const elsewhere of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\tx', ''])
      expect(await leadsTo(elsewhere)).toBe('/login')
  })

  it('with a wrong password says so in words, and echoes nothing unescaped', async () => {
    const answer = await signIn({ email: '"><script>alert(1)</script>', password: 'x' })
    const text = await answer.text()
    expect([answer.status, text.includes('<script>'), text.includes('The e-mail address or the password is not right.')]).toEqual([
      401,
      false,
      true,
    ])
  })

  it('does not count a token that is wrong for less because a cookie is there', async () => {
    expect((await get('/api/v1/workspaces', { cookie, authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await get('/api/v1/workspaces', { cookie, authorization: `Bearer ${adminToken}` })).status).toBe(200)
  })

  it('over the API answers with the cookie and no token in the body', async () => {
    const answer = await fetch(`${kyozo.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(kyozo.firstPerson),
    })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    const session = await get('/api/auth/session', { cookie: cookieOf(answer) })
    expect(await session.json()).toMatchObject({
      user: { name: 'admin' },
      teams: [{ slug: 'default', role: 'owner' }],
      active_team_id: kyozo.teamId,
    })
  })
})

describe('a page of another site', () => {
  const change = (headers: Record<string, string>) =>
    fetch(`${kyozo.url}/api/v1/workspaces`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/vnd.api+json', ...headers },
      body: '{}',
    })

  it.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of no origin', {}],
    ['of an origin that hides itself', { origin: 'null' }],
    ['of another port', { origin: 'http://127.0.0.1:1' }],
    ['that the browser calls foreign', { 'sec-fetch-site': 'cross-site' }],
    ['of a neighbouring name', { 'sec-fetch-site': 'same-site' }],
  ])('%s changes nothing with a visitor’s cookie', async (_what, headers) => {
    expect((await change(headers as Record<string, string>)).status).toBe(403)
  })

  it('cannot send a form where JSON is wanted', async () => {
    expect((await change({ origin: kyozo.url, 'content-type': 'text/plain' })).status).toBe(415)
  })

  it('cannot sign a visitor in or out', async () => {
    for (const path of ['/login', '/logout', '/device', '/login/github', '/invitations/019a0000-0000-7000-8000-000000000000'])
      expect((await post(path, {}, { origin: 'https://evil.example', cookie })).status).toBe(403)
    const api = await fetch(`${kyozo.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: JSON.stringify(kyozo.firstPerson),
    })
    expect(api.status).toBe(403)
  })

  it('may read with a token only where the operator listed its origin, and never with a cookie', async () => {
    const ask = async (origin: string) => (await get('/api/v1/workspaces', { origin, authorization: `Bearer ${adminToken}` })).headers
    expect((await ask('https://evil.example')).get('access-control-allow-origin')).toBeNull()
    const allowed = await ask('https://dashboard.example.com')
    expect([allowed.get('access-control-allow-origin'), allowed.get('access-control-allow-credentials')]).toEqual([
      'https://dashboard.example.com',
      null,
    ])
    const preflight = await fetch(`${kyozo.url}/api/v1/workspaces`, {
      method: 'OPTIONS',
      headers: { origin: 'https://dashboard.example.com', 'access-control-request-method': 'PATCH' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD, POST, PATCH, DELETE'])
  })

  it('reaches nothing by a name of its own that it points here', async () => {
    for (const host of ['evil.example', 'evil.example:4400', 'a b', 'localhost.evil.example'])
      expect((await raw({ path: '/login', headers: { Host: host } })).status).toBe(421)
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:4400'])
      expect((await raw({ path: '/login', headers: { Host: host } })).status).toBe(200)
  })

  it('is told to stay out of frames, and that there are no scripts', async () => {
    const { headers } = await get('/login')
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    )
    expect([headers.get('x-frame-options'), headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
      'DENY',
      'nosniff',
      'no-referrer',
    ])
  })
})

const wordsIn = (html: string) => /role="alert">([^<]+)</.exec(html)?.[1]

describe('tries to sign in', () => {
  it('end after ten failures, however many come at once, in the same words for somebody unknown', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address })
    const tries = async (email: string) =>
      Promise.all(Array.from({ length: 50 }, (_, at) => signIn({ email, password: `guess ${at}` }, from('203.0.113.9'))))
    const known = await tries(kyozo.firstPerson.email)
    const counts = Map.groupBy(known, ({ status }) => status)
    // A busy machine may say for some that the database did not answer in time; it never lets an eleventh through.
    const unsure = counts.get(503)?.length ?? 0
    expect([counts.get(401)!.length <= 10, counts.get(401)!.length + counts.get(429)!.length + unsure]).toEqual([true, 50])
    const refused = counts.get(429)![0]!
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200)
    const unknown = await tries('nobody@example.com')
    expect(unknown.filter(({ status }) => status === 401)).toHaveLength(0)
    const elsewhere = await signIn({ email: 'nobody@example.com', password: 'x' }, from('203.0.113.77'))
    expect([elsewhere.status, wordsIn(await elsewhere.text())]).toEqual([401, wordsIn(await counts.get(401)![0]!.text())])
    // The right password is refused as well: the account is locked.
    expect((await signIn(kyozo.firstPerson)).status).toBe(429)
    const rows = await kyozo.db
      .selectFrom('auditEvents')
      .select(['subjectName', 'actorKind'])
      .where('action', '=', 'sessions.lock_out')
      .execute()
    expect(rows).toEqual([{ subjectName: 'admin', actorKind: 'system' }])
  })
})

it('counts requests of one viewer, and says when to come back', async () => {
  const slow = await serveHere({ KYOZO_API_RATE: '5' })
  const token = await createToken(slow.db, { teamId: slow.teamId, name: 'ci' })
  const ask = () => fetch(`${slow.url}/api/v1/instance`, { headers: { authorization: `Bearer ${token}` } })
  const statuses: number[] = []
  for (let at = 0; at < 5; at++) statuses.push((await ask()).status)
  const last = await ask()
  expect([...statuses, last.status]).toEqual([200, 200, 200, 200, 200, 429])
  expect(last.headers.get('content-type')).toContain('application/vnd.api+json')
  expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
})

describe('what makes no sense', () => {
  const strange: unknown[] = [
    undefined, '', 'not json', '[]', 'null', '{"email":1}', '{"email":"a\\u0000b@example.com","password":"x"}', '{"client_id":"kyozo","user_id":"x"}',
    '{"client_id":"\\u0000"}', '{"device_code":"\\u0000","client_id":"kyozo","grant_type":"x"}', '{"team":"\\u0000"}', '{"invitation_code":1}',
    '{"provider":"github","return_to":"//evil.example"}', '{"provider":"google"}', `{"email":"${'a'.repeat(5_000)}"}`, '{"__proto__":{"email":"x"}}',
  ] // biome-ignore format: a list

  it('is refused everywhere below /api/auth, in words and without a trace of what is inside', async () => {
    for (const route of Object.keys(authRoutes)) {
      const [method, at] = route.split(' ') as [string, string]
      for (const body of method === 'GET' ? [undefined] : strange) {
        const answer = await fetch(`${kyozo.url}/api/auth${at}${method === 'GET' ? '?state=%00&code=%ff&error=%00' : ''}`, {
          method,
          redirect: 'manual',
          headers: {
            'content-type': 'application/json',
            origin: kyozo.url,
            'x-forwarded-for': `203.0.113.${100 + Math.floor(Math.random() * 100)}`,
          },
          ...(body === undefined ? {} : { body: body as string }),
        })
        const text = await answer.text()
        expect([route, body, answer.status < 500, /\bat \/|node_modules|select |syntax/i.test(text)]).toEqual([route, body, true, false])
      }
    }
  })

  it('is too large at 16 KiB', async () => {
    const answer = await fetch(`${kyozo.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'x'.repeat(20_000) }),
    })
    expect(answer.status).toBe(413)
  })
})

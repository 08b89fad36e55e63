// Letting a terminal in by a code, over HTTP as `kyozo login` and a browser do (RFC 8628).
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.ts'
import { createAccess } from '../../src/access/better-auth.ts'
import { createLog } from '../../src/log.ts'
import { type Served, serveHere } from '../support/served.ts'
import { type Person, person } from './scene.ts'

let kyozo: Served
let access: Access
let ada: Person

beforeAll(async () => {
  kyozo = await serveHere()
  access = createAccess({ db: kyozo.db, key: Buffer.alloc(32, 1), baseUrl: kyozo.url, githubSignIn: undefined, log: createLog('silent') })
  ada = await signedIn('Ada')
})

/** Signed in at the server itself: its cookies are signed with its own key. */
async function signedIn(name: string): Promise<Person> {
  const made = await person(kyozo.db, access, { teamId: kyozo.teamId, name })
  const answer = await form('/login', { email: made.email, password: 'correct horse battery staple' }, '')
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0]!)
    .join('; ')
  return { ...made, cookie }
}

function form(path: string, fields: Record<string, string>, cookie: string): Promise<Response> {
  return fetch(`${kyozo.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: kyozo.url, ...(cookie === '' ? {} : { cookie }) },
    redirect: 'manual',
  })
}

async function terminal(path: string, body: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${kyozo.url}/api/auth/device/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function begin(): Promise<{ user_code: string; device_code: string; verification_uri: string; verification_uri_complete: string }> {
  const { status, body } = await terminal('code', { client_id: 'kyozo' })
  expect(status).toBe(200)
  return body as never
}

/** Tokens are asked for no more often than every two seconds; a test does not wait. */
async function poll(deviceCode: string) {
  await kyozo.db
    .updateTable('deviceCodes')
    .set({ lastPolledAt: null } as never)
    .execute()
  return terminal('token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode, client_id: 'kyozo' })
}

it('a terminal that a person lets in gets a token of theirs, once', async () => {
  const { user_code, device_code, verification_uri, verification_uri_complete } = await begin()
  expect([verification_uri, verification_uri_complete]).toEqual([`${kyozo.url}/device`, `${kyozo.url}/device?user_code=${user_code}`])
  expect(await poll(device_code)).toMatchObject({ status: 400, body: { error: 'authorization_pending' } })
  const asked = await form('/device', { code: `${user_code.slice(0, 4)}-${user_code.slice(4).toLowerCase()}` }, ada.cookie)
  expect(await asked.text()).toContain('Let this terminal in?')
  expect(await poll(device_code)).toMatchObject({ status: 400, body: { error: 'authorization_pending' } })
  expect(await (await form('/device', { code: user_code, answer: 'approve' }, ada.cookie)).text()).toContain('The terminal is let in.')
  const { status, body } = await poll(device_code)
  expect([status, body]).toEqual([
    200,
    {
      access_token: expect.stringMatching(/^kyozo_[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 7_776_000,
      scope: 'read deploy configure admin',
    },
  ])
  const answer = await fetch(`${kyozo.url}/api/v1/workspaces`, { headers: { authorization: `Bearer ${String(body.access_token)}` } })
  expect(answer.status).toBe(200)
  expect(await poll(device_code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  const sessions = await kyozo.db.selectFrom('sessions').select('id').where('userId', '=', ada.userId).execute()
  expect(sessions).toHaveLength(2)
  const trail = await kyozo.db
    .selectFrom('auditEvents')
    .select(['action', 'actor'])
    .where('actorId', '=', ada.userId)
    .orderBy('id')
    .execute()
  expect(trail.slice(-2)).toEqual([
    { action: 'sessions.approve_terminal', actor: 'Ada' },
    { action: 'api_tokens.create', actor: 'Ada' },
  ])
})

it('a terminal that is refused gets nothing', async () => {
  const { user_code, device_code } = await begin()
  await form('/device', { code: user_code }, ada.cookie)
  expect(await (await form('/device', { code: user_code, answer: 'deny' }, ada.cookie)).text()).toContain('The terminal was refused.')
  expect(await poll(device_code)).toMatchObject({ status: 400, body: { error: 'access_denied' } })
})

it('following a link approves nothing, and reading the page claims nothing', async () => {
  const { user_code, device_code } = await begin()
  const page = await fetch(`${kyozo.url}/device?user_code=${user_code}`, { headers: { cookie: ada.cookie } })
  expect(page.status).toBe(200)
  const row = await kyozo.db
    .selectFrom('deviceCodes')
    .select(['userId', 'status'])
    .where('userCode', '=', user_code)
    .executeTakeFirstOrThrow()
  expect(row).toEqual({ userId: null, status: 'pending' })
  expect(await poll(device_code)).toMatchObject({ body: { error: 'authorization_pending' } })
})

it('only who typed the code first can answer, and nobody without having typed it', async () => {
  const bob = await signedIn('Bob')
  const { user_code, device_code } = await begin()
  expect((await form('/device', { code: user_code, answer: 'approve' }, bob.cookie)).status).toBe(422)
  await form('/device', { code: user_code }, ada.cookie)
  expect((await form('/device', { code: user_code }, bob.cookie)).status).toBe(422)
  expect((await form('/device', { code: user_code, answer: 'approve' }, bob.cookie)).status).toBe(422)
  expect(await poll(device_code)).toMatchObject({ body: { error: 'authorization_pending' } })
})

it('a code that is unknown, used up or expired lets nobody in', async () => {
  const { user_code, device_code } = await begin()
  await kyozo.db
    .updateTable('deviceCodes')
    .set({ expiresAt: new Date(0) })
    .where('userCode', '=', user_code)
    .execute()
  for (const code of [user_code, 'AAAAAAAA', '', "' or 1=1"]) expect((await form('/device', { code }, ada.cookie)).status).toBe(422)
  expect(await poll(device_code)).toMatchObject({ body: { error: 'expired_token' } })
  expect(await terminal('code', { client_id: 'somebody else' })).toMatchObject({ status: 400, body: { error: 'invalid_client' } })
})

it('the page asks who is not signed in to sign in, and comes back to the code', async () => {
  const answer = await fetch(`${kyozo.url}/device?user_code=ABCDEFGH`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?return_to=%2Fdevice%3Fuser_code%3DABCDEFGH'])
})

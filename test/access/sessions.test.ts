// Signing in with a password: what a session is, and when it ends.
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.ts'
import type { Database } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { disableUser } from '../../src/store/people.ts'
import { viewerOf } from '../../src/store/viewer.ts'
import { team } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { accessOn, ask, automation, cookieOf, password, person, viewerOfPerson, withCookie } from './scene.ts'

let db: Database
let access: Access
let teamId: string

beforeAll(async () => {
  db = (await testDatabase()).db
  access = accessOn(db)
  teamId = await defaultTeam(db)
})

it('the first run makes one person, who can sign in, and no second one', async () => {
  const made = await access.makeFirstPerson(teamId)
  expect(made).toEqual({ email: 'admin@kyozo.localhost', password: expect.stringMatching(/^[\w-]{24}$/) })
  expect(await access.makeFirstPerson(teamId)).toBeUndefined()
  const cookie = cookieOf(await access.signIn(made!, new Headers()))
  expect(await access.viewerOfSession(withCookie(cookie))).toMatchObject({ name: 'admin', role: 'owner', teamId, via: { kind: 'session' } })
})

it('a cookie is for HTTP only, of this site, and secure where kyozo is reached by https', async () => {
  const ada = await person(db, access, { teamId })
  const [plain] = (await access.signIn({ email: ada.email, password }, new Headers())).headers.getSetCookie()
  expect(plain).toMatch(/^kyozo\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
  const secure = await accessOn(db, { baseUrl: 'https://kyozo.test' }).signIn({ email: ada.email, password }, new Headers())
  expect(secure.headers.getSetCookie()[0]).toMatch(
    /^__Secure-kyozo\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})

it('a login makes a new session and never takes over the one that came with it', async () => {
  const ada = await person(db, access, { teamId })
  const answer = await access.signIn({ email: ada.email, password }, withCookie(ada.cookie))
  expect(cookieOf(answer)).not.toBe(ada.cookie)
  const planted = withCookie('kyozo.session_token=chosen.by-somebody-else')
  expect(await access.viewerOfSession(planted)).toBeUndefined()
})

it('a wrong password and an unknown person are answered in the same words', async () => {
  const ada = await person(db, access, { teamId })
  const refusal = { code: 'unauthorized', message: 'the e-mail address or the password is not right' }
  await expect(access.signIn({ email: ada.email, password: 'wrong password' }, new Headers())).rejects.toMatchObject(refusal)
  await expect(access.signIn({ email: 'nobody@example.com', password }, new Headers())).rejects.toMatchObject(refusal)
  await expect(access.signIn({ email: 'not an address', password }, new Headers())).rejects.toMatchObject(refusal)
})

it('signing out ends the session', async () => {
  const ada = await person(db, access, { teamId })
  await access.signOut(withCookie(ada.cookie))
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toBeUndefined()
})

it('a new password ends every other login and token of the person at once', async () => {
  const ada = await person(db, access, { teamId })
  const other = cookieOf(await access.signIn({ email: ada.email, password }, new Headers()))
  const { value } = await access.createToken(await viewerOfPerson(db, { ...ada, teamId }), {
    name: 'ci',
    scopes: ['read'],
    expiresAt: null,
  })
  const body = { current_password: password, new_password: 'another horse entirely' }
  const answer = await access.handle(ask('POST', '/change-password', { cookie: ada.cookie, body }))
  expect(answer.status).toBe(204)
  expect(await access.viewerOfSession(withCookie(other))).toBeUndefined()
  expect(await viewerOf(db, value)).toBeUndefined()
  expect(await access.viewerOfSession(withCookie(cookieOf(answer)))).toMatchObject({ userId: ada.userId })
  await expect(access.signIn({ email: ada.email, password }, new Headers())).rejects.toMatchObject({ code: 'unauthorized' })
})

it('a short password is refused, and nothing changes', async () => {
  const ada = await person(db, access, { teamId })
  const body = { current_password: password, new_password: 'short' }
  await expect(access.handle(ask('POST', '/change-password', { cookie: ada.cookie, body }))).rejects.toMatchObject({
    code: 'invalid',
    message: 'password too short',
  })
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toMatchObject({ userId: ada.userId })
})

it('a disabled user has no session and no token, and cannot sign in', async () => {
  const ada = await person(db, access, { teamId })
  const { value } = await access.createToken(await viewerOfPerson(db, { ...ada, teamId }), {
    name: 'ci',
    scopes: ['read'],
    expiresAt: null,
  })
  await disableUser(db, ada.userId)
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toBeUndefined()
  expect(await viewerOf(db, value)).toBeUndefined()
  await expect(access.signIn({ email: ada.email, password }, new Headers())).rejects.toMatchObject({ code: 'unauthorized' })
})

it('kyozo’s own program cannot sign in', async () => {
  const { userId } = await automation(db, teamId)
  const { email } = await db.selectFrom('users').select('email').where('id', '=', userId).executeTakeFirstOrThrow()
  await expect(access.signIn({ email, password }, new Headers())).rejects.toMatchObject({ code: 'unauthorized' })
})

it('a person of several teams chooses one, for the session or for one request', async () => {
  const second = await team(db)
  const { slug } = await db.selectFrom('teams').select('slug').where('id', '=', second).executeTakeFirstOrThrow()
  const ada = await person(db, access, { teamId })
  const { code } = await access.invite(await automation(db, second), { email: ada.email, role: 'admin' })
  await access.acceptInvitation(code, withCookie(ada.cookie))
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toMatchObject({ teamId, role: 'member' })
  expect(await access.viewerOfSession(withCookie(ada.cookie), { team: slug })).toMatchObject({ teamId: second, role: 'admin' })
  await access.handle(ask('POST', '/organization/set-active', { cookie: ada.cookie, body: { team: slug } }))
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toMatchObject({ teamId: second })
  const shown = (await (await access.handle(ask('GET', '/session', { cookie: ada.cookie }))).json()) as {
    active_team_id: string
    teams: unknown[]
  }
  expect([shown.active_team_id, shown.teams.length]).toEqual([second, 2])
})

it('a team that one is not of is as one that is not there', async () => {
  const ada = await person(db, access, { teamId })
  const other = await db
    .selectFrom('teams')
    .select('slug')
    .where('id', '=', await team(db))
    .executeTakeFirstOrThrow()
  for (const slug of [other.slug, 'no-such-team'])
    await expect(access.viewerOfSession(withCookie(ada.cookie), { team: slug })).rejects.toMatchObject({
      code: 'not_found',
      message: `you belong to no team with the slug "${slug}"`,
    })
})

it.each([
  'POST /sign-up/email',
  'POST /update-user',
  'POST /delete-user',
  'GET /list-sessions',
  'POST /organization/create',
  'POST /organization/invite-member',
  'POST /api-key/create',
  'POST /organization/update-member-role',
  'GET /get-session',
  'POST /link-social',
  'POST /device/approve',
  'GET /ok',
  'POST /reset-password',
  'GET /session/',
  'GET /../v1/workspaces',
])('%s of the library cannot be reached', async (route) => {
  // biome-ignore format: a list
  const [method, path] = route.split(' ') as [string, string]
  const ada = await person(db, access, { teamId, role: 'owner' })
  await expect(access.handle(ask(method, path, { cookie: ada.cookie, ...(method === 'POST' ? { body: {} } : {}) }))).rejects.toMatchObject({
    code: 'not_found',
  })
})

// Signing in with GitHub, over HTTP as a browser goes there and back.
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.ts'
import { createAccess } from '../../src/access/better-auth.ts'
import { createLog } from '../../src/log.ts'
import { adminToken } from '../support/kyozo.ts'
import { type Served, serveHere } from '../support/served.ts'
import { type GithubDouble, type GithubUser, githubDouble } from './github-double.ts'
import { cookieOf, person } from './scene.ts'

let kyozo: Served
let github: GithubDouble
/** A second look at the same tables, for what a person does elsewhere. */
let access: Access

beforeAll(async () => {
  github = await githubDouble()
  kyozo = await serveHere({
    KYOZO_GITHUB_API_URL: github.url,
    KYOZO_GITHUB_OAUTH_CLIENT_ID: github.clientId,
    KYOZO_GITHUB_OAUTH_CLIENT_SECRET: github.clientSecret,
  })
  access = createAccess({ db: kyozo.db, key: Buffer.alloc(32, 1), baseUrl: kyozo.url, githubSignIn: undefined, log: createLog('silent') })
})

let lastId = 1_000
function user(email: string, options: { readonly verified?: boolean } = {}): GithubUser {
  lastId += 1
  return { id: lastId, login: `user${lastId}`, emails: [{ email, primary: true, verified: options.verified ?? true }] }
}

async function begin(): Promise<{ to: string; cookie: string }> {
  const answer = await fetch(`${kyozo.url}/login/github`, {
    method: 'POST',
    body: new URLSearchParams({ return_to: '/login' }),
    headers: { origin: kyozo.url },
    redirect: 'manual',
  })
  expect(answer.status).toBe(303)
  return { to: answer.headers.get('location')!, cookie: cookieOf(answer) }
}

function comeBack(to: string, cookie: string): Promise<Response> {
  return fetch(to, { headers: cookie === '' ? {} : { cookie }, redirect: 'manual' })
}

async function signIn(who: GithubUser): Promise<Response> {
  const { to, cookie } = await begin()
  return comeBack(github.allow(to, who), cookie)
}

/** The address to send to them. */
async function invite(email: string): Promise<string> {
  const answer = await fetch(`${kyozo.url}/api/v1/invitations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/vnd.api+json' },
    body: JSON.stringify({ data: { type: 'invitations', attributes: { email } } }),
  })
  return ((await answer.json()) as { data: { attributes: { url: string } } }).data.attributes.url
}

const words = async (answer: Response) => /class="refused">([^<]+)</.exec(await answer.text())?.[1]
const usersOf = (email: string) => kyozo.db.selectFrom('users').select('id').where('email', '=', email).execute()

it('who was invited gets an account, joins the team, and signs in again without an invitation', async () => {
  const grace = user('Grace@Example.com')
  const address = await invite('grace@example.com')
  const answer = await signIn(grace)
  expect([answer.status, answer.headers.get('location')]).toEqual([302, `${kyozo.url}/login`])
  const joined = await fetch(address, {
    method: 'POST',
    body: new URLSearchParams({ do: 'accept' }),
    headers: { origin: kyozo.url, cookie: cookieOf(answer) },
    redirect: 'manual',
  })
  expect(joined.status).toBe(303)
  const again = cookieOf(await signIn(grace))
  expect((await fetch(`${kyozo.url}/api/v1/workspaces`, { headers: { cookie: again } })).status).toBe(200)
})

it('what GitHub gave is encrypted where it is kept', async () => {
  await invite('sealed@example.com')
  await signIn(user('sealed@example.com'))
  const rows = await kyozo.db.selectFrom('accounts').selectAll().where('providerId', '=', 'github').execute()
  expect(rows.length).toBeGreaterThan(0)
  expect(JSON.stringify(rows)).not.toContain('gho_')
})

it('who was not invited gets no account', async () => {
  const answer = await signIn(user('stranger@example.com'))
  expect([answer.status, await words(answer)]).toEqual([
    403,
    'Nobody has invited the address that GitHub knows you by. Ask an owner or admin of a team for an invitation.',
  ])
  expect(await usersOf('stranger@example.com')).toEqual([])
})

it('an address that GitHub has not verified does not count, invited or not', async () => {
  await invite('unverified@example.com')
  expect((await signIn(user('unverified@example.com', { verified: false }))).status).toBe(403)
  expect(await usersOf('unverified@example.com')).toEqual([])
})

it('an account with a password is not taken over by who has its address at GitHub', async () => {
  const ada = await person(kyozo.db, access, { teamId: kyozo.teamId })
  const answer = await signIn(user(ada.email))
  expect([answer.status, await words(answer)]).toEqual([
    403,
    'There is an account with this address already, with a password. Sign in with that.',
  ])
  const accounts = await kyozo.db.selectFrom('accounts').select('providerId').where('userId', '=', ada.userId).execute()
  expect(accounts).toEqual([{ providerId: 'credential' }])
})

it('a way back without its state, with another’s, with none of the cookie or used twice is refused, and asks GitHub for nothing', async () => {
  await invite('ida@example.com')
  const ida = user('ida@example.com')
  const asked = github.exchanges()
  const first = await begin()
  const back = new URL(github.allow(first.to, ida))
  const without = new URL(back)
  without.searchParams.delete('state')
  const wrong = new URL(back)
  wrong.searchParams.set('state', 'a'.repeat(32))
  const other = await begin()
  expect((await comeBack(without.href, first.cookie)).status).toBe(403)
  expect((await comeBack(wrong.href, first.cookie)).status).toBe(403)
  expect((await comeBack(back.href, '')).status).toBe(403)
  expect((await comeBack(back.href, other.cookie)).status).toBe(403)
  expect([github.exchanges() - asked, await usersOf('ida@example.com')]).toEqual([0, []])
  const good = await begin()
  const once = github.allow(good.to, ida)
  expect((await comeBack(once, good.cookie)).status).toBe(302)
  expect((await comeBack(once, good.cookie)).status).toBe(403)
  expect(github.exchanges() - asked).toBe(1)
})

it('a code that GitHub takes no more signs nobody in', async () => {
  await invite('code@example.com')
  const who = user('code@example.com')
  const used = await begin()
  const first = github.allow(used.to, who)
  await comeBack(first, used.cookie)
  const next = await begin()
  const replayed = new URL(github.allow(next.to, who))
  replayed.searchParams.set('code', new URL(first).searchParams.get('code')!)
  expect((await comeBack(replayed.href, next.cookie)).status).toBe(403)
})

it('a refusal at GitHub is told', async () => {
  const { to, cookie } = await begin()
  const { searchParams } = new URL(to)
  const back = `${searchParams.get('redirect_uri')}?${new URLSearchParams({ error: 'access_denied', state: searchParams.get('state')! })}`
  const answer = await comeBack(back, cookie)
  expect([answer.status, await words(answer)]).toEqual([403, 'You did not allow it at GitHub.'])
})

it('a person who left every team is not let in', async () => {
  await invite('left@example.com')
  const who = user('left@example.com')
  await signIn(who)
  await kyozo.db.updateTable('invitations').set({ status: 'canceled' }).where('email', '=', 'left@example.com').execute()
  const answer = await signIn(who)
  expect([answer.status, await words(answer)]).toEqual([403, 'You belong to no team. Ask an owner or admin of one for an invitation.'])
})

it('without a client id there is no GitHub', async () => {
  const plain = await serveHere()
  expect((await fetch(`${plain.url}/api/auth/callback/github?code=x&state=y`)).status).toBe(404)
  expect(await (await fetch(`${plain.url}/login`)).text()).not.toContain('GitHub')
  const token = { authorization: `Bearer ${adminToken}` }
  expect((await fetch(`${plain.url}/api/v1/workspaces`, { headers: token })).status).toBe(200)
})

// GraphQL with the cookie of a login, through kyozo's whole HTTP surface.
import { expect, it } from 'vitest'
import { cookieOf } from '../../access/scene.ts'
import { serveHere } from '../../support/served.ts'

const served = await serveHere()
const cookie = cookieOf(
  await fetch(`${served.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: served.url },
    body: JSON.stringify(served.firstPerson),
  }),
)
const body = JSON.stringify({ query: '{ viewer { role team { id } } }' })
const viewer = { data: { viewer: { role: 'owner', team: { id: served.teamId } } } }

async function ask(headers: Readonly<Record<string, string>>, method = 'POST') {
  const search = method === 'GET' ? `?query=${encodeURIComponent('{ viewer { role team { id } } }')}` : ''
  const answer = await fetch(`${served.url}/graphql${search}`, {
    method,
    headers: { Cookie: cookie, ...headers },
    ...(method === 'GET' ? {} : { body }),
  })
  return { status: answer.status, body: await answer.json() }
}

const json = { 'Content-Type': 'application/json' }

it('answers a page of its own', async () => {
  expect(await ask({ ...json, Origin: served.url })).toEqual({ status: 200, body: viewer })
  expect(await ask({ 'Sec-Fetch-Site': 'same-origin' }, 'GET')).toEqual({ status: 200, body: viewer })
})

it.each([
  ['POST', {}],
  ['POST', { Origin: 'https://evil.example' }],
  ['POST', { 'Sec-Fetch-Site': 'cross-site' }],
  ['GET', { Origin: 'https://evil.example' }],
  ['GET', { 'Sec-Fetch-Site': 'cross-site' }],
  ['GET', { 'Sec-Fetch-Site': 'same-site' }],
])('does not answer a %s of another site’s page: %j', async (method, headers) => {
  expect(await ask({ ...json, ...headers }, method)).toMatchObject({
    status: 403,
    body: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
  })
})

it('takes from a form nothing that looks like JSON', async () => {
  expect(await ask({ 'Content-Type': 'text/plain', Origin: served.url })).toMatchObject({ status: 415 })
})

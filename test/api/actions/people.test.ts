// Teams, members, invitations, tokens and grants over HTTP, as an owner's script uses them.
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { adminToken } from '../../support/kyozo.ts'
import { type Served, serveHere } from '../../support/served.ts'
import { until } from '../../support/until.ts'
import { type World, world } from '../world.ts'

let kyozo: Served
let ours: World
let theirs: World

beforeAll(async () => {
  kyozo = await serveHere()
  ours = await world(kyozo.db, kyozo.teamId)
  theirs = await world(kyozo.db)
})

interface Answer {
  readonly status: number
  readonly data: { id: string; attributes: Record<string, unknown>; relationships: Record<string, { data: { id: string } | null }> }
  readonly errors: readonly { code: string; detail: string; source?: { pointer?: string } }[]
}

async function ask(
  method: string,
  at: string,
  body?: unknown,
  { token = adminToken, ...headers }: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${kyozo.url}/api/v1${at}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/vnd.api+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, ...(text === '' ? {} : (JSON.parse(text) as object)) } as Answer
}

const document = (type: string, attributes: object, relationships?: object, id?: string) => ({
  data: { type, ...(id === undefined ? {} : { id }), attributes, ...(relationships === undefined ? {} : { relationships }) },
})
const to = (type: string, id: string) => ({ data: { type, id } })

/** Joins by the page of the invitation, and makes a token for themselves with the cookie it gave. */
async function join(name: string, role = 'member'): Promise<{ userId: string; memberId: string; token: string }> {
  const email = `${name.toLowerCase()}-${newId().slice(-12)}@example.com`
  const invited = await ask('POST', '/invitations', document('invitations', { email, role }))
  expect([invited.status, invited.data.attributes]).toMatchObject([
    201,
    { email, role, status: 'pending', url: expect.stringContaining(`${kyozo.url}/invitations/${invited.data.id}.`) },
  ])
  const joined = await fetch(String(invited.data.attributes.url), {
    method: 'POST',
    headers: { origin: kyozo.url },
    body: new URLSearchParams({ name, password: 'correct horse battery staple' }),
    redirect: 'manual',
  })
  expect(joined.status).toBe(303)
  const cookie = joined.headers.getSetCookie()[0]!.split(';')[0]!
  const made = await fetch(`${kyozo.url}/api/v1/api_tokens`, {
    method: 'POST',
    headers: { cookie, origin: kyozo.url, 'content-type': 'application/vnd.api+json' },
    body: JSON.stringify(document('api_tokens', { name: 'script', scopes: ['read', 'deploy', 'configure', 'admin'] })),
  })
  expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store'])
  const { data } = (await made.json()) as Answer
  const member = await kyozo.db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.id', 'm.userId'])
    .where('u.email', '=', email)
    .executeTakeFirstOrThrow()
  return { userId: member.userId, memberId: member.id, token: String(data.attributes.token) }
}

it('a token is shown when it is made, and never again', async () => {
  const made = await ask('POST', '/api_tokens', document('api_tokens', { name: 'ci', scopes: ['read'], expires_at: null }))
  const value = String(made.data.attributes.token)
  expect([made.status, value]).toEqual([201, expect.stringMatching(/^kyozo_/)])
  const shown = await ask('GET', `/api_tokens/${made.data.id}`)
  expect(shown.data.attributes).toMatchObject({ name: 'ci', start: value.slice(0, 10), scopes: ['read'], enabled: true })
  expect(JSON.stringify(shown)).not.toContain(value.slice(11))
  expect((await ask('GET', '/workspaces', undefined, { token: value })).status).toBe(200)
  expect((await ask('DELETE', `/api_tokens/${made.data.id}`)).status).toBe(204)
  expect((await ask('GET', '/workspaces', undefined, { token: value })).status).toBe(401)
})

it('a token that ends before it begins, has no scope or one that there is not is refused by field, value and rule', async () => {
  const refused = async (attributes: object) =>
    (await ask('POST', '/api_tokens', document('api_tokens', attributes))).errors.map(({ source, detail }) => [source?.pointer, detail])
  expect(await refused({ name: 'x', scopes: ['read'], expires_at: '2001-01-01T00:00:00Z' })).toEqual([
    ['/data/attributes/expires_at', 'expires_at is "2001-01-01T00:00:00Z", and must be a time to come'],
  ])
  expect((await refused({ name: 'x', scopes: [] })).map(([pointer]) => pointer)).toEqual(['/data/attributes/scopes'])
  expect((await refused({ name: '', scopes: ['root'] })).map(([pointer]) => pointer)).toEqual([
    '/data/attributes/name',
    '/data/attributes/scopes/0',
  ])
})

it('what is not asked for is not taken: no role, team, user or key slips in', async () => {
  for (const extra of [{ role: 'owner' }, { team_id: theirs.teamId }, { reference_id: newId() }, { key: 'x' }, { teamId: theirs.teamId }]) {
    const answer = await ask('POST', '/api_tokens', document('api_tokens', { name: 'x', scopes: ['read'], ...extra }))
    expect([answer.status, answer.errors[0]!.source?.pointer]).toEqual([422, `/data/attributes/${Object.keys(extra)[0]}`])
  }
  const owned = await ask(
    'POST',
    '/invitations',
    document('invitations', { email: 'x@example.com', status: 'accepted', inviter_id: newId() }),
  )
  expect(owned.status).toBe(422)
})

it('a grant lets a member do what it says, there and nowhere else, until it is taken back', async () => {
  const ada = await join('Ada')
  const stop = (workspaceId: string) =>
    ask('PATCH', `/workspaces/${workspaceId}`, document('workspaces', { no_such_attribute: 1 }, undefined, workspaceId), {
      token: ada.token,
    })
  const other = (
    await kyozo.db
      .selectFrom('workspaces')
      .select('id')
      .where('teamId', '=', ours.teamId)
      .where('id', '<>', ours.workspaceId)
      .executeTakeFirstOrThrow()
  ).id
  expect((await stop(ours.workspaceId)).status).toBe(403)
  const grant = document(
    'service_permissions',
    { permission_type: 'modify_config' },
    { user: to('users', ada.userId), workspace: to('workspaces', ours.workspaceId) },
  )
  const granted = await ask('POST', '/service_permissions', grant)
  expect(granted.status).toBe(201)
  expect(granted.data).toMatchObject({
    attributes: { permission_type: 'modify_config', granted_at: expect.any(String), revoked_at: null },
    relationships: {
      user: { data: { id: ada.userId } },
      service_instance: { data: null },
      granted_by: { data: { id: expect.any(String) } },
    },
  })
  expect((await ask('POST', '/service_permissions', grant)).status).toBe(409)
  // The right is there at once: what is wrong with the request is told now.
  expect([(await stop(ours.workspaceId)).status, (await stop(other)).status]).toEqual([422, 403])
  const started = performance.now()
  expect((await ask('POST', `/service_permissions/${granted.data.id}/revoke`)).status).toBe(200)
  await until('the grant to end', async () => (await stop(ours.workspaceId)).status === 403, { deadlineMs: 1_000 })
  expect(performance.now() - started).toBeLessThan(2_000)
  expect((await ask('POST', `/service_permissions/${granted.data.id}/revoke`)).status).toBe(409)
  const shown = await ask('GET', `/service_permissions/${granted.data.id}`)
  expect(shown.data).toMatchObject({
    attributes: { revoked_at: expect.any(String) },
    relationships: { revoked_by: { data: { id: expect.any(String) } } },
  })
})

it('a grant for a service is of the service’s workspace, and of nobody else’s', async () => {
  const ada = await join('Ada')
  const grant = (relationships: object) =>
    ask('POST', '/service_permissions', document('service_permissions', { permission_type: 'view_logs' }, relationships))
  const user = to('users', ada.userId)
  const made = await grant({ user, service_instance: to('service_instances', ours.serviceId) })
  expect([made.status, made.data.relationships.workspace!.data]).toEqual([201, { type: 'workspaces', id: ours.workspaceId }])
  expect((await grant({ user })).status).toBe(422)
  const other = (
    await kyozo.db
      .selectFrom('workspaces')
      .select('id')
      .where('teamId', '=', ours.teamId)
      .where('id', '<>', ours.workspaceId)
      .executeTakeFirstOrThrow()
  ).id
  expect(
    (await grant({ user, service_instance: to('service_instances', ours.serviceId), workspace: to('workspaces', other) })).status,
  ).toBe(422)
  for (const foreign of [
    { service_instance: to('service_instances', theirs.serviceId) },
    { workspace: to('workspaces', theirs.workspaceId) },
  ])
    expect((await grant({ user, ...foreign })).status).toBe(404)
  const stranger = await kyozo.db.selectFrom('members').select('userId').where('teamId', '=', theirs.teamId).executeTakeFirstOrThrow()
  expect((await grant({ user: to('users', stranger.userId), workspace: to('workspaces', ours.workspaceId) })).status).toBe(404)
})

it('a new role and a removal end a person’s tokens within a second', async () => {
  const ada = await join('Ada', 'admin')
  expect((await ask('GET', '/audit_events', undefined, { token: ada.token })).status).toBe(200)
  expect(
    (await ask('PATCH', `/members/${ada.memberId}`, document('members', { role: 'member' }, undefined, ada.memberId))).data.attributes.role,
  ).toBe('member')
  await until('the token to end', async () => (await ask('GET', '/workspaces', undefined, { token: ada.token })).status === 401, {
    deadlineMs: 1_000,
  })
  const bob = await join('Bob')
  expect((await ask('DELETE', `/members/${bob.memberId}`)).status).toBe(204)
  await until('the token to end', async () => (await ask('GET', '/workspaces', undefined, { token: bob.token })).status === 401, {
    deadlineMs: 1_000,
  })
  expect((await ask('GET', `/members/${bob.memberId}`)).status).toBe(404)
})

it('a team changes its name and what its services may ask for, in units that are read', async () => {
  const { status, data } = await ask(
    'PATCH',
    `/teams/${ours.teamId}`,
    document('teams', { resource_quota: { memory: '64Gi', cpu: '16', services: 500 } }, undefined, ours.teamId),
  )
  expect([status, data.attributes.resource_quota]).toEqual([200, { memory: '64Gi', cpu: '16', services: 500 }])
  for (const quota of [{ memory: '64 apples' }, { cpu: '-1' }, { services: -1 }, { disk: '1Gi' }])
    expect((await ask('PATCH', `/teams/${ours.teamId}`, document('teams', { resource_quota: quota }, undefined, ours.teamId))).status).toBe(
      422,
    )
  expect((await ask('PATCH', `/teams/${theirs.teamId}`, document('teams', { name: 'mine now' }, undefined, theirs.teamId))).status).toBe(
    404,
  )
})

it('an owner of the default team makes another, and acts in it by its slug; an owner of another team makes none', async () => {
  const made = await ask('POST', '/teams', document('teams', { name: 'Blue team' }))
  expect(made.status).toBe(201)
  const within = await ask('GET', '/teams', undefined, { 'kyozo-team': 'blue-team' })
  expect(JSON.stringify(within.data)).toContain('Blue team')
  expect((await ask('POST', '/teams', document('teams', { name: 'Third' }), { 'kyozo-team': 'blue-team' })).status).toBe(403)
  expect((await ask('POST', '/teams', document('teams', { name: 'blue TEAM', slug: 'other' }))).status).toBe(409)
  const [foreign, never] = await Promise.all(
    [
      (await kyozo.db.selectFrom('teams').select('slug').where('id', '=', theirs.teamId).executeTakeFirstOrThrow()).slug,
      'no-such-team',
    ].map((slug) => ask('GET', '/teams', undefined, { 'kyozo-team': slug })),
  )
  expect([foreign!.status, never!.status]).toEqual([404, 404])
})

it('an invitation is taken back, and every change is in the audit trail with who and from where', async () => {
  const invited = await ask('POST', '/invitations', document('invitations', { email: 'gone@example.com' }))
  expect((await ask('DELETE', `/invitations/${invited.data.id}`)).status).toBe(204)
  expect((await fetch(String(invited.data.attributes.url))).status).toBe(404)
  expect((await ask('DELETE', `/invitations/${invited.data.id}`)).status).toBe(404)
  const trail = await kyozo.db
    .selectFrom('auditEvents')
    .select(['action', 'actor', 'actorKind', 'ipAddress'])
    .where('subjectId', '=', invited.data.id)
    .orderBy('id')
    .execute()
  expect(trail.map(({ action, actor, actorKind }) => [action, actor, actorKind])).toEqual([
    ['invitations.create', 'admin', 'token'],
    ['invitations.delete', 'admin', 'token'],
  ])
  expect(trail.every(({ ipAddress }) => /127\.0\.0\.1$/.test(ipAddress ?? ''))).toBe(true)
})

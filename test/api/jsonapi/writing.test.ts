// The normative statements of JSON:API 1.1 that apply to a server that is written to. What is written here is the names of a team and alert rules.
import { beforeAll, describe, expect, it } from 'vitest'
import { resources } from '../../../src/api/resources/index.ts'
import { newId } from '../../../src/ids.ts'
import { type ApiAnswer, type AskInit, startApi, type TestApi } from '../../support/api.ts'
import { type WholeTeam, wholeTeam } from '../../support/whole-team.ts'

const media = 'application/vnd.api+json'
let api: TestApi
let team: WholeTeam
let others: WholeTeam

beforeAll(async () => {
  api = await startApi()
  team = await wholeTeam(api.db)
  others = await wholeTeam(api.db)
})

const ask = (path: string, init: AskInit): Promise<ApiAnswer> => api.ask(team.token, path, init)
const post = (path: string, body: unknown, headers = {}) => ask(path, { method: 'POST', body, headers })
const patch = (path: string, body: unknown, headers = {}) => ask(path, { method: 'PATCH', body, headers })
const failure = ({ status, body }: ApiAnswer) => [status, body.errors[0].code, body.errors[0].source]
const token = (attributes: object = {}) => ({ data: { type: 'api_tokens', attributes: { name: 'ci', scopes: ['read'], ...attributes } } })

describe('creating', () => {
  it('9.1 MUST answer 201 with the resource, and Location SHOULD be its self link', async () => {
    const { status, body, headers } = await post('/api_tokens', token())
    expect([status, headers.get('location'), body.data.attributes]).toEqual([
      201,
      body.data.links.self,
      expect.objectContaining({ name: 'ci', token: expect.stringMatching(/^kyozo_/) }),
    ])
    const { body: read } = await ask(body.data.links.self, {})
    expect([read.data.id, read.data.attributes.token]).toEqual([body.data.id, undefined])
  })

  it.each([
    ['9.1 MUST answer 403 to an id of the client', { data: { ...token().data, id: newId() } }, [403, 'forbidden', { pointer: '/data/id' }]],
    ['9.1 MUST answer 409 to another type', { data: { ...token().data, type: 'teams' } }, [409, 'conflict', { pointer: '/data/type' }]],
    ['9.1 MUST have one resource object', { data: [token().data] }, [400, 'bad_request', { pointer: '/data' }]],
    ['9.1 MUST have a type', { data: { attributes: {} } }, [400, 'bad_request', { pointer: '/data' }]],
    ['MUST have data', {}, [400, 'bad_request', { pointer: '' }]],
    ['a pointer MUST lead to a value that exists', { data: { type: 'api_tokens' } }, [422, 'invalid', { pointer: '/data' }]],
    ['and has none without a document', undefined, [400, 'bad_request', undefined]],
    ['refuses unknown attributes by name', token({ role: 'owner' }), [422, 'invalid', { pointer: '/data/attributes/role' }]],
    [
      'refuses unknown relationships by name',
      { data: { ...token().data, relationships: { team: { data: { type: 'teams', id: newId() } } } } },
      [422, 'invalid', { pointer: '/data/relationships/team' }],
    ],
    [
      'relationships to many are not set',
      { data: { ...token().data, relationships: { grants: { data: [] } } } },
      [403, 'forbidden', { pointer: '/data/relationships/grants/data' }],
    ],
    [
      'a relationship MUST have data',
      { data: { ...token().data, relationships: { team: {} } } },
      [400, 'bad_request', { pointer: '/data/relationships/team' }],
    ],
  ])('%s', async (_statement, body, expected) => {
    expect(failure(await post('/api_tokens', body))).toEqual(expected)
  })

  it('10 says all that is wrong at once', async () => {
    const { status, body } = await post('/api_tokens', {
      data: { type: 'api_tokens', attributes: { name: 5, scopes: ['all'], role: 'owner' } },
    })
    const pointers = body.errors.map((one: { source: { pointer: string } }) => one.source.pointer)
    expect(status).toBe(422)
    expect(pointers).toEqual(expect.arrayContaining(['/data/attributes/role', '/data/attributes/name', '/data/attributes/scopes/0']))
  })

  it('9.1 MUST answer 404 to a related resource that is not there, whoever else has it', async () => {
    const grant = (workspace: string) => ({
      data: {
        type: 'service_permissions',
        attributes: { permission_type: 'view_logs' },
        relationships: { user: { data: { type: 'users', id: team.userId } }, workspace: { data: { type: 'workspaces', id: workspace } } },
      },
    })
    const [foreign, missing] = [
      await post('/service_permissions', grant(others.ids.get('workspaces')!)),
      await post('/service_permissions', grant(newId())),
    ]
    expect([foreign.status, foreign.body]).toEqual([404, missing.body])
  })

  it.each(resources.filter(({ create }) => create === undefined).map(({ type }) => type))(
    '9.1 MUST answer 403 where %s cannot be created',
    async (type) => {
      expect((await post(`/${type}`, { data: { type } })).status).toBe(403)
    },
  )
})

describe('updating', () => {
  const change = (name: string, more = {}) => ({ data: { type: 'teams', id: team.teamId, attributes: { name }, ...more } })

  it('9.2 MUST answer 200 with the resource, and leave missing attributes alone', async () => {
    const before = (await ask(`/teams/${team.teamId}`, {})).body.data.attributes
    const { status, body } = await patch(`/teams/${team.teamId}`, change('Analytical engines'))
    expect([status, body.data.attributes]).toEqual([200, { ...before, name: 'Analytical engines' }])
  })

  it.each([
    ['9.2 MUST have an id', { id: undefined }, [400, 'bad_request', { pointer: '/data' }]],
    ['9.2 MUST answer 409 to another id', { id: newId() }, [409, 'conflict', { pointer: '/data/id' }]],
    ['9.2 MUST answer 409 to another type', { type: 'users' }, [409, 'conflict', { pointer: '/data/type' }]],
    [
      'refuses ids that are only in the path or the session',
      { attributes: { teamId: newId() } },
      [422, 'invalid', { pointer: '/data/attributes/teamId' }],
    ],
  ])('%s', async (_statement, more, expected) => {
    expect(failure(await patch(`/teams/${team.teamId}`, change('x', more)))).toEqual(expected)
  })

  it('9.2 MUST answer 404 for what is not there, and the same for what another team has', async () => {
    const of = (id: string) => patch(`/teams/${id}`, { data: { type: 'teams', id, attributes: { name: 'x' } } })
    const [foreign, missing] = [await of(others.teamId), await of(newId())]
    expect([foreign.status, missing.status, foreign.body]).toEqual([404, 404, missing.body])
  })

  it.each(resources.filter(({ update }) => update === undefined).map(({ type }) => type))(
    '9.2 MUST answer 403 where %s cannot be changed',
    async (type) => {
      const id = team.ids.get(type)!
      expect((await patch(`/${type}/${id}`, { data: { type, id } })).status).toBe(403)
    },
  )

  it('9.3 MUST answer 403 to changes of relationships that are not supported', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE'])
      expect((await ask(`/teams/${team.teamId}/relationships/members`, { method, body: { data: [] } })).status).toBe(403)
  })

  it('refuses a change of what has changed since it was read', async () => {
    const etag = (await ask(`/teams/${team.teamId}`, {})).headers.get('etag')!
    const first = await patch(`/teams/${team.teamId}`, change('first'), { 'If-Match': etag })
    const second = await patch(`/teams/${team.teamId}`, change('second'), { 'If-Match': etag })
    expect([first.status, second.status, second.body.errors[0].code]).toEqual([200, 412, 'precondition_failed'])
    const third = await patch(`/teams/${team.teamId}`, change('third'), { 'If-Match': first.headers.get('etag')! })
    expect([third.status, third.body.data.attributes.name]).toEqual([200, 'third'])
  })

  it('lets one of many changes through that start from the same version', async () => {
    const etag = (await ask(`/teams/${team.teamId}`, {})).headers.get('etag')!
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => patch(`/teams/${team.teamId}`, change(`many ${index}`), { 'If-Match': etag })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412])
  })
})

describe('deleting', () => {
  it('9.4 MUST answer 204 without a document, and 404 the second time', async () => {
    const { id } = (await post('/api_tokens', token())).body.data
    const first = await ask(`/api_tokens/${id}`, { method: 'DELETE' })
    expect([first.status, first.text]).toEqual([204, ''])
  })

  it('refuses what was sent along and is not known', async () => {
    const { id } = (await post('/api_tokens', token())).body.data
    expect(failure(await ask(`/api_tokens/${id}`, { method: 'DELETE', body: { meta: { cascade: true } } }))).toEqual([
      422,
      'invalid',
      { pointer: '/meta/cascade' },
    ])
  })
})

describe('bodies', () => {
  const send = (body: string, headers = {}) => post('/api_tokens', body, headers)
  const nested = (depth: number) => `{"data":${'['.repeat(depth)}${']'.repeat(depth)}}`

  it.each([
    ['5.3 MUST be of the JSON:API media type', '{}', { 'Content-Type': 'application/json' }, 415],
    ['are not taken compressed', '{}', { 'Content-Encoding': 'gzip' }, 415],
    ['that are no JSON are refused', '{"data":', {}, 400],
    ['that are no object are refused', '[]', {}, 400],
    ['that reach for the prototype are refused', '{"data":{"type":"api_tokens","attributes":{"__proto__":{"x":1}}}}', {}, 400],
    ['that are too deep are refused', nested(1_000), {}, 400],
    ['that are too large are refused', JSON.stringify(token({ name: 'x'.repeat(1_100_000) })), {}, 413],
    ['with a NUL character are refused', JSON.stringify(token({ name: 'a\0b' })), {}, 400],
    ['with half of a surrogate pair are refused', '{"data":{"type":"api_tokens","attributes":{"name":"\\ud800"}}}', {}, 400],
  ])('%s', async (_statement, body, headers, status) => {
    expect((await send(body, headers)).status).toBe(status)
  })

  it('that are not UTF-8 are refused', async () => {
    const answer = await fetch(`${api.origin}/api/v1/api_tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${team.token}`, 'Content-Type': media },
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    })
    expect(answer.status).toBe(400)
  })

  it('take no query', async () => {
    expect(failure(await post('/api_tokens?include=user', token()))).toEqual([400, 'bad_request', { parameter: 'include' }])
  })

  it('take an Idempotency-Key of printable characters only', async () => {
    expect(failure(await post('/api_tokens', token(), { 'Idempotency-Key': 'a b' }))).toEqual([
      400,
      'bad_request',
      { header: 'Idempotency-Key' },
    ])
  })
})

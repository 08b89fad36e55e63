// What a request to /graphql may look like and ask for, and what is refused before it costs anything.
import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { startGraphql } from '../../support/graphql.ts'
import { wholeTeam } from '../../support/whole-team.ts'

const api = await startGraphql()
const team = await wholeTeam(api.db)
await api.useOnce(team.token)

interface Sending {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly search?: string
}

async function send(body: string | undefined, { method = 'POST', headers = {}, search = '' }: Sending = {}) {
  const answer = await fetch(`${api.url}${search}`, {
    method,
    headers: { Authorization: `Bearer ${team.token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

const refusalOf = async (query: string, variables?: Readonly<Record<string, unknown>>) => {
  const before = api.statements()
  const { data, errors } = await api.ask(team.token, query, variables)
  // Who asks is looked up; nothing else is.
  expect({ data, asked: api.statements() - before <= 1 }).toEqual({ data: undefined, asked: true })
  return errors!.map(({ message, extensions }) => `${extensions.code} ${message}`)
}

describe('a query', () => {
  it('is at most ten fields deep', async () => {
    const query =
      '{ workspaces(first: 1) { nodes { environments(first: 1) { nodes { workspace { environments(first: 1) { nodes { workspace { team { members { pageInfo { hasNextPage } } } } } } } } } } } }'
    expect(await refusalOf(query)).toEqual(['BAD_REQUEST the query is more than 10 fields deep'])
  })

  it('is refused, not failed at, when it is nested as deep as its size lets it', async () => {
    const refusal = expect.stringMatching(/^BAD_REQUEST (the query is nested too deeply|Syntax Error: Document contains more)/)
    expect(await refusalOf(`{${'a{'.repeat(9_000)}${'}'.repeat(9_000)}}`)).toEqual([refusal])
    expect(await refusalOf(`{workspaces(first: ${'['.repeat(9_000)}1${']'.repeat(9_000)}) { nodes { id } }}`)).toEqual([refusal])
  })

  it('is refused when its answer could be too large, whatever says how large its pages are', async () => {
    const inner = 'nodes { serviceInstances(first: 200) { nodes { deploymentEvents(first: 200) { nodes { id } } } } }'
    const tooMuch = ['BAD_REQUEST the answer could hold more than 100000 values; ask for smaller pages with first, or for fewer fields']
    expect(await refusalOf(`{ environments(first: 200) { ${inner} } }`)).toEqual(tooMuch)
    expect(await refusalOf(`query ($n: Int) { environments(first: $n) { ${inner} } }`, { n: 200 })).toEqual(tooMuch)
    expect(await refusalOf(`query ($n: Int = 200) { environments(first: $n) { ${inner} } }`)).toEqual(tooMuch)
    expect(await refusalOf(`{ environments { ${inner} } }`)).toEqual(tooMuch)
    expect(await refusalOf(`{ environments(last: 200) { ...E } } fragment E on EnvironmentConnection { ${inner} }`)).toEqual(tooMuch)
  })

  it('may ask for the largest page of a resource with everything that is large', async () => {
    const large = 'topology plan planText compose overlay diff differences edits verdicts'
    expect((await api.ask(team.token, `{ releases(first: 200) { nodes { id sha ${large} } } }`)).errors).toBeUndefined()
    expect(await refusalOf(`{ workspaces { nodes { releases(first: 200) { nodes { ${large} } } } } }`)).toHaveLength(1)
  })

  it('asks for a bounded number of things', async () => {
    const relations = 'team { id } environments(first: 1) { nodes { workspace { id } liveRelease { id } } }'
    const query = `{ ${Array.from({ length: 20 }, (_, at) => `w${at}: workspaces(first: 1) { nodes { ${relations} } }`).join(' ')} }`
    expect(await refusalOf(query)).toEqual(['BAD_REQUEST the query asks for more than 60 things at once; send several requests'])
  })

  it('has a bounded number of aliases, fields, tokens and characters', async () => {
    const many = (count: number, of: (at: number) => string) =>
      `{ viewer { ${Array.from({ length: count }, (_, at) => of(at)).join(' ')} } }`
    expect(await refusalOf(many(51, (at) => `a${at}: name`))).toEqual(['BAD_REQUEST the query has 51 aliases, and at most 50 are allowed'])
    expect(await refusalOf(many(1_001, () => 'name'))).toEqual(['BAD_REQUEST the query has 1002 fields, and at most 1000 are allowed'])
    expect(await refusalOf(many(5_000, () => 'name'))).toEqual([
      expect.stringMatching(/^BAD_REQUEST Syntax Error: Document contains more that 4000 tokens/),
    ])
    expect(await refusalOf(many(6_000, () => 'name   '))).toEqual([
      expect.stringMatching(/^BAD_REQUEST the query has 4\d+ characters, and at most 32768 are allowed/),
    ])
  })

  it('whose fragments unfold into more and more comes to an end', async () => {
    const fragments = Array.from(
      { length: 22 },
      (_, at) => `fragment F${at} on Viewer { a${at}: team { id } ...F${at + 1} ... on Viewer { ...F${at + 1} } }`,
    )
    const start = performance.now()
    const refusals = await refusalOf(`{ viewer { ...F0 } } ${fragments.join(' ')} fragment F22 on Viewer { name }`)
    expect(refusals).toEqual(['BAD_REQUEST the query asks for more than 60 things at once; send several requests'])
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('holds one operation, and so does a request', async () => {
    expect(await refusalOf('query A { viewer { name } } query B { viewer { name } }')).toEqual([
      'BAD_REQUEST a request holds one operation, and this one has 2',
    ])
    expect(await send(JSON.stringify([{ query: '{ viewer { name } }' }]))).toMatchObject({
      status: 400,
      body: { errors: [{ message: 'several operations in one request are not taken; send one', extensions: { code: 'BAD_REQUEST' } }] },
    })
    const changes = Array.from({ length: 11 }, (_, at) => `m${at}: workspaceDelete(id: "x") { id }`)
    expect(await refusalOf(`mutation { ${changes.join(' ')} }`)).toEqual(['BAD_REQUEST a request makes at most 10 changes'])
  })

  it('may ask for the schema as common clients do, and not again and again', async () => {
    expect((await api.ask(team.token, getIntrospectionQuery())).data.__schema.queryType.name).toBe('Query')
    const types = 'types { name fields { name type { name } args { name type { name } } } }'
    const again = Array.from({ length: 4 }, (_, at) => `s${at}: __schema { ${types} }`)
    expect(await refusalOf(`{ ${again.join(' ')} }`)).toEqual([
      expect.stringMatching(/^BAD_REQUEST the answer could hold more than 100000 values/),
    ])
  })

  it('with a mistake is told which, and never what else there is', async () => {
    expect(await refusalOf('{ workspace(id: "x") { nam } }')).toEqual(['BAD_REQUEST Cannot query field "nam" on type "Workspace".'])
    expect(await refusalOf('{ workspaces(sort: [NAME_UPP]) { nodes { id } } }')).toEqual([
      'BAD_REQUEST Value "NAME_UPP" does not exist in "WorkspaceSort" enum.',
    ])
    const asked = await api.ask(team.token, 'query ($f: WorkspaceFilter) { workspaces(filter: $f) { nodes { id } } }', {
      f: { nam: ['x'] },
    })
    expect(asked.errors?.map(({ message }) => message)).toEqual(['the variable f: Field "nam" is not defined by type "WorkspaceFilter"'])
  })

  it.each(['\\u0000', '\\ud800'])('and its variables hold nothing that cannot be stored: %s', async (text) => {
    const [refusal] = await refusalOf(`{ workspaces(filter: { name: ["${text}"] }) { nodes { id } } }`)
    expect(refusal).toMatch(
      /^BAD_REQUEST (a text in the query holds a character that cannot be stored|Syntax Error: Invalid Unicode escape)/,
    )
    const body = `{"query":"query ($n: [String!]) { workspaces(filter: { name: $n }) { nodes { id } } }","variables":{"n":["${text}"]}}`
    expect(await send(body)).toMatchObject({
      status: 400,
      body: { errors: [{ message: 'a text in the variables holds a character that cannot be stored' }] },
    })
  })
})

describe('a request', () => {
  it('needs a token', async () => {
    const answer = await send('{"query":"{ viewer { name } }"}', { headers: { Authorization: 'Bearer wrong' } })
    expect(answer).toMatchObject({ status: 401, body: { errors: [{ extensions: { code: 'UNAUTHORIZED' } }] } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="kyozo"')
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/jsonx',
  ])('cannot be sent as %s, which a form of another site could send', async (type) => {
    expect(await send('{"query":"{ viewer { name } }"}', { headers: { 'Content-Type': type } })).toMatchObject({
      status: 415,
      body: { errors: [{ extensions: { code: 'MEDIA_TYPE_UNSUPPORTED' } }] },
    })
  })

  it('is at most 256 KiB large, and its variables 32 levels deep', async () => {
    const query = 'query ($n: [String!]) { workspaces(filter: { name: $n }) { nodes { id } } }'
    expect(await send(JSON.stringify({ query, variables: { n: ['x'.repeat(300_000)] } }))).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] },
    })
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(await send(`{"query":"{ viewer { name } }","variables":{"n":${deep}}}`)).toMatchObject({
      status: 400,
      body: { errors: [{ message: 'the variables are more than 32 levels deep' }] },
    })
  })

  it.each([
    ['{', 'the body cannot be read as JSON'],
    ['[]', 'several operations in one request are not taken; send one'],
    ['"x"', 'the body must be a structure with the query in it'],
    ['{}', 'query is missing, or no text'],
    ['{"query":5}', 'query is missing, or no text'],
    ['{"query":"{ viewer { name } }","variables":[]}', 'variables must be a structure'],
    ['{"query":"{ viewer { name } }","operationName":1}', 'operationName must be a text'],
    ['{"query":"{ viewer { name } }","id":"x"}', '"id" is not taken; what is are query, variables, operationName, extensions'],
  ])('that says %s is refused', async (body, message) => {
    expect(await send(body)).toMatchObject({ status: 400, body: { errors: [{ message }] } })
  })

  it('may read with GET, and changes nothing with it', async () => {
    const read = await send(undefined, { method: 'GET', search: `?query=${encodeURIComponent('{ viewer { name } }')}` })
    expect(read).toMatchObject({ status: 200, body: { data: { viewer: { name: 'owner' } } } })
    const mutation = encodeURIComponent(`mutation { workspaceDelete(id: "${team.ids.get('workspaces')}") { id } }`)
    const refused = await send(undefined, { method: 'GET', search: `?query=${mutation}` })
    expect(refused).toMatchObject({ status: 405, body: { errors: [{ message: expect.stringContaining('POST') }] } })
    expect((await api.jsonapi(team.token, `/workspaces/${team.ids.get('workspaces')}`)).status).toBe(200)
    expect(await send(undefined, { method: 'GET', search: '?query={viewer{name}}&query=x' })).toMatchObject({ status: 400 })
    expect(await send(undefined, { method: 'DELETE' })).toMatchObject({ status: 405 })
  })

  it('of a browser that wants a page gets none', async () => {
    const answer = await send(undefined, { method: 'GET', headers: { Accept: 'text/html' } })
    expect(answer.text).not.toContain('<')
    expect(answer.status).toBe(400)
  })
})

it('an answer that takes too long is given up', async () => {
  const impatient = await startGraphql({ deadlineMs: 1 })
  const { token } = await wholeTeam(impatient.db)
  const { data, errors } = await impatient.ask(
    token,
    '{ workspaces(first: 1) { nodes { environments(first: 9) { nodes { serviceInstances(first: 9) { nodes { deploymentStatus } } } } } } }',
  )
  expect({ data, errors }).toMatchObject({ data: undefined, errors: [{ extensions: { code: 'REQUEST_TIMED_OUT' } }] })
})

// A fuzzer that knows only the OpenAPI document: right and wrong parameters and bodies for every operation, against a real server. Whatever comes,
// the answer is as documented (support/check-answers.ts sees to that), is no 5xx, and shows nothing of the inside. KYOZO_FUZZ_RUNS says how many.
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { openApiDocument } from '../../src/api/openapi/document.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { type WholeTeam, wholeTeam } from '../support/whole-team.ts'

const runs = Number(process.env.KYOZO_FUZZ_RUNS ?? 300)
const media = 'application/vnd.api+json'

type Schema = Readonly<Record<string, unknown>>

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema: Schema
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>>; readonly schemas: Readonly<Record<string, Schema>> }
}

const document = openApiDocument() as Document
const operations = Object.entries(document.paths)
  // Streams do not end, and the test's server has none.
  .filter(([path]) => path !== '/events' && !path.endsWith('/logs'))
  .flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => (method === 'parameters' ? [] : [{ path, method, operation }])),
  )

let api: TestApi
let team: WholeTeam
let other: WholeTeam

beforeAll(async () => {
  api = await startApi()
  team = await wholeTeam(api.db)
  other = await wholeTeam(api.db)
})

it(`keeps its word under ${runs} requests of any kind`, { timeout: Math.max(60_000, runs * 400) }, async () => {
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(requests(), async ({ method, path, query, headers, body }) => {
      const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
      const answer = await api.ask(team.token, `${path}${search === '' ? '' : `?${search}`}`, {
        method: method.toUpperCase(),
        headers,
        ...(body === undefined ? {} : { body }),
      })
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
      expect(answer.status).toBeLessThan(500)
      // It has revoked its own token, or taken its own membership away: what follows would be refused alike.
      if (answer.status === 401) team = await wholeTeam(api.db)
      expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules|\.ts:\d+|select .* from |violates|relation "/i)
    }),
    { numRuns: runs },
  )
  // Requests that all fail would show little.
  expect(seen.get(200) ?? 0).toBeGreaterThan(runs / 100)
})

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

function requests(): fc.Arbitrary<Sent> {
  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const parameters = (operation.parameters ?? [])
      .map(resolved)
      .filter((parameter) => parameter.in === 'query' && parameter.name !== 'fields')
    const schema = operation.requestBody?.content[media]?.schema
    return fc.record({
      method: fc.constant(method),
      path: ids(path),
      query: queries(path, parameters),
      headers: fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
      body: schema === undefined ? fc.constant(undefined) : bodies(schema),
    })
  })
}

const oddHeaders = fc.constantFrom<Record<string, string>>(
  { Accept: `${media};v=1` },
  { 'If-Match': '"1-aaaaaaaaaaaa"' },
  { 'If-None-Match': '*' },
  { 'Idempotency-Key': 'again' },
  { 'Content-Type': 'text/plain' },
)

/** One's own row, another team's, one that is not there, and what is no id. */
function ids(path: string): fc.Arbitrary<string> {
  const type = path.split('/')[1]!
  const known = [
    team.ids.get(type) ?? 'x',
    other.ids.get(type) ?? 'x',
    '01890000-0000-7000-8000-000000000000',
    '1',
    '%00',
    '..%2f..%2f',
    "'",
  ]
  return fc
    .oneof({ weight: 8, arbitrary: fc.constant(known[0]!) }, { weight: 3, arbitrary: fc.constantFrom(...known) })
    .map((id) => path.replace('{id}', id))
}

function queries(path: string, parameters: readonly Parameter[]): fc.Arbitrary<[string, string][]> {
  const type = path.split('/')[1]!
  const fields = fc.constantFrom('', 'id', 'name,created_at', 'name').map((value): [string, string] => [`fields[${type}]`, value])
  const known = parameters.map((parameter) => valueFor(parameter).map((value): [string, string] => [parameter.name, value]))
  const odd = fc.tuple(fc.constantFrom('filter[x]', 'page', 'foo', 'include', 'sort[', 'page[size]', ''), anyText)
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<[string, string][]>([]) },
    { weight: 6, arbitrary: known.length === 0 ? fc.constant<[string, string][]>([]) : fc.array(fc.oneof(...known), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(fc.oneof(odd, fields), { maxLength: 3 }) },
  )
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('null', '\0', "'; drop table teams --", '2026-01-31T12:00:00Z', '99999999999999', '-1', 'true', '🦊'),
)

function valueFor({ name, schema }: Parameter): fc.Arbitrary<string> {
  const values = ((schema.items as Schema | undefined)?.enum ?? []) as string[]
  if (values.length > 0)
    return fc.oneof(
      fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
      anyText,
    )
  const names = /^\^\(([a-z_|]+)\)/.exec(String((schema.items as Schema | undefined)?.pattern))?.[1]?.split('|')
  if (names !== undefined)
    return fc.oneof(
      fc.constantFrom(...names),
      fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)).map((two) => two.join('.')),
    )
  if (name === 'page[size]') return fc.oneof(fc.integer({ min: 1, max: 200 }).map(String), anyText)
  return fc.oneof(anyText, fc.constantFrom(...[...team.ids.values()].slice(0, 8)))
}

function resolved(parameter: Parameter | { readonly $ref: string }): Parameter {
  return '$ref' in parameter ? document.components.parameters[parameter.$ref.split('/').at(-1)!]! : parameter
}

/** What the schema takes, what it nearly takes, and text that is no document. */
function bodies(schema: Schema): fc.Arbitrary<string | undefined> {
  return fc.oneof(
    { weight: 6, arbitrary: fromSchema(schema).map((value) => JSON.stringify(value)) },
    {
      weight: 2,
      arbitrary: fromSchema(schema).chain((value) => fc.jsonValue({ maxDepth: 3 }).map((odd) => JSON.stringify(spoilt(value, odd)))),
    },
    { weight: 1, arbitrary: fc.oneof(fc.constant(undefined), fc.string({ unit: 'binary' }), fc.json()) },
  )
}

/** One member of the innermost structures becomes something else. */
function spoilt(value: unknown, odd: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return odd
  const [name] = Object.keys(value).slice(-1)
  return { ...value, [name!]: spoilt((value as Record<string, unknown>)[name!], odd) }
}

function fromSchema(schema: Schema): fc.Arbitrary<unknown> {
  if (typeof schema.$ref === 'string') return fromSchema(document.components.schemas[schema.$ref.split('/').at(-1)!]!)
  if ('const' in schema) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined
  if (choices !== undefined) return fc.oneof(...choices.map(fromSchema))
  switch (schema.type) {
    case 'object':
      return objectFrom(schema)
    case 'array':
      return fc.array(schema.items === undefined ? fc.jsonValue() : fromSchema(schema.items as Schema), { maxLength: 3 })
    case 'integer':
      return fc.integer({
        min: Math.max(-1_000, Number(schema.minimum ?? -1_000)),
        max: Math.min(1_000_000, Number(schema.maximum ?? 1_000_000)),
      })
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textFrom(schema)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objectFrom(schema: Schema): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
  const required = (schema.required ?? []) as string[]
  const members = Object.fromEntries(properties.map(([name, inner]) => [name, fromSchema(inner)]))
  return fc.record(members, { requiredKeys: required })
}

function textFrom({ format, pattern, maxLength }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.constantFrom(...[...team.ids.values()].filter((id) => id.includes('-')))
  if (format === 'date-time')
    return fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'email') return fc.emailAddress()
  // Looking ahead is more than the generator can do.
  if (typeof pattern === 'string' && !pattern.includes('(?'))
    return fc.oneof(fc.stringMatching(new RegExp(pattern)), fc.constantFrom('api', 'main', 'x'))
  return fc.oneof(fc.string({ maxLength: Math.min(60, Number(maxLength ?? 60)) }), fc.constantFrom(...team.ids.values(), 'api', '512Mi'))
}

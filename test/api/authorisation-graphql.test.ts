// Every field of GraphQL's query, mutation and subscription, asked as everybody; what must come back is what the table in src/access/rights.ts says.
import {
  buildClientSchema, type GraphQLArgument, type GraphQLInputType, type GraphQLSchema,getIntrospectionQuery, getNullableType, 
  isEnumType, isInputObjectType, isListType, isNonNullType,
} from 'graphql' // biome-ignore format: a list
import { beforeAll, describe, expect, it } from 'vitest'
import { may, type RightName, reasonToRefuseReading } from '../../src/access/rights.ts'
import { camelName, pascalName, singularOf } from '../../src/api/graphql/names.ts'
import { resourceOf, resources } from '../../src/api/resources/index.ts'
import type { Resource } from '../../src/api/resources/resource.ts'
import { newId } from '../../src/ids.ts'
import { type Actor, everybody, type Row, rowsOf, subjectOf } from './everybody.ts'

const { kyozo, ours, theirs, actors, rowsByType, foreignIn, samples, hiddenAs } = await everybody()
const known = actors.filter(({ viewer }) => viewer !== undefined)
let schema: GraphQLSchema

beforeAll(async () => {
  const { data } = await ask(actors.find(({ name }) => name === 'owner')!, getIntrospectionQuery())
  schema = buildClientSchema(data as never)
})

interface Answer {
  readonly status: number
  readonly data: Record<string, unknown> | null | undefined
  /** Of the errors. */
  readonly codes: readonly string[]
}

async function ask({ token, viewer, name }: Actor, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const answer = await fetch(`${kyozo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  })
  const text = await answer.text()
  if (viewer?.teamId === ours.teamId && Object.keys(variables).length === 0)
    expect([name, query, foreignIn(text)]).toEqual([name, query, []])
  const { data, errors = [] } = JSON.parse(text) as { data?: never; errors?: { extensions?: { code?: string } }[] }
  return { status: answer.status, data, codes: errors.map(({ extensions }) => extensions?.code ?? '') }
}

const codeOf = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' } as const

describe.each(resources.map((resource) => [resource.type, resource] as const))('%s', (type, resource) => {
  const [listName, oneName] = [camelName(type), camelName(singularOf(type))]

  it('are listed, all that one may see and no other', async () => {
    for (const who of known) {
      const { data, codes } = await ask(who, `{ all: ${listName}(first: 200) { nodes { id } } }`)
      if (reasonToRefuseReading(who.viewer!, resource.read) !== undefined) {
        expect([who.name, codes]).toEqual([who.name, ['FORBIDDEN']])
        continue
      }
      const listed = (data!.all as { nodes: { id: string }[] }).nodes.map(({ id }) => id)
      const rows = rowsByType.get(type)!
      const seen = rows.filter((row) => hiddenAs(who.viewer, resource, row) === undefined).map(({ id }) => id)
      if (who.viewer!.teamId === ours.teamId) expect([who.name, listed.toSorted()]).toEqual([who.name, seen.toSorted()])
      else expect([who.name, listed.filter((id) => rows.some((row) => row.id === id))]).toEqual([who.name, []])
    }
  }, 60_000)

  it('and what they lead to are found by whom the table says', async () => {
    for (const who of known) {
      for (const row of samples(resource)) {
        const hidden = hiddenAs(who.viewer, resource, row)
        const one = (field: string) => ask(who, `query ($id: ID!) { one: ${oneName}(id: $id) { id ${field} } }`, { id: row.id })
        const alone = await one('')
        expect([who.name, type, alone.codes]).toEqual([who.name, type, hidden === undefined ? [] : [codeOf[hidden]]])
        if (hidden !== undefined) continue
        for (const [name, relationship] of Object.entries(resource.relationships)) {
          const isMany = relationship.kind === 'many'
          const { data, codes } = await one(`${camelName(name)} { ${isMany ? 'nodes { id }' : 'id'} }`)
          const related = resourceOf(relationship.type)
          const leadsSomewhere = isMany || row[relationship.column] != null
          const isRefused = leadsSomewhere && reasonToRefuseReading(who.viewer!, related.read) !== undefined
          expect([who.name, name, codes]).toEqual([who.name, name, isRefused ? ['FORBIDDEN'] : []])
          if (!isRefused) assertReadable(who, related, (data!.one as Record<string, unknown>)[camelName(name)])
        }
      }
    }
  }, 120_000)

  it('are changed by nobody else', async () => {
    for (const who of known) {
      for (const { verb, right, row } of changes(resource)) {
        const refused =
          row === undefined
            ? refusedSomewhere(who, right)
            : (hiddenAs(who.viewer, resource, row) ?? refusedThere(who, resource, { right, row }))
        // Whoever may is let through by the same function as over JSON:API, where that is walked without changing anything.
        if (refused === undefined) continue
        const name = `${oneName}${pascalName(verb)}`
        const field = schema.getMutationType()!.getFields()[name]
        expect([name, field !== undefined]).toEqual([name, true])
        const { query, variables } = mutation(name, field!.args, row)
        expect([who.name, name, (await ask(who, query, variables)).codes]).toEqual([who.name, name, [codeOf[refused]]])
      }
    }
  }, 120_000)
})

function assertReadable(who: Actor, related: Resource, found: unknown): void {
  const items = found === null ? [] : ((found as { nodes?: { id: string }[] }).nodes ?? [found as { id: string }])
  const allowed = new Set(
    rowsByType
      .get(related.type)!
      .filter((row) => hiddenAs(who.viewer, related, row) === undefined)
      .map(({ id }) => id),
  )
  expect([who.name, related.type, items.filter(({ id }) => !allowed.has(id))]).toEqual([who.name, related.type, []])
}

interface Change {
  readonly verb: string
  readonly right: RightName
  readonly row: Row | undefined
}

function changes(resource: Resource): Change[] {
  const { create, update, remove, actions = {}, collectionActions = {} } = resource
  const about: readonly (readonly [string, RightName])[] = [
    ...(update === undefined ? [] : [['update', update.right] as const]),
    ...(remove === undefined ? [] : [['delete', remove.right] as const]),
    ...Object.entries(actions).map(([name, { right }]) => [name, right] as const),
  ]
  return [
    ...(create === undefined ? [] : [{ verb: 'create', right: create.right, row: undefined }]),
    ...Object.entries(collectionActions).map(([verb, { right }]) => ({ verb, right, row: undefined })),
    ...samples(resource).flatMap((row) => about.map(([verb, right]) => ({ verb, right, row }))),
  ]
}

function refusedSomewhere({ viewer }: Actor, right: RightName): 403 | undefined {
  return reasonToRefuseReading(viewer!, right) === undefined ? undefined : 403
}

function refusedThere({ viewer }: Actor, resource: Resource, { right, row }: { right: RightName; row: Row }): 403 | undefined {
  return may(viewer!, right, subjectOf(resource, row)) ? undefined : 403
}

function mutation(name: string, args: readonly GraphQLArgument[], row: Row | undefined) {
  const input = args.find((arg) => arg.name === 'input')
  const isNeeded = input !== undefined && isNonNullType(input.type)
  const payload = name.endsWith('Delete') ? 'id' : '__typename'
  const declared = [...(row === undefined ? [] : ['$id: ID!']), ...(isNeeded ? [`$input: ${String(input.type)}`] : [])]
  const given = [...(row === undefined ? [] : ['id: $id']), ...(isNeeded ? ['input: $input'] : [])]
  const list = (parts: readonly string[]) => (parts.length === 0 ? '' : `(${parts.join(', ')})`)
  return {
    query: `mutation ${list(declared)} { ${name}${list(given)} { ${payload} } }`,
    variables: { ...(row === undefined ? {} : { id: row.id }), ...(isNeeded ? { input: sample(input.type) } : {}) },
  }
}

/** Something of the type; what it says does not matter, for it is refused before it is looked at. */
function sample(type: GraphQLInputType): unknown {
  const bare = getNullableType(type) as GraphQLInputType
  if (isListType(bare)) return []
  if (isEnumType(bare)) return bare.getValues()[0]!.name
  if (isInputObjectType(bare)) {
    const needed = Object.values(bare.getFields()).filter((field) => isNonNullType(field.type))
    return Object.fromEntries(needed.map((field) => [field.name, sample(field.type)]))
  }
  const samples: Record<string, unknown> = { ID: newId(), String: 'x', Int: 1, Float: 1, Boolean: true, DateTime: '2030-01-01T00:00:00Z' }
  return samples[String(bare)] ?? (/int/i.test(String(bare)) ? 1 : {})
}

it('answers nobody who brings no token', async () => {
  const nobody = actors.find(({ viewer }) => viewer === undefined)!
  for (const query of ['{ viewer { name } }', '{ __schema { types { name } } }', 'mutation { workspaceCreate { __typename } }'])
    expect((await ask(nobody, query)).status).toBe(401)
})

it('another team’s id answers as one that never was, and guesses are not helped', async () => {
  const owner = actors.find(({ name }) => name === 'owner')!
  for (const resource of resources) {
    const [row] = await rowsOf(kyozo.db, resource, theirs.teamId)
    const query = `query ($id: ID!) { ${camelName(singularOf(resource.type))}(id: $id) { id } }`
    const [foreign, never] = await Promise.all([row!.id, newId()].map((id) => ask(owner, query, { id })))
    expect([resource.type, foreign]).toEqual([resource.type, never])
  }
  const answer = await fetch(`${kyozo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.token}` },
    body: JSON.stringify({ query: '{ workspacez { nodes { id } } }' }),
  })
  expect(await answer.text()).not.toContain('Did you mean')
})

/** What happens is told by topics, as over SSE; the fields name them differently. */
const subscriptions: Readonly<
  Record<string, { readonly query: (id: string) => string; readonly right: RightName; readonly type: string }>
> = {
  workspace: { query: (id) => `workspace(id: "${id}") { event { id } }`, right: 'workspaces.read', type: 'workspaces' },
  environment: { query: (id) => `environment(id: "${id}") { event { id } }`, right: 'environments.read', type: 'environments' },
  serviceInstance: {
    query: (id) => `serviceInstance(id: "${id}") { event { id } }`,
    right: 'service_instances.read',
    type: 'service_instances',
  },
  release: { query: (id) => `release(id: "${id}") { event { id } }`, right: 'releases.read', type: 'releases' },
  events: { query: (id) => `events(topics: ["workspace:${id}"]) { id }`, right: 'workspaces.read', type: 'workspaces' },
}

it('tells of what happens only to whom the table says', async () => {
  for (const who of known) {
    for (const [name, { query, right, type }] of Object.entries(subscriptions)) {
      const row = rowsByType.get(type)!.find((each) => (each.workspaceId ?? each.id) === ours.workspaceId)!
      const isForeign = who.viewer!.teamId !== ours.teamId
      const expected = isForeign ? 'NOT_FOUND' : may(who.viewer!, right, subjectOf(resourceOf(type), row)) ? undefined : 'FORBIDDEN'
      expect([who.name, name, await subscribed(who, query(row.id))]).toEqual([who.name, name, expected])
    }
  }
}, 60_000)

/** Undefined when the stream begins, else the code of what it is refused with. */
async function subscribed({ token }: Actor, field: string): Promise<string | undefined> {
  const stop = new AbortController()
  const answer = await fetch(`${kyozo.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: `subscription { ${field} }` }),
    signal: stop.signal,
  })
  const reader = answer.body!.getReader()
  let text = ''
  while (!/"code":"|"data":\{/.test(text)) {
    const { value, done } = await reader.read()
    if (done) break
    text += Buffer.from(value).toString()
  }
  stop.abort()
  return /"code":"(\w+)"/.exec(text)?.[1]
}

it('knows every field that there is', () => {
  const described = resources.flatMap(({ type }) => [camelName(type), camelName(singularOf(type))])
  expect(Object.keys(schema.getQueryType()!.getFields()).toSorted()).toEqual(['viewer', ...described].toSorted())
  const changed = resources.flatMap((resource) =>
    changes(resource).map(({ verb }) => `${camelName(singularOf(resource.type))}${pascalName(verb)}`),
  )
  expect(Object.keys(schema.getMutationType()!.getFields()).toSorted()).toEqual([...new Set(changed)].toSorted())
  // The lines of a log are kept to whom they were granted by the same function as over SSE.
  expect(Object.keys(schema.getSubscriptionType()!.getFields()).toSorted()).toEqual(
    [...Object.keys(subscriptions), 'releaseLog'].toSorted(),
  )
})

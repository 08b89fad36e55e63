// GraphQL and JSON:API are made from one description: what they say of the same row is the same.
import type { GraphQLObjectType, GraphQLOutputType, GraphQLSchema } from 'graphql'
import { buildClientSchema, getIntrospectionQuery, getNullableType, isEnumType, isLeafType, isListType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { camelName, singularOf, typeName } from '../../../src/api/graphql/names.ts'
import { resources } from '../../../src/api/resources/index.ts'
import type { Resource } from '../../../src/api/resources/resource.ts'
import { startGraphql } from '../../support/graphql.ts'
import { wholeTeam } from '../../support/whole-team.ts'

const api = await startGraphql()
const team = await wholeTeam(api.db)
const schema = await schemaFromOutside()

/** As a client sees it. */
async function schemaFromOutside(): Promise<GraphQLSchema> {
  const { data, errors } = await api.ask(team.token, getIntrospectionQuery())
  expect(errors).toBeUndefined()
  return buildClientSchema(data)
}

describe.each(resources.map((resource) => [resource.type, resource] as const))('%s', (type, resource) => {
  it('has every attribute, with the value that JSON:API shows, in a listing and alone', async () => {
    const names = Object.keys(resource.attributes)
    const fields = `id ${names.map(camelName).join(' ')}`
    const { data, errors } = await api.ask(
      team.token,
      `query ($id: ID!) { one: ${camelName(singularOf(type))}(id: $id) { ${fields} } all: ${camelName(type)} { nodes { ${fields} } edges { cursor node { id } } } }`,
      { id: team.ids.get(type) },
    )
    expect(errors).toBeUndefined()
    const shown = await api.jsonapi(team.token, `/${type}/${team.ids.get(type)}?fields[${type}]=${names.join(',')}`)
    expect(data.one).toEqual(asFields(shown.body.data, names))
    const listed = await api.jsonapi(team.token, `/${type}?fields[${type}]=${names.join(',')}`)
    expect(data.all.nodes).toEqual(listed.body.data.map((row: Shown) => asFields(row, names)))
    expect(data.all.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual(listed.body.data.map(({ id }: Shown) => id))
  })

  it('has every relationship, with the ids that JSON:API links', async () => {
    const names = Object.keys(resource.relationships)
    if (names.length === 0) return
    const { data, errors } = await api.ask(
      team.token,
      `query ($id: ID!) { one: ${camelName(singularOf(type))}(id: $id) { ${names.map((name) => linkage(resource, name)).join(' ')} } }`,
      { id: team.ids.get(type) },
    )
    expect(errors).toBeUndefined()
    for (const name of names) {
      const related = await api.jsonapi(team.token, `/${type}/${team.ids.get(type)}/${name}`)
      const expected = Array.isArray(related.body.data)
        ? { nodes: related.body.data.map(({ id }: Shown) => ({ id })) }
        : related.body.data && { id: related.body.data.id }
      expect([name, data.one[camelName(name)]]).toEqual([name, expected])
      if (resource.relationships[name]!.kind === 'one') expect(data.one[`${camelName(name)}Id`]).toEqual(related.body.data?.id ?? null)
    }
  })

  it('has every view, with what JSON:API shows', async () => {
    for (const [name, view] of Object.entries(resource.views ?? {})) {
      const members = Object.keys(view.attributes)
      const { data, errors } = await api.ask(
        team.token,
        `query ($id: ID!) { one: ${camelName(singularOf(type))}(id: $id) { ${camelName(name)} { ${members.map(camelName).join(' ')} } } }`,
        { id: team.ids.get(type) },
      )
      expect(errors).toBeUndefined()
      const { body } = await api.jsonapi(team.token, `/${type}/${team.ids.get(type)}/${name}`)
      // Words that say since when move with the clock.
      const still = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(/since \d+ s/g, 'since'))
      expect(still(data.one[camelName(name)])).toEqual(
        still(Object.fromEntries(members.map((member) => [camelName(member), body.data.attributes[member]]))),
      )
    }
  })

  it('has no attribute or relationship beyond the description', () => {
    const fields = Object.keys((schema.getType(typeName(type)) as GraphQLObjectType).getFields())
    const described = [
      'id',
      ...Object.keys(resource.attributes),
      ...Object.entries(resource.relationships).flatMap(([name, { kind }]) => (kind === 'one' ? [`${name}_id`, name] : name)),
      ...Object.keys(resource.views ?? {}),
      ...(type === 'releases' ? ['log'] : []),
    ]
    expect(fields.toSorted()).toEqual(described.map(camelName).toSorted())
  })

  it('has types that say what the shapes say', () => {
    const fields = (schema.getType(typeName(type)) as GraphQLObjectType).getFields()
    for (const [name, attribute] of Object.entries(resource.attributes)) {
      const { type: of } = fields[camelName(name)]!
      expect([name, isLeafType(getNullableType(of)), isNullable(of)]).toEqual([name, true, attribute.isNullable])
      const leaf = getNullableType(of)
      if (isEnumType(leaf)) expect(leaf.getValues().map((value) => value.name)).toEqual(attribute.values)
    }
  })
})

interface Shown {
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
}

function asFields({ id, attributes }: Shown, names: readonly string[]): Record<string, unknown> {
  return {
    id,
    ...Object.fromEntries(names.map((name) => [camelName(name), movesWithTheClock(name) ? expect.anything() : (attributes[name] ?? null)])),
  }
}

/** A second may pass between two questions. */
function movesWithTheClock(name: string): boolean {
  return name === 'uptime_seconds' || name === 'deployment_status'
}

function linkage(resource: Resource, name: string): string {
  const field = camelName(name)
  return resource.relationships[name]!.kind === 'one' ? `${field}Id ${field} { id }` : `${field} { nodes { id } }`
}

function isNullable(type: GraphQLOutputType): boolean {
  return !isListType(type) && getNullableType(type) === type
}

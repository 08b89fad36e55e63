// The documents of the API as JSON Schemas, made from the resource descriptions.
import type { z } from 'zod'
import { resources } from '../resources/index.ts'
import type { Action, Creation, Relationship, Resource } from '../resources/resource.ts'
import { anyObject, inputSchema, type JsonSchema, jsonSchema, list, nullable, object, schemaRef, text } from './json-schema.ts'

const member = schemaRef('jsonapi')
const uuid: JsonSchema = { type: 'string', format: 'uuid' }
const link: JsonSchema = { type: 'string', format: 'uri-reference' }

export function allSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    jsonapi: object({ version: { const: '1.1' } }),
    failure: failure(),
    included: list({ anyOf: resources.map(({ type }) => schemaRef(type)) }),
    ...Object.fromEntries(resources.flatMap((resource) => resourceSchemas(resource))),
  }
}

function resourceSchemas(resource: Resource): readonly (readonly [string, JsonSchema])[] {
  const { type, create, update } = resource
  return [
    [type, resourceObject(resource)],
    [`${type}_document`, itemDocument(schemaRef(type))],
    [`${type}_list`, listDocument(schemaRef(type))],
    ...(create === undefined ? [] : ([[`${type}_new`, sentDocument(type, create)]] as const)),
    ...(update === undefined ? [] : ([[`${type}_change`, sentDocument(type, update, { id: uuid })]] as const)),
  ]
}

/** `once` are attributes that only the answer to its making shows. */
export function resourceObject(resource: Resource, once: Readonly<Record<string, z.ZodType>> = {}): JsonSchema {
  const attributes = Object.entries(resource.attributes).map(([name, { shape, description }]) => [
    name,
    { ...jsonSchema(shape), description },
  ])
  const shownOnce = Object.entries(once).map(([name, shape]) => [name, jsonSchema(shape)])
  const relationships = Object.entries(resource.relationships).map(([name, relationship]) => [name, relationshipObject(relationship)])
  return {
    ...object(
      {
        type: { const: resource.type },
        id: resource.idKind === 'sequence' ? { type: 'string', pattern: '^[1-9][0-9]*$' } : uuid,
        attributes: object(Object.fromEntries([...attributes, ...shownOnce]), []),
        relationships: object(Object.fromEntries(relationships), []),
        links: object({ self: link }),
      },
      ['type', 'id', 'links'],
    ),
    description: resource.description,
  }
}

function identifier(type: string): JsonSchema {
  return object({ type: { const: type }, id: text })
}

function relationshipObject(relationship: Relationship): JsonSchema {
  const { type, description } = relationship
  const links = { self: link, related: link }
  if (relationship.kind === 'one')
    return {
      ...object({ links: object(links), data: relationship.isNullable ? nullable(identifier(type)) : identifier(type) }),
      description,
    }
  const paged = object({ ...links, prev: { type: 'null' }, next: nullable(link) }, ['self', 'related'])
  return { ...object({ links: paged, data: list(identifier(type)) }, ['links']), description }
}

export function itemDocument(data: JsonSchema): JsonSchema {
  return object({ jsonapi: member, data, included: schemaRef('included'), links: object({ self: link }) }, ['jsonapi', 'data', 'links'])
}

export function listDocument(item: JsonSchema): JsonSchema {
  const links = object({ self: link, first: link, prev: nullable(link), next: nullable(link) })
  return object({ jsonapi: member, data: list(item), included: schemaRef('included'), links }, ['jsonapi', 'data', 'links'])
}

/** What is related to one row: one resource, or null. */
export function relatedDocument(relationship: Relationship): JsonSchema {
  return itemDocument(relationship.kind === 'one' ? nullable(schemaRef(relationship.type)) : schemaRef(relationship.type))
}

export function linkageDocument(relationship: Relationship): JsonSchema {
  const one = { self: link, related: link }
  if (relationship.kind === 'one')
    return object({
      jsonapi: member,
      data: relationship.isNullable ? nullable(identifier(relationship.type)) : identifier(relationship.type),
      links: object(one),
    })
  const links = object({ ...one, first: link, prev: nullable(link), next: nullable(link) })
  return object({ jsonapi: member, data: list(identifier(relationship.type)), links })
}

/** A resource object of a kind that has no listing of its own. */
export function looseDocument(type: string, attributes: JsonSchema, more: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  const data = object({ type: { const: type }, id: text, attributes, links: object({ self: link }) })
  return object({ jsonapi: member, data, links: object({ self: link }), ...more })
}

type Written = Pick<Creation | Action, 'attributes' | 'relationships'>

export function sentDocument(
  type: string,
  { attributes, relationships = {} }: Written,
  more: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  const sent = inputSchema(attributes)
  const given = Object.entries(relationships).map(([name, { type: of, isRequired }]) => {
    const linkage = identifier(of)
    return [name, object({ data: isRequired ? linkage : nullable(linkage) })] as const
  })
  const required = Object.entries(relationships).flatMap(([name, { isRequired }]) => (isRequired ? name : []))
  const needsAttributes = ((sent.required as readonly string[] | undefined) ?? []).length > 0
  return object({
    data: object({ type: { const: type }, ...more, attributes: sent, relationships: object(Object.fromEntries(given), required) }, [
      'type',
      ...Object.keys(more),
      ...(needsAttributes ? ['attributes'] : []),
      ...(required.length > 0 ? ['relationships'] : []),
    ]),
  })
}

function failure(): JsonSchema {
  const source = object({ pointer: text, parameter: text, header: text }, [])
  const error = object(
    {
      status: { type: 'string', pattern: '^[45][0-9][0-9]$' },
      code: text,
      title: text,
      detail: text,
      source,
      links: object({ type: link }),
      meta: anyObject,
    },
    ['status', 'code', 'title', 'detail'],
  )
  return object({ jsonapi: member, errors: { ...list(error), minItems: 1 } })
}

// What requests send, as input types: the shapes of the descriptions, read through their JSON Schema. A structure is JSON, with the names of JSON:API.
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputFieldConfig,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql'
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { Input, Resource } from '../resources/resource.ts'
import type { Sent } from '../resources/write.ts'
import type { AttributeTypes } from './attribute-types.ts'
import { camelName, pascalName, typeName } from './names.ts'
import { dateTimeType, integerType, jsonType } from './scalars.ts'

export interface Described {
  readonly attributes: Input
  readonly relationships?: Readonly<Record<string, { readonly type: string; readonly isRequired: boolean }>>
}

/** Undefined when nothing can be sent. */
export function inputType(
  types: AttributeTypes,
  { name, resource, described }: { readonly name: string; readonly resource: Resource; readonly described: Described },
): GraphQLInputObjectType | undefined {
  const attributes = Object.entries(described.attributes).map(([attribute, shape]): [string, GraphQLInputFieldConfig] => {
    const schema = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
    const enumName = sharedEnumName(resource, attribute, schema) ?? `${name}${pascalName(attribute)}`
    const type = typeOfSchema(types, schema, enumName)
    const isRequired = !shape.safeParse(undefined).success && !shape.safeParse(null).success
    const description = schema.description ?? resource.attributes[attribute]?.description
    return [camelName(attribute), { type: isRequired ? new GraphQLNonNull(type) : type, description }]
  })
  const relationships = Object.entries(described.relationships ?? {}).map(
    ([relationship, { isRequired }]): [string, GraphQLInputFieldConfig] => [
      camelName(relationship),
      { type: isRequired ? new GraphQLNonNull(GraphQLID) : GraphQLID, description: resource.relationships[relationship]?.description },
    ],
  )
  const fields = [...attributes, ...relationships]
  if (fields.length === 0) return undefined
  if (new Set(fields.map(([field]) => field)).size < fields.length)
    throw new KyozoError('internal', `the input ${name} would have one field twice`)
  return new GraphQLInputObjectType({ name, fields: Object.fromEntries(fields) })
}

/** What is sent is checked by the shapes, as in JSON:API; here it only gets back the names of the description. */
export function sentOf(
  described: Described,
  input: Readonly<Record<string, unknown>> | null | undefined,
  idempotencyKey: string | undefined,
): Sent {
  const given = input ?? {}
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (Object.hasOwn(given, camelName(name)) ? [[name, given[camelName(name)]]] : [])))
  return {
    attributes: pick(Object.keys(described.attributes)),
    related: pick(Object.keys(described.relationships ?? {})) as Record<string, string | null>,
    idempotencyKey,
  }
}

interface JsonSchema {
  readonly type?: string | undefined
  readonly format?: string | undefined
  readonly description?: string | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly items?: unknown
  readonly anyOf?: readonly unknown[] | undefined
}

function typeOfSchema(types: AttributeTypes, given: unknown, enumName: string): GraphQLInputType {
  const schema = given as JsonSchema
  const choices = (schema.anyOf as readonly JsonSchema[] | undefined)?.filter(({ type }) => type !== 'null')
  if (choices !== undefined) return choices.length === 1 ? typeOfSchema(types, choices[0], enumName) : jsonType
  const texts = enumTexts(schema)
  if (texts !== undefined) return types.enumType(enumName, texts)
  switch (schema.type) {
    case 'string':
      return schema.format === 'date-time' ? dateTimeType : schema.format === 'uuid' ? GraphQLID : GraphQLString
    case 'integer':
      return integerType
    case 'number':
      return GraphQLFloat
    case 'boolean':
      return GraphQLBoolean
    case 'array': {
      const items = typeOfSchema(types, schema.items ?? {}, enumName)
      return items === jsonType ? jsonType : new GraphQLList(new GraphQLNonNull(items))
    }
    default:
      return jsonType
  }
}

function enumTexts({ enum: values }: JsonSchema): readonly string[] | undefined {
  return values?.every((value) => typeof value === 'string') ? values : undefined
}

/** What can be written has the type of what can be read, where both take the same values. */
function sharedEnumName(resource: Resource, attribute: string, schema: unknown): string | undefined {
  const values = resource.attributes[attribute]?.values
  const texts = enumTexts(unwrapped(schema as JsonSchema))
  return values !== undefined && texts !== undefined && [...values].sort().join() === [...texts].sort().join()
    ? `${typeName(resource.type)}${pascalName(attribute)}`
    : undefined
}

function unwrapped(schema: JsonSchema): JsonSchema {
  return (schema.anyOf as readonly JsonSchema[] | undefined)?.find(({ type }) => type !== 'null') ?? schema
}

// The types of attributes, in and out. An enumeration has one type, named after the resource and the attribute; both directions share it.
import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql'
import type { Attribute, AttributeKind } from '../resources/attribute.ts'
import { enumValueName, pascalName, typeName } from './names.ts'
import { dateTimeType, integerType, jsonType } from './scalars.ts'

const scalars: Readonly<Record<Exclude<AttributeKind, 'enum'>, GraphQLScalarType>> = {
  text: GraphQLString,
  integer: integerType,
  number: GraphQLFloat,
  boolean: GraphQLBoolean,
  time: dateTimeType,
  id: GraphQLID,
  json: jsonType,
}

export interface AttributeTypes {
  /** Of one attribute of a resource, without null. */
  valueType(resourceType: string, name: string, attribute: Attribute): GraphQLScalarType | GraphQLEnumType
  enumType(name: string, values: readonly string[], description?: string): GraphQLEnumType
  /** `NAME_ASC` and `NAME_DESC` for `name` and `-name`. */
  sortType(name: string, values: readonly string[]): GraphQLEnumType
  /** What a filter for it takes: one of a list, or a range. */
  filterType(resourceType: string, name: string, attribute: Attribute): GraphQLInputType
}

export function createAttributeTypes(): AttributeTypes {
  const enums = new Map<string, GraphQLEnumType>()
  const ranges = new Map<string, GraphQLInputObjectType>()
  const once = (name: string, make: () => GraphQLEnumType) => {
    const made = enums.get(name) ?? make()
    enums.set(name, made)
    return made
  }
  const enumType: AttributeTypes['enumType'] = (name, values, description) =>
    once(name, () => new GraphQLEnumType({ name, description, values: namedBy(values, enumValueName) }))
  const valueType: AttributeTypes['valueType'] = (resourceType, name, { kind, values, description }) =>
    kind === 'enum' ? enumType(`${typeName(resourceType)}${pascalName(name)}`, values ?? [], description) : scalars[kind]
  const rangeType = (of: GraphQLScalarType | GraphQLEnumType) => {
    const name = `${of.name}Range`
    const known = ranges.get(name)
    if (known !== undefined) return known
    const limit = { type: of }
    const made = new GraphQLInputObjectType({
      name,
      description: 'One of a list, or between limits; what is given must all be true.',
      fields: { in: { type: new GraphQLList(of) }, gt: limit, gte: limit, lt: limit, lte: limit },
    })
    ranges.set(name, made)
    return made
  }
  return {
    valueType,
    enumType,
    sortType: (name, values) => once(name, () => new GraphQLEnumType({ name, values: namedBy(values, sortName) })),
    filterType(resourceType, name, attribute) {
      // A structure that can be filtered is a list of texts, and is asked for what it holds.
      if (attribute.kind === 'json') return new GraphQLList(new GraphQLNonNull(GraphQLString))
      const of = valueType(resourceType, name, attribute)
      if (attribute.filter === 'range') return rangeType(of)
      return new GraphQLList(attribute.isNullable ? of : new GraphQLNonNull(of))
    },
  }
}

function namedBy(values: readonly string[], nameOf: (value: string) => string) {
  return Object.fromEntries(values.map((value) => [nameOf(value), { value }]))
}

function sortName(value: string): string {
  return value.startsWith('-') ? `${value.slice(1).toUpperCase()}_DESC` : `${value.toUpperCase()}_ASC`
}

/** As it is answered: null only where the description says so. */
export function outputType(of: GraphQLScalarType | GraphQLEnumType, { isNullable }: Attribute): GraphQLOutputType {
  return isNullable ? of : new GraphQLNonNull(of)
}

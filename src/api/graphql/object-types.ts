// Every resource as an object type, and every listing as a connection: attributes and relationships as they are described.
import {
  GraphQLBoolean,
  type GraphQLFieldConfigMap,
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLString,
} from 'graphql'
import { KyozoError } from '../../errors.ts'
import type { Attribute } from '../resources/attribute.ts'
import { type Item, type ItemPage, type ListedItem, listItems } from '../resources/read.ts'
import type { Relationship, Resource } from '../resources/resource.ts'
import { type AttributeTypes, outputType } from './attribute-types.ts'
import { type ListingArguments, listingArguments, listQuery } from './listing.ts'
import { camelName, typeName } from './names.ts'
import type { Field, GraphqlRequest } from './request.ts'
import { attributesAsked } from './selection.ts'
import { viewFields } from './views.ts'

/** What a large attribute counts as, in values: the largest page may have all of them, and there is no page of them below each row of a page. */
const largeWeight = 50
/** A calculated one is small, and its rows are asked for together. */
const loadedWeight = 10

export interface ObjectTypes {
  readonly attributes: AttributeTypes
  readonly resources: readonly Resource[]
  object(type: string): GraphQLObjectType
  connection(type: string): GraphQLObjectType
  /** More fields than the description has. */
  readonly extra: Readonly<Record<string, Readonly<Record<string, Field<Item>>>>>
}

export function createObjectTypes(given: Pick<ObjectTypes, 'attributes' | 'resources' | 'extra'>): ObjectTypes {
  const objects = new Map<string, GraphQLObjectType>()
  const connections = new Map<string, GraphQLObjectType>()
  const types: ObjectTypes = { ...given, object: (type) => objects.get(type)!, connection: (type) => connections.get(type)! }
  for (const resource of given.resources) {
    objects.set(resource.type, objectType(types, resource))
    connections.set(resource.type, connectionType(types, resource))
  }
  return types
}

function objectType(types: ObjectTypes, resource: Resource): GraphQLObjectType {
  return new GraphQLObjectType<Item, GraphqlRequest>({
    name: typeName(resource.type),
    description: resource.description,
    fields: () => {
      const parts = [
        { id: { type: new GraphQLNonNull(GraphQLID), resolve: ({ id }: Item) => id } },
        attributeFields(types, resource),
        ...Object.entries(resource.relationships).map(([name, one]) => relationshipFields(types, name, one)),
        viewFields(resource),
        types.extra[resource.type] ?? {},
      ]
      return disjoint(typeName(resource.type), parts)
    },
  })
}

/** Two parts of a description may only be spelt alike by mistake. */
function disjoint(name: string, parts: readonly GraphQLFieldConfigMap<Item, GraphqlRequest>[]) {
  const names = parts.flatMap((part) => Object.keys(part))
  const twice = names.find((field, at) => names.indexOf(field) !== at)
  if (twice !== undefined) throw new KyozoError('internal', `the type ${name} would have two fields ${twice}`)
  return Object.assign({}, ...parts) as GraphQLFieldConfigMap<Item, GraphqlRequest>
}

function attributeFields({ attributes }: ObjectTypes, resource: Resource): GraphQLFieldConfigMap<Item, GraphqlRequest> {
  return Object.fromEntries(
    Object.entries(resource.attributes).map(([name, attribute]): [string, Field<Item>] => [
      camelName(name),
      {
        type: outputType(attributes.valueType(resource.type, name, attribute), attribute),
        description: attribute.description,
        resolve: (item) => item.attributes[name],
        extensions: { weight: weightOf(attribute) },
      },
    ]),
  )
}

function weightOf({ isLarge, source }: Attribute): number {
  if (!isLarge) return 1
  return source.kind === 'loaded' ? loadedWeight : largeWeight
}

/** Null is nothing there, or nothing that the viewer may read; the id of a relationship to one tells which. */
function relationshipFields(types: ObjectTypes, name: string, relationship: Relationship): GraphQLFieldConfigMap<Item, GraphqlRequest> {
  const resource = types.resources.find(({ type }) => type === relationship.type)!
  const field = camelName(name)
  if (relationship.kind === 'many') return { [field]: manyField(types, resource, relationship) }
  const id: Field<Item> = {
    type: relationship.isNullable ? GraphQLID : new GraphQLNonNull(GraphQLID),
    description: `The id. ${relationship.description}`,
    resolve: ({ one }) => one[name],
  }
  const one: Field<Item> = {
    type: types.object(relationship.type),
    description: relationship.description,
    resolve: (item, _, { loaders }, info) => {
      const related = item.one[name]
      return related == null ? null : loaders.one(info, resource, related)
    },
    extensions: { isAsked: true },
  }
  return { [`${field}Id`]: id, [field]: one }
}

function manyField(types: ObjectTypes, resource: Resource, relationship: Extract<Relationship, { kind: 'many' }>): Field<Item> {
  return {
    type: types.connection(resource.type),
    description: relationship.description,
    args: listingArguments(types.attributes, resource),
    resolve: ({ id }, given: ListingArguments, { loaders }, info) =>
      loaders.many(info, {
        relationship,
        id,
        query: () => ({ ...listQuery(resource, given), fields: attributesAsked(info, resource, 'connection') }),
      }),
    extensions: { isAsked: true, isPaged: true },
  }
}

/** All of the team's that the viewer may read. */
export function listField(types: ObjectTypes, resource: Resource): Field {
  return {
    type: types.connection(resource.type),
    description: resource.description,
    args: listingArguments(types.attributes, resource),
    resolve: (_, given: ListingArguments, { at }, info) =>
      listItems(at, resource, { ...listQuery(resource, given), fields: attributesAsked(info, resource, 'connection') }),
    extensions: { isAsked: true, isPaged: true },
  }
}

/** Another team's id is like one that is not there. */
export function oneField(types: ObjectTypes, resource: Resource): Field {
  return {
    type: types.object(resource.type),
    description: resource.description,
    args: { id: { type: new GraphQLNonNull(GraphQLID) } },
    resolve: async (_, { id }: { id: string }, { loaders }, info) => {
      const found = await loaders.one(info, resource, id)
      if (found === undefined) throw new KyozoError('not_found', `there is no resource of type ${resource.type} with this id`)
      return found
    },
    extensions: { isAsked: true },
  }
}

const pageInfoType = new GraphQLObjectType<ItemPage>({
  name: 'PageInfo',
  description: 'Where a page stands in its listing. Its cursors are those of JSON:API.',
  fields: {
    hasNextPage: { type: new GraphQLNonNull(GraphQLBoolean), resolve: ({ next }) => next !== null },
    hasPreviousPage: { type: new GraphQLNonNull(GraphQLBoolean), resolve: ({ previous }) => previous !== null },
    startCursor: { type: GraphQLString, resolve: ({ items }) => items[0]?.cursor ?? null },
    endCursor: { type: GraphQLString, resolve: ({ items }) => items.at(-1)?.cursor ?? null },
  },
})

function connectionType(types: ObjectTypes, resource: Resource): GraphQLObjectType {
  const name = typeName(resource.type)
  const node = new GraphQLNonNull(types.object(resource.type))
  const edge = new GraphQLObjectType<ListedItem>({
    name: `${name}Edge`,
    fields: {
      cursor: { type: new GraphQLNonNull(GraphQLString) },
      node: { type: node, resolve: (item) => item },
    },
  })
  const rows = (of: GraphQLObjectType | typeof node): Field<ItemPage> => ({
    type: new GraphQLNonNull(new GraphQLList(of instanceof GraphQLNonNull ? of : new GraphQLNonNull(of))),
    resolve: ({ items }) => items,
    extensions: { isRows: true },
  })
  return new GraphQLObjectType<ItemPage, GraphqlRequest>({
    name: `${name}Connection`,
    description: `A page of ${resource.type.replaceAll('_', ' ')}.`,
    fields: { nodes: rows(node), edges: rows(edge), pageInfo: { type: new GraphQLNonNull(pageInfoType), resolve: (page) => page } },
  })
}

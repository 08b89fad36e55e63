// The GraphQL schema, made from the resource descriptions when kyozo starts.
import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  lexicographicSortSchema,
  printSchema,
} from 'graphql'
import { permissionTypes, roles, tokenScopes } from '../../store/tables/access.ts'
import type { Grant, Viewer } from '../../store/viewer.ts'
import { resourceOf, resources } from '../resources/index.ts'
import { type AttributeTypes, createAttributeTypes } from './attribute-types.ts'
import { mutationFields } from './mutations.ts'
import { camelName, singularOf } from './names.ts'
import { createObjectTypes, listField, type ObjectTypes, oneField } from './object-types.ts'
import { releaseLogField } from './release-log.ts'
import type { Field, GraphqlRequest } from './request.ts'
import { subscriptionFields } from './subscriptions.ts'

export function createGraphqlSchema(): GraphQLSchema {
  const types = createObjectTypes({ attributes: createAttributeTypes(), resources, extra: { releases: { log: releaseLogField } } })
  const mutations = mutationFields(types)
  return new GraphQLSchema({
    description: 'The platform API of kyozo. JSON:API at /api/v1 says the same of the same things.',
    query: rootType('Query', queryFields(types)),
    ...(Object.keys(mutations).length === 0 ? {} : { mutation: rootType('Mutation', mutations) }),
    subscription: rootType('Subscription', subscriptionFields(types)),
  })
}

/** In GraphQL's own language, for docs/schema.graphql: a change of what clients rely on is seen in review. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(createGraphqlSchema()))}\n`
}

function rootType(name: string, fields: Readonly<Record<string, Field>>): GraphQLObjectType {
  return new GraphQLObjectType<unknown, GraphqlRequest>({ name, fields })
}

/** `workspaces(…)` and `workspace(id)` for every resource, and who asks. */
function queryFields(types: ObjectTypes): Record<string, Field> {
  const fields = types.resources.flatMap((resource): [string, Field][] => [
    [camelName(resource.type), listField(types, resource)],
    [camelName(singularOf(resource.type)), oneField(types, resource)],
  ])
  return { viewer: viewerField(types), ...Object.fromEntries(fields) }
}

function viewerField(types: ObjectTypes): Field {
  const { attributes } = types
  const text = new GraphQLNonNull(GraphQLString)
  const teams = resourceOf('teams')
  const users = resourceOf('users')
  const fields: Record<string, Field<Viewer>> = {
    name: { type: text, description: 'As releases and events show it.' },
    role: { type: new GraphQLNonNull(attributes.enumType('MemberRole', roles)) },
    scopes: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(attributes.enumType('TokenScope', tokenScopes)))),
      description: 'What this token may be used for; a login has all of them.',
    },
    team: {
      type: types.object('teams'),
      resolve: ({ teamId }, _, { loaders }, info) => loaders.one(info, teams, teamId),
      extensions: { isAsked: true },
    },
    user: {
      type: types.object('users'),
      resolve: ({ userId }, _, { loaders }, info) => loaders.one(info, users, userId),
      extensions: { isAsked: true },
    },
    permissions: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(grantType(attributes)))),
      description: 'What a member was granted; owners and admins need none.',
      resolve: ({ grants }) => grants,
    },
  }
  return {
    type: new GraphQLNonNull(new GraphQLObjectType<Viewer, GraphqlRequest>({ name: 'Viewer', description: 'Who asks.', fields })),
    resolve: (_, __, { at }) => at.viewer,
  }
}

function grantType(attributes: AttributeTypes): GraphQLObjectType {
  return new GraphQLObjectType<Grant, GraphqlRequest>({
    name: 'Grant',
    description: 'A permission for a workspace, or for one service of it.',
    fields: {
      permission: { type: new GraphQLNonNull(attributes.enumType('ServicePermissionPermissionType', permissionTypes)) },
      workspaceId: { type: new GraphQLNonNull(GraphQLID) },
      serviceInstanceId: { type: GraphQLID, description: 'Null for every service of the workspace.' },
    },
  })
}

// Creating, changing, deleting and acting, as the descriptions offer it. What happens, who may, and what is wrong with an input is decided where
// JSON:API's requests go too (resources/write.ts).
import { type GraphQLFieldConfigArgumentMap, GraphQLID, GraphQLNonNull, GraphQLObjectType, GraphQLString } from 'graphql'
import { KyozoError } from '../../errors.ts'
import { resourceOf } from '../resources/index.ts'
import type { Created, Ended, Resource } from '../resources/resource.ts'
import { actOnCollection, actOnResource, changeResource, createResource, removeResource, type Sent } from '../resources/write.ts'
import { type Described, inputType, sentOf } from './input-types.ts'
import { camelName, pascalName, singularOf, typeName } from './names.ts'
import type { ObjectTypes } from './object-types.ts'
import type { Field, GraphqlRequest } from './request.ts'
import { jsonType } from './scalars.ts'

/** What came of a mutation: the resource as it is now, or the operation that goes on with it. */
interface Outcome {
  readonly id?: string | undefined
  readonly operationId?: string | undefined
  readonly once?: Readonly<Record<string, unknown>> | undefined
}

/** By name: `workspaceCreate`, `serviceInstanceDeploy`. */
export function mutationFields(types: ObjectTypes): Readonly<Record<string, Field>> {
  const deletion = deletionType(types)
  return Object.assign({}, ...types.resources.map((resource) => fieldsOf(types, resource, deletion))) as Record<string, Field>
}

function fieldsOf(types: ObjectTypes, resource: Resource, deletion: GraphQLObjectType): Record<string, Field> {
  const fields: Record<string, Field> = {}
  const make = mutationMaker(types, resource)
  if (resource.create !== undefined)
    make(fields, 'create', {
      described: resource.create,
      run: async (request, { sent }) => outcomeOfCreation(await createResource(request, resource, sent)),
    })
  if (resource.update !== undefined)
    make(fields, 'update', {
      described: resource.update,
      isAboutOne: true,
      run: async (request, { id, sent }) => outcomeOf(await changeResource(request, resource, { target: { id }, sent }), id),
    })
  if (resource.remove !== undefined)
    make(fields, 'delete', {
      described: { attributes: {}, ...resource.remove },
      isAboutOne: true,
      payload: deletion,
      run: async (request, { id, sent }) => outcomeOf(await removeResource(request, resource, { target: { id }, sent }), id),
    })
  for (const [action, described] of Object.entries(resource.actions ?? {}))
    make(fields, action, {
      described,
      isAboutOne: true,
      run: async (request, { id, sent }) => outcomeOf(await actOnResource(request, resource, { action, target: { id }, sent }), id),
    })
  for (const [action, described] of Object.entries(resource.collectionActions ?? {}))
    make(fields, action, {
      described,
      run: async (request, { sent }) => outcomeOf(await actOnCollection(request, resource, { action, sent })),
    })
  return fields
}

interface Mutation {
  readonly described: Described & { readonly description: string }
  /** Whether it takes an id. Default is false. */
  readonly isAboutOne?: true
  /** Default is the resource's own. */
  readonly payload?: GraphQLObjectType
  readonly run: (
    request: GraphqlRequest & { readonly acting: GraphqlRequest['acting'] },
    given: { readonly id: string; readonly sent: Sent },
  ) => Promise<Outcome>
}

type MutationMaker = (fields: Record<string, Field>, verb: string, mutation: Mutation) => void

function mutationMaker(types: ObjectTypes, resource: Resource): MutationMaker {
  let payload: GraphQLObjectType | undefined
  return (fields, verb, { described, isAboutOne, payload: own, run }) => {
    const name = `${camelName(singularOf(resource.type))}${pascalName(verb)}`
    const input = inputType(types.attributes, { name: `${pascalName(name)}Input`, resource, described })
    const isInputRequired = Object.values(input?.getFields() ?? {}).some(({ type }) => type instanceof GraphQLNonNull)
    payload ??= own === undefined ? payloadType(types, resource) : undefined
    const args: GraphQLFieldConfigArgumentMap = {
      ...(isAboutOne ? { id: { type: new GraphQLNonNull(GraphQLID) } } : {}),
      ...(input === undefined ? {} : { input: { type: isInputRequired ? new GraphQLNonNull(input) : input } }),
      idempotencyKey: { type: GraphQLString, description: 'The same key with the same request starts one operation, and finds it again.' },
    }
    fields[name] = {
      type: own ?? payload!,
      description: described.description,
      args,
      resolve: (_, given: Arguments, request) =>
        run(request, { id: given.id ?? '', sent: sentOf(described, given.input, checkedKey(given.idempotencyKey)) }),
      extensions: { isAsked: true },
    }
  }
}

interface Arguments {
  readonly id?: string
  readonly input?: Readonly<Record<string, unknown>> | null
  readonly idempotencyKey?: string | null
}

function checkedKey(key: string | null | undefined): string | undefined {
  if (key == null) return undefined
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  const message = 'idempotencyKey must be 1 to 255 printable ASCII characters'
  throw new KyozoError('bad_request', message, { problems: [{ source: { parameter: 'idempotencyKey' }, message }] })
}

function outcomeOfCreation(created: Created): Outcome {
  return created.kind === 'row' ? { id: created.id, once: created.once } : { operationId: created.operation.id }
}

function outcomeOf(ended: Ended, id?: string): Outcome {
  return { id, operationId: ended.kind === 'operation' ? ended.operation.id : undefined }
}

/** Shared by all mutations of a resource but its deletion. */
function payloadType(types: ObjectTypes, resource: Resource): GraphQLObjectType {
  const name = typeName(resource.type)
  const own: Record<string, Field<Outcome>> = {
    [camelName(singularOf(resource.type))]: {
      type: types.object(resource.type),
      description: 'As it is now; null when it is not there yet, or not any more.',
      resolve: ({ id }, _, { loaders }, info) => (id === undefined ? null : loaders.one(info, resource, id)),
      extensions: { isAsked: true },
    },
  }
  const once: Record<string, Field<Outcome>> = resource.create === undefined
    ? {}
    : { once: { type: jsonType, description: 'What is shown this one time, such as a token.', resolve: (outcome) => outcome.once ?? null } }
  return new GraphQLObjectType<Outcome, GraphqlRequest>({
    name: `${name}Payload`,
    description: 'What came of it: the resource as it is now, or the operation that goes on with it.',
    fields: { ...own, operation: operationField(types), ...once },
  })
}

function deletionType(types: ObjectTypes): GraphQLObjectType {
  return new GraphQLObjectType<Outcome, GraphqlRequest>({
    name: 'DeletionPayload',
    description: 'What was deleted, or the operation that does it.',
    fields: { id: { type: new GraphQLNonNull(GraphQLID), resolve: ({ id }) => id }, operation: operationField(types) },
  })
}

function operationField(types: ObjectTypes): Field<Outcome> {
  const operations = resourceOf('operations')
  return {
    type: types.object('operations'),
    description: 'Follow it to its end: `operation(id)`, or the events of what it is about. Null when it is done already.',
    resolve: ({ operationId }, _, { loaders }, info) => (operationId === undefined ? null : loaders.one(info, operations, operationId)),
    extensions: { isAsked: true },
  }
}

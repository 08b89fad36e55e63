// Every address of the API with what it takes and answers, made from the resource descriptions.
import { mediaType } from '../jsonapi/media-type.ts'
import { resourceOf, resources } from '../resources/index.ts'
import type { Action, Relationship, Resource } from '../resources/resource.ts'
import { inputSchema, type JsonSchema, jsonSchema, object, schemaRef } from './json-schema.ts'
import {
  conditionalRead,
  conditionalWrite,
  idempotent,
  idParameter,
  itemParameters,
  linkageParameters,
  listParameters,
  ofTeam,
} from './parameters.ts'
import { itemDocument, linkageDocument, looseDocument, relatedDocument, resourceObject, sentDocument } from './schemas.ts'

export type PathItem = Readonly<Record<string, unknown>>

export function resourcePaths(): Readonly<Record<string, PathItem>> {
  const paths = Object.assign({}, ...resources.map(pathsOf)) as Record<string, PathItem & { readonly parameters?: readonly object[] }>
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [path, { ...item, parameters: [...(item.parameters ?? []), ofTeam] }]),
  )
}

function pathsOf(resource: Resource): Record<string, PathItem> {
  const at = `/${resource.type}`
  const id = idParameter(resource)
  const paths: Record<string, PathItem> = { [at]: collection(resource), [`${at}/{id}`]: { parameters: [id], ...item(resource) } }
  for (const [name, action] of Object.entries(resource.collectionActions ?? {}))
    paths[`${at}/${name}`] = { post: actionOperation(resource, { name, action: action as unknown as Action, isAboutOne: false }) }
  for (const [name, relationship] of Object.entries(resource.relationships)) {
    const shown = { get: related(resource, { name, relationship, operationId: `show_${resource.type}_${name}` }) }
    paths[`${at}/{id}/${name}`] = { parameters: [id], ...shown }
    paths[`${at}/{id}/relationships/${name}`] = { parameters: [id], get: linkage(resource, name, relationship) }
    if (relationship.kind === 'many' && relationship.alias !== undefined)
      paths[`${at}/{id}/${relationship.alias}`] = {
        parameters: [id],
        get: related(resource, { name, relationship, operationId: `show_${resource.type}_${relationship.alias}` }),
      }
  }
  for (const [name, view] of Object.entries(resource.views ?? {}))
    paths[`${at}/{id}/${name}`] = { parameters: [id], get: viewOperation(resource, { name, view }) }
  for (const [name, action] of Object.entries(resource.actions ?? {})) {
    const path = `${at}/{id}/${name}`
    paths[path] = { parameters: [id], ...paths[path], post: actionOperation(resource, { name, action, isAboutOne: true }) }
  }
  return paths
}

function collection(resource: Resource): PathItem {
  const { type, create } = resource
  const get = {
    operationId: `list_${type}`,
    tags: [type],
    summary: `List ${type}`,
    description: resource.description,
    parameters: listParameters(resource),
    responses: { 200: answer('One page of them.', schemaRef(`${type}_list`)), ...failures(readFailures) },
  }
  if (create === undefined) return { get }
  const once = itemDocument(resourceObject(resource, create.once))
  return {
    get,
    post: {
      operationId: `create_${type}`,
      tags: [type],
      summary: create.description,
      parameters: [idempotent],
      requestBody: body(schemaRef(`${type}_new`)),
      responses: {
        201: {
          ...answer('It was made.', create.once === undefined ? schemaRef(`${type}_document`) : once),
          headers: headers('Location', 'ETag'),
        },
        202: accepted(),
        ...failures(writeFailures),
      },
    },
  }
}

function item(resource: Resource): PathItem {
  const { type, update, remove } = resource
  const shown = { ...answer('The resource.', schemaRef(`${type}_document`)), headers: headers('ETag') }
  return {
    get: {
      operationId: `show_${type}`,
      tags: [type],
      summary: `Show one of the ${type}`,
      description: resource.description,
      parameters: [...itemParameters(resource), conditionalRead],
      responses: { 200: shown, 304: { description: 'Nothing has changed.' }, ...failures(readFailures) },
    },
    ...(update && {
      patch: {
        operationId: `update_${type}`,
        tags: [type],
        summary: update.description,
        parameters: [conditionalWrite, idempotent],
        requestBody: body(schemaRef(`${type}_change`)),
        responses: { 200: shown, 202: accepted(), ...failures(writeFailures) },
      },
    }),
    ...(remove && {
      delete: {
        operationId: `delete_${type}`,
        tags: [type],
        summary: remove.description,
        parameters: [conditionalWrite, idempotent],
        requestBody: {
          required: false,
          content: { [mediaType]: { schema: object({ meta: inputSchema(remove.attributes ?? {}), data: {} }, []) } },
        },
        responses: { 202: accepted(), 204: { description: 'It is gone.' }, ...failures(writeFailures) },
      },
    }),
  }
}

function related(
  resource: Resource,
  { name, relationship, operationId }: { readonly name: string; readonly relationship: Relationship; readonly operationId: string },
): PathItem {
  const target = resourceOf(relationship.type)
  const isMany = relationship.kind === 'many'
  return {
    operationId,
    tags: [resource.type],
    summary: `Show the ${name} of one of the ${resource.type}`,
    description: relationship.description,
    parameters: isMany ? listParameters(target) : [...itemParameters(target), conditionalRead],
    responses: {
      200: isMany
        ? answer('One page of them.', schemaRef(`${relationship.type}_list`))
        : { ...answer('The resource, or null.', relatedDocument(relationship)), headers: headers('ETag') },
      ...(isMany ? {} : { 304: { description: 'Nothing has changed.' } }),
      ...failures(readFailures),
    },
  }
}

function linkage(resource: Resource, name: string, relationship: Relationship): PathItem {
  return {
    operationId: `show_${resource.type}_linkage_${name}`,
    tags: [resource.type],
    summary: `Show which ${name} one of the ${resource.type} has`,
    parameters: relationship.kind === 'many' ? linkageParameters(resourceOf(relationship.type)) : [],
    responses: { 200: answer('Types and ids.', linkageDocument(relationship)), ...failures(readFailures) },
  }
}

function viewOperation(
  resource: Resource,
  { name, view }: { readonly name: string; readonly view: NonNullable<Resource['views']>[string] },
): PathItem {
  const attributes = object(Object.fromEntries(Object.entries(view.attributes).map(([key, shape]) => [key, jsonSchema(shape)])))
  return {
    operationId: `show_${resource.type}_${name}`,
    tags: [resource.type],
    summary: view.description,
    responses: { 200: answer('What was asked for.', looseDocument(view.type, attributes)), ...failures(readFailures) },
  }
}

function actionOperation(
  resource: Resource,
  { name, action, isAboutOne }: { readonly name: string; readonly action: Action; readonly isAboutOne: boolean },
): PathItem {
  const { type } = resource
  const sent: JsonSchema = sentDocument(type, action)
  const needs = (sent.properties as { data: { required: readonly string[] } }).data.required.length > 1
  return {
    operationId: `${name}_${type}`,
    tags: [type],
    summary: action.description,
    parameters: [...(isAboutOne ? [conditionalWrite] : []), idempotent],
    requestBody: { required: needs, content: { [mediaType]: { schema: sent } } },
    responses: {
      ...(isAboutOne ? { 200: { ...answer('It was done at once.', schemaRef(`${type}_document`)), headers: headers('ETag') } } : {}),
      202: accepted(),
      204: { description: 'It was done at once, and there is nothing to show.' },
      ...failures(writeFailures),
    },
  }
}

const readFailures = ['400', '401', '403', '404', '406', '415', '421', '429', '500', '503'] as const
const writeFailures = ['400', '401', '403', '404', '406', '408', '409', '412', '413', '415', '421', '422', '429', '500', '503'] as const

export function failures(statuses: readonly string[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: '#/components/responses/failure' }]))
}

export { readFailures }

export function answer(description: string, schema: JsonSchema): { readonly description: string; readonly content: object } {
  return { description, content: { [mediaType]: { schema } } }
}

function accepted() {
  return {
    ...answer('It was accepted; follow the operation to its end.', schemaRef('operations_document')),
    headers: headers('Content-Location'),
  }
}

function body(schema: JsonSchema) {
  return { required: true, content: { [mediaType]: { schema } } }
}

const headerWords: Readonly<Record<string, string>> = {
  ETag: 'The version of the resource.',
  Location: 'The address of the resource that was made.',
  'Content-Location': 'The address of the operation.',
}

function headers(...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { description: headerWords[name], schema: { type: 'string' } }]))
}

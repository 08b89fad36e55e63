// The OpenAPI document: valid, complete, and readable without a token.
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, expect, it } from 'vitest'
import { methodsOf, targetOf } from '../../src/api/jsonapi/address.ts'
import { openApiDocument } from '../../src/api/openapi/document.ts'
import { resources } from '../../src/api/resources/index.ts'
import { startApi, type TestApi } from '../support/api.ts'
import { createChecker } from '../support/openapi-checker.ts'

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId?: string; readonly parameters?: readonly object[] }>>>
  >
}

interface Named {
  readonly name?: string
  readonly in?: string
  readonly description?: string
}

const document = openApiDocument() as Document
let api: TestApi

beforeAll(async () => {
  api = await startApi()
})

it('is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document) as never)
  expect(errors).toBeUndefined()
  expect([valid, validator.version]).toEqual([true, '3.1'])
})

it('is answered to everybody', async () => {
  const answer = await fetch(`${api.origin}/api/v1/openapi.json`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8'])
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(document)))
})

it('has every method of every address of every resource, and no other', () => {
  const id = '{id}'
  const wanted = resources.flatMap((resource) => [
    [resource.type],
    [resource.type, id],
    ...Object.entries(resource.relationships).flatMap(([name, relationship]) => [
      [resource.type, id, name],
      [resource.type, id, 'relationships', name],
      ...(relationship.kind === 'many' && relationship.alias ? [[resource.type, id, relationship.alias]] : []),
    ]),
    ...Object.keys({ ...resource.actions, ...resource.views }).map((name) => [resource.type, id, name]),
    ...Object.keys(resource.collectionActions ?? {}).map((name) => [resource.type, name]),
  ])
  for (const segments of wanted) {
    const methods = methodsOf(targetOf(segments)!).filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
    const documented = Object.keys(document.paths[`/${segments.join('/')}`] ?? {}).filter((key) => key !== 'parameters')
    expect([segments.join('/'), documented.map((method) => method.toUpperCase()).sort()]).toEqual([segments.join('/'), [...methods].sort()])
  }
})

it('8 MUST give parameters of its own names that the specification never will, where JSON:API is answered', () => {
  const wrong = Object.entries(document.paths).flatMap(([path, { get }]) => {
    const { parameters = [], responses = {} } = (get ?? {}) as { parameters?: Named[]; responses?: { 200?: { content?: object } } }
    if (!Object.hasOwn(responses[200]?.content ?? {}, 'application/vnd.api+json')) return []
    return parameters.flatMap(({ name = 'page', in: place = 'query', description = '' }) =>
      place !== 'query' || /^(include|sort|fields|(filter|page)(\[|$))/.test(name) || description.startsWith('Of events alone')
        ? []
        : [path, name],
    )
  })
  expect(wrong).toEqual([])
})

it('names every operation once', () => {
  const names = Object.values(document.paths).flatMap((path) => Object.values(path).flatMap((operation) => operation.operationId ?? []))
  expect(names.length).toBe(new Set(names).size)
})

it.each([
  ['an undocumented status', { method: 'GET', pathname: '/api/v1/workspaces', status: 418, body: '{}' }],
  ['a body that is not as documented', { method: 'GET', pathname: '/api/v1/workspaces', status: 200, body: '{"data": [{"type": "x"}]}' }],
  ['success where nothing is documented', { method: 'PUT', pathname: '/api/v1/workspaces', status: 200, body: '{}' }],
  ['a failure without words', { method: 'GET', pathname: '/api/v1/workspaces', status: 404, body: '{"errors": []}' }],
])('lets no test get %s', (_what, answer) => {
  expect(createChecker().problemWith({ ...answer, type: 'application/vnd.api+json' })).toEqual(expect.any(String))
})

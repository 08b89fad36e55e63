// GitHub's published OpenAPI description, as a judge: is this a request that GitHub documents, and is this an answer that GitHub could give?
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Json = Readonly<Record<string, unknown>>

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Parsed; `undefined` when there was none. */
  readonly body: unknown
}

export interface Operation {
  readonly id: string
  /** The path's parameters by name, as text. */
  readonly params: Readonly<Record<string, string>>
}

export interface OpenApi {
  /** The operation a request is for; `undefined` when GitHub documents none. */
  match(request: Pick<ApiRequest, 'method' | 'path'>): Operation | undefined
  /** What is wrong with the request by the description, one sentence each. */
  problems(operation: Operation, request: ApiRequest): string[]
  /** What is wrong with an answer. A status the description does not list has no schema and no problems. */
  answerProblems(operation: Operation, answer: { status: number; body: unknown }): string[]
  /** What is wrong with what a webhook sends. An event that the description does not list has no schema and no problems. */
  webhookProblems(event: string, payload: unknown): string[]
  /** A copy of one of the description's own example values. */
  example(name: string): Record<string, unknown>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Json
}

interface Entry {
  readonly id: string
  readonly method: string
  readonly pattern: RegExp
  readonly pointer: string
  readonly parameters: readonly { readonly pointer: string; readonly parameter: Parameter }[]
  readonly definition: Json
}

/** What the double implements; loading only these keeps its start quick. */
const paths: readonly string[] = [
  '/user',
  '/user/{account_id}',
  '/repos/{owner}/{repo}',
  '/repos/{owner}/{repo}/branches',
  '/repos/{owner}/{repo}/git/ref/{ref}',
  '/repos/{owner}/{repo}/collaborators/{username}/permission',
  '/repos/{owner}/{repo}/statuses/{sha}',
  '/repos/{owner}/{repo}/commits/{ref}/status',
  '/repos/{owner}/{repo}/commits/{ref}/statuses',
  '/repos/{owner}/{repo}/commits/{ref}/check-runs',
  '/repos/{owner}/{repo}/check-runs',
  '/repos/{owner}/{repo}/check-runs/{check_run_id}',
  '/repos/{owner}/{repo}/deployments',
  '/repos/{owner}/{repo}/deployments/{deployment_id}',
  '/repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  '/repos/{owner}/{repo}/pulls',
  '/repos/{owner}/{repo}/pulls/{pull_number}',
  '/repos/{owner}/{repo}/issues/{issue_number}/comments',
  '/repos/{owner}/{repo}/issues/comments/{comment_id}',
  '/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  '/repos/{owner}/{repo}/hooks',
  '/repos/{owner}/{repo}/hooks/{hook_id}',
  '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
  '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}',
  '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts',
  '/app',
  '/app/hook/config',
  '/app/hook/deliveries',
  '/app/hook/deliveries/{delivery_id}',
  '/app/hook/deliveries/{delivery_id}/attempts',
  '/app-manifests/{code}/conversions',
  '/repos/{owner}/{repo}/installation',
  '/app/installations/{installation_id}/access_tokens',
]

let loaded: OpenApi | undefined

/** Loads the description once a process. */
export function loadOpenApi(): OpenApi {
  loaded ??= createOpenApi()
  return loaded
}

function createOpenApi(): OpenApi {
  const file = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json')
  const description = withPlainNulls(JSON.parse(readFileSync(file, 'utf8'))) as Json
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, coerceTypes: false, logger: false })
  addFormats.default(ajv)
  ajv.addSchema(description, 'github')
  const entries = paths.flatMap((path) => entriesOf(description, path))
  const validators = new Map<string, ValidateFunction>()
  const errorsAt = (pointer: string, value: unknown, where: string): string[] => {
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `github#${pointer}` })
    validators.set(pointer, validate)
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message}`)
  }
  const entryOf = (operation: Operation) => entries.find(({ id }) => id === operation.id) as Entry
  return {
    match(request) {
      for (const entry of entries) {
        const found = entry.method === request.method ? entry.pattern.exec(request.path) : null
        if (found) return { id: entry.id, params: decoded(found.groups) }
      }
      return undefined
    },
    problems(operation, request) {
      const entry = entryOf(operation)
      return [...parameterProblems(entry, operation, request, errorsAt), ...bodyProblems(description, entry, request, errorsAt)]
    },
    answerProblems(operation, answer) {
      const { pointer, definition } = entryOf(operation)
      const [at, response] = resolved(
        description,
        `${pointer}/responses/${answer.status}`,
        valueAt(definition, ['responses', String(answer.status)]),
      )
      if (valueAt(response, ['content', 'application/json', 'schema']) === undefined) return []
      return errorsAt(`${at}/content/application~1json/schema`, answer.body, 'answer')
    },
    webhookProblems(event, payload) {
      const { action } = Object(payload) as { action?: unknown }
      const name = [event, ...(typeof action === 'string' ? [action] : [])].join('-').replaceAll('_', '-')
      const schema = ['x-webhooks', name, 'post', 'requestBody', 'content', 'application/json', 'schema']
      if (valueAt(description, schema) === undefined) return []
      return errorsAt(`/${schema.map((part) => part.replaceAll('/', '~1')).join('/')}`, payload, name)
    },
    example: (name) => structuredClone(valueAt(description, ['components', 'examples', name, 'value'])) as Record<string, unknown>,
  }
}

/** OpenAPI 3.0 allows `nullable` beside `anyOf` and the like, where JSON Schema (and ajv) want it beside a `type` only. */
function withPlainNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainNulls)
  if (typeof value !== 'object' || value === null) return value
  const plain = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withPlainNulls(part)]))
  if (plain.nullable !== true || plain.type !== undefined) return plain
  const { nullable: _, ...rest } = plain
  return { anyOf: [{ type: 'null' }, rest] }
}

type Judge = (pointer: string, value: unknown, where: string) => string[]

function parameterProblems(entry: Entry, operation: Operation, request: ApiRequest, errorsAt: Judge): string[] {
  const known = entry.parameters.map(({ parameter }) => parameter).filter((parameter) => parameter.in === 'query')
  const unknown = [...request.query.keys()].filter((name) => !known.some((parameter) => parameter.name === name))
  const wrong = entry.parameters.flatMap(({ pointer, parameter }) => {
    const text = parameter.in === 'path' ? operation.params[parameter.name] : (request.query.get(parameter.name) ?? undefined)
    if (text === undefined) return parameter.required ? [`${parameter.in} lacks ${parameter.name}`] : []
    return errorsAt(`${pointer}/schema`, asType(text, parameter.schema), `${parameter.in} ${parameter.name}`)
  })
  return [...unknown.map((name) => `query has ${name}, which the operation does not know`), ...wrong]
}

function bodyProblems(description: Json, entry: Entry, request: ApiRequest, errorsAt: Judge): string[] {
  const at = `${entry.pointer}/requestBody`
  const [pointer, body] = resolved(description, at, entry.definition.requestBody)
  if (body === undefined) return request.body === undefined ? [] : ['body is there, and the operation takes none']
  if (request.body === undefined) return (body as Json).required ? ['body is missing'] : []
  const schema = valueAt(body, ['content', 'application/json', 'schema'])
  const known = Object.keys((valueAt(schema, ['properties']) as Json | undefined) ?? {})
  const unknown = Object.keys(Object(request.body)).filter((key) => !known.includes(key))
  return [
    ...unknown.map((key) => `body has ${key}, which the operation does not know`),
    ...errorsAt(`${pointer}/content/application~1json/schema`, request.body, 'body'),
  ]
}

/** Where the name of a branch may stand, slashes and all. */
const longParameters: ReadonlySet<string> = new Set([
  '/repos/{owner}/{repo}/git/ref/{ref} ref',
  '/repos/{owner}/{repo}/commits/{ref}/status ref',
  '/repos/{owner}/{repo}/commits/{ref}/statuses ref',
  '/repos/{owner}/{repo}/commits/{ref}/check-runs ref',
])

function entriesOf(description: Json, path: string): Entry[] {
  const item = valueAt(description, ['paths', path]) as Readonly<Record<string, Json>> | undefined
  if (item === undefined) throw new Error(`GitHub's description has no path ${path}`)
  const base = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const isLong = (name: string) => longParameters.has(`${path} ${name}`)
  const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>${isLong(name) ? '.+' : '[^/]+'})`)}$`)
  return Object.entries(item).map(([method, definition]) => ({
    id: String(definition.operationId),
    method: method.toUpperCase(),
    pattern,
    pointer: `${base}/${method}`,
    definition,
    parameters: ((definition.parameters ?? []) as unknown[]).map((parameter, index) => {
      const [pointer, value] = resolved(description, `${base}/${method}/parameters/${index}`, parameter)
      return { pointer, parameter: value as Parameter }
    }),
  }))
}

/** Follows one `$ref`: where the value really stands, and the value. */
function resolved(description: Json, pointer: string, value: unknown): [string, unknown] {
  const reference = valueAt(value, ['$ref'])
  if (typeof reference !== 'string') return [pointer, value]
  const target = reference.slice(1)
  return [target, valueAt(description, target.split('/').slice(1))]
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((current, key) => (Object(current) as Json)[key], value)
}

function asType(text: string, schema: Json): unknown {
  return schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text
}

function decoded(groups: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]))
}

// A published OpenAPI 3 description as a judge: is this a request that its host documents, and is this an answer that the host could give?
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Json = Readonly<Record<string, unknown>>

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Parsed; `undefined` when there was none. */
  readonly body: unknown
}

export interface Operation {
  readonly id: string
  /** The path's parameters by name, as text. */
  readonly params: Readonly<Record<string, string>>
}

export interface ApiDescription {
  /** The operation a request is for; `undefined` when none is documented. */
  match(request: Pick<ApiRequest, 'method' | 'path'>): Operation | undefined
  /** What is wrong with the request by the description, one sentence each. */
  problems(operation: Operation, request: ApiRequest): readonly string[]
  /** What is wrong with an answer. A status the description does not list has no schema and no problems. */
  answerProblems(operation: Operation, answer: { readonly status: number; readonly body: unknown }): readonly string[]
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
  /** How many parts of the path are parameters: of two that fit the one with fewer is meant. */
  readonly looseness: number
  readonly pointer: string
  readonly parameters: readonly { readonly pointer: string; readonly parameter: Parameter }[]
  readonly definition: Json
}

export function createApiDescription(document: Json): ApiDescription {
  const ajv = new Ajv({ strict: false, validateSchema: false, allErrors: true, coerceTypes: false, logger: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'api')
  const entries = Object.keys(document.paths as Json)
    .flatMap((path) => entriesOf(document, path))
    .sort((a, b) => a.looseness - b.looseness)
  const validators = new Map<string, ValidateFunction>()
  const errorsAt = (pointer: string, value: unknown, where: string): string[] => {
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` })
    validators.set(pointer, validate)
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message}`)
  }
  const entryOf = (operation: Operation) => entries.find(({ id }) => id === operation.id)!
  return {
    match({ method, path }) {
      for (const entry of entries) {
        const found = entry.method === method ? entry.pattern.exec(path) : null
        if (found) return { id: entry.id, params: decoded(found.groups) }
      }
      return undefined
    },
    problems(operation, request) {
      const entry = entryOf(operation)
      return [...parameterProblems(entry, { operation, request, errorsAt }), ...bodyProblems(document, entry, { request, errorsAt })]
    },
    answerProblems(operation, answer) {
      const { pointer, definition } = entryOf(operation)
      const { status } = answer
      const [at, response] = resolved(document, `${pointer}/responses/${status}`, valueAt(definition, ['responses', String(status)]))
      if (valueAt(response, ['content', 'application/json', 'schema']) === undefined) return []
      return errorsAt(`${at}/content/application~1json/schema`, answer.body, 'answer')
    },
  }
}

type Judge = (pointer: string, value: unknown, where: string) => string[]

interface Judged {
  readonly request: ApiRequest
  readonly errorsAt: Judge
}

function parameterProblems(entry: Entry, { operation, request, errorsAt }: Judged & { readonly operation: Operation }): string[] {
  const known = entry.parameters.map(({ parameter }) => parameter).filter((parameter) => parameter.in === 'query')
  const unknown = [...request.query.keys()].filter((name) => !known.some((parameter) => parameter.name === name))
  const wrong = entry.parameters.flatMap(({ pointer, parameter }) => {
    const text = parameter.in === 'path' ? operation.params[parameter.name] : (request.query.get(parameter.name) ?? undefined)
    if (text === undefined) return parameter.required ? [`${parameter.in} lacks ${parameter.name}`] : []
    return errorsAt(`${pointer}/schema`, asType(text, parameter.schema), `${parameter.in} ${parameter.name}`)
  })
  return [...unknown.map((name) => `query has ${name}, which the operation does not know`), ...wrong]
}

function bodyProblems(document: Json, entry: Entry, { request, errorsAt }: Judged): string[] {
  const [pointer, body] = resolved(document, `${entry.pointer}/requestBody`, entry.definition.requestBody)
  if (body === undefined) return request.body === undefined ? [] : ['body is there, and the operation takes none']
  if (request.body === undefined) return ['body is missing']
  const [, schema] = resolved(document, '', valueAt(body, ['content', 'application/json', 'schema']))
  const known = Object.keys((valueAt(schema, ['properties']) as Json | undefined) ?? {})
  const unknown = Object.keys(Object(request.body)).filter((key) => !known.includes(key))
  return [
    ...unknown.map((key) => `body has ${key}, which the operation does not know`),
    ...errorsAt(`${pointer}/content/application~1json/schema`, request.body, 'body'),
  ]
}

function entriesOf(document: Json, path: string): Entry[] {
  const item = valueAt(document, ['paths', path]) as Readonly<Record<string, Json>>
  const base = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>[^/]+)`)}$`)
  const looseness = path.split('{').length
  return Object.entries(item).map(([method, definition]) => ({
    id: String(definition.operationId),
    method: method.toUpperCase(),
    pattern,
    looseness,
    pointer: `${base}/${method}`,
    definition,
    parameters: ((definition.parameters ?? []) as unknown[]).map((parameter, index) => {
      const [pointer, value] = resolved(document, `${base}/${method}/parameters/${index}`, parameter)
      return { pointer, parameter: value as Parameter }
    }),
  }))
}

/** Follows one `$ref`: where the value really stands, and the value. */
function resolved(document: Json, pointer: string, value: unknown): [string, unknown] {
  const reference = valueAt(value, ['$ref'])
  if (typeof reference !== 'string') return [pointer, value]
  const target = reference.slice(1)
  return [target, valueAt(document, target.split('/').slice(1))]
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

// What GitLab documents of its API, as a judge: is this a request that GitLab knows, and is this an answer that GitLab could give?
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Json = Readonly<Record<string, unknown>>

export interface ApiRequest {
  readonly method: string
  /** Below `/api/v4`. */
  readonly path: string
  readonly query: URLSearchParams
  /** Parsed; `undefined` when there was none. */
  readonly body: unknown
}

export interface Operation {
  /** `POST /projects/{id}/hooks`. */
  readonly id: string
  /** The path's parameters by name, as text. */
  readonly params: Readonly<Record<string, string>>
}

export interface Description {
  /** The operation a request is for; `undefined` when GitLab documents none. */
  match(request: Pick<ApiRequest, 'method' | 'path'>): Operation | undefined
  /** What is wrong with the request, one sentence each. */
  problems(operation: Operation, request: ApiRequest): string[]
  /** What is wrong with an answer; nothing with one of a status that is not described. */
  answerProblems(operation: Operation, answer: { readonly status: number; readonly body: unknown }): string[]
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly schema: Json
}

interface Content {
  readonly content: { readonly 'application/json': { readonly schema: Json } }
}

interface Definition {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content & { readonly required: boolean }
  readonly responses: Readonly<Record<string, Content>>
}

interface Entry extends Definition {
  readonly method: string
  readonly pattern: RegExp
}

const file = path.join(import.meta.dirname, '../../../fixtures/api/gitlab.json')

let loaded: Description | undefined

/** Loads the description once a process. */
export function loadDescription(): Description {
  loaded ??= createDescription()
  return loaded
}

function createDescription(): Description {
  const document = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Definition>>; components: Json }
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false })
  addFormats.default(ajv)
  const validators = new Map<Json, ValidateFunction>()
  const errorsOf = (schema: Json, value: unknown, where: string): string[] => {
    const validate = validators.get(schema) ?? ajv.compile({ ...schema, components: document.components })
    validators.set(schema, validate)
    return validate(value) ? [] : (validate.errors ?? []).map((error) => `${where}${error.instancePath} ${error.message}`)
  }
  const entries = Object.entries(document.paths).flatMap(([at, methods]) =>
    Object.entries(methods).map(([method, definition]): Entry => {
      const pattern = new RegExp(`^${at.replace(/\{(\w+)\}/g, (_, name) => `(?<${name}>[^/]+)`)}$`)
      return { ...definition, method: method.toUpperCase(), pattern }
    }),
  )
  const entryOf = ({ id }: Operation) => entries.find(({ operationId }) => operationId === id)!
  return {
    match({ method, path: at }) {
      for (const entry of entries) {
        const found = entry.method === method ? entry.pattern.exec(at) : null
        if (found) return { id: entry.operationId, params: decoded(found.groups) }
      }
      return undefined
    },
    problems(operation, request) {
      const entry = entryOf(operation)
      return [...parameterProblems(entry, { operation, request, errorsOf }), ...bodyProblems(entry, request.body, errorsOf)]
    },
    answerProblems(operation, { status, body }) {
      const response = entryOf(operation).responses[String(status)]
      return response === undefined ? [] : errorsOf(response.content['application/json'].schema, body, 'answer')
    },
  }
}

type Judge = (schema: Json, value: unknown, where: string) => string[]

interface Judged {
  readonly operation: Operation
  readonly request: ApiRequest
  readonly errorsOf: Judge
}

function parameterProblems({ parameters = [] }: Entry, { operation, request, errorsOf }: Judged): string[] {
  const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
  const unknown = [...request.query.keys()].filter((name) => !known.includes(name))
  const wrong = parameters.flatMap(({ name, in: place, required, schema }) => {
    const text = place === 'path' ? operation.params[name] : (request.query.get(name) ?? undefined)
    if (text === undefined) return required ? [`${place} lacks ${name}`] : []
    return errorsOf(schema, asType(text, schema), `${place} ${name}`)
  })
  return [...unknown.map((name) => `query has ${name}, which the operation does not know`), ...wrong]
}

function bodyProblems({ requestBody }: Entry, body: unknown, errorsOf: Judge): string[] {
  if (body === undefined) return requestBody?.required ? ['body is missing'] : []
  if (requestBody === undefined) return ['body is there, and the operation takes none']
  const { schema } = requestBody.content['application/json']
  const known = Object.keys((schema.properties as Json | undefined) ?? {})
  const unknown = Object.keys(Object(body)).filter((key) => !known.includes(key))
  return [...unknown.map((key) => `body has ${key}, which the operation does not know`), ...errorsOf(schema, body, 'body')]
}

function asType(text: string, { type }: Json): unknown {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  return type === 'boolean' && /^(true|false)$/.test(text) ? text === 'true' : text
}

function decoded(groups: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]))
}

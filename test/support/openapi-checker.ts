// Compares an answer with the OpenAPI document.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApiDocument } from '../../src/api/openapi/document.ts'

export interface SeenAnswer {
  readonly method: string
  readonly pathname: string
  readonly status: number
  readonly type: string
  /** Undefined for a stream. */
  readonly body: string | undefined
}

export interface AnswerChecker {
  /** What is not as documented, or undefined. */
  problemWith(answer: SeenAnswer): string | undefined
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>
  >
}

interface Document {
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly responses: Readonly<Record<string, Operation['responses'][string]>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

export function createChecker(): AnswerChecker {
  const document = withLooseIncluded(structuredClone(openApiDocument()) as Document)
  // The document is long: only the schemas that answers came for are looked at.
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'api', components: { schemas: document.components.schemas } })
  const compiled = new Map<string, ValidateFunction>()
  const validate = (pointer: string) => {
    const known = compiled.get(pointer) ?? ajv.compile(elsewhere(at(document, pointer)) as object)
    compiled.set(pointer, known)
    return known
  }
  const base = document.servers[0]!.url
  const paths = Object.keys(document.paths).map((path) => ({ path, segments: path.split('/') }))
  return {
    problemWith(answer) {
      const segments = answer.pathname.slice(base.length).split('/')
      const path = bestMatch(paths, segments)
      const method = answer.method === 'HEAD' ? 'get' : answer.method.toLowerCase()
      const operation = path === undefined ? undefined : document.paths[path]?.[method]
      if (path === undefined || operation === undefined) return undocumented(answer, validate)
      const pointer = `/paths/${escaped(path)}/${method}/responses/${answer.status}`
      const response = operation.responses[answer.status]
      if (response === undefined) return `the status is not documented: ${answer.body?.slice(0, 300)}`
      return bodyProblem(answer, { pointer: response.$ref?.slice(1) ?? pointer, response: resolved(document, response), validate })
    },
  }
}

/** What a JSON pointer leads to. */
function at(document: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1)
  return names.reduce(
    (found, name) => (found as Record<string, unknown>)[decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  )
}

/** References lead into the document, wherever the schema is looked at. */
function elsewhere(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/'))
}

type Validate = (pointer: string) => ValidateFunction

/** Where nothing is documented, only a refusal can be right. */
function undocumented(answer: SeenAnswer, validate: Validate): string | undefined {
  if (answer.method === 'OPTIONS' && answer.status === 204) return undefined
  if (answer.status < 400 || answer.status >= 500) return 'this is not documented at all'
  if (answer.method === 'HEAD' || !answer.type.startsWith('application/vnd.api+json')) return undefined
  return schemaProblem(validate('/components/schemas/failure'), answer)
}

function bodyProblem(
  answer: SeenAnswer,
  at: { readonly pointer: string; readonly response: Operation['responses'][string]; readonly validate: Validate },
): string | undefined {
  const { content } = at.response
  if (answer.method === 'HEAD' || answer.body === undefined) return undefined
  if (content === undefined) return answer.body === '' ? undefined : `a body is not documented: ${answer.body.slice(0, 300)}`
  const type = answer.type.split(';')[0]!.trim()
  if (content[type] === undefined) return `the type ${type} is not documented`
  const wrong = schemaProblem(at.validate(`${at.pointer}/content/${escaped(type)}/schema`), answer)
  return wrong ?? includedProblem(answer.body, at.validate)
}

/** Compiling every type for whatever may be included takes seconds; those that came are few. */
function withLooseIncluded(document: Document): Document {
  return { ...document, components: { ...document.components, schemas: { ...document.components.schemas, included: { type: 'array' } } } }
}

function includedProblem(body: string, validate: Validate): string | undefined {
  const { included = [] } = JSON.parse(body) as { readonly included?: readonly { readonly type: string }[] }
  return included
    .map((item) => schemaProblem(validate(`/components/schemas/${item.type}`), { body: JSON.stringify(item) }))
    .find((problem) => problem !== undefined)
}

function schemaProblem(validate: ValidateFunction, { body }: Pick<SeenAnswer, 'body'>): string | undefined {
  if (validate(JSON.parse(body ?? ''))) return undefined
  const [error] = validate.errors ?? []
  return `${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)} in ${body?.slice(0, 600)}`
}

function resolved(document: Document, response: Operation['responses'][string]): Operation['responses'][string] {
  return response.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1)!]!
}

/** A literal segment fits better than a parameter. */
function bestMatch(
  paths: readonly { readonly path: string; readonly segments: readonly string[] }[],
  segments: readonly string[],
): string | undefined {
  const fitting = paths.filter(
    (one) =>
      one.segments.length === segments.length && one.segments.every((segment, at) => segment === segments[at] || segment.startsWith('{')),
  )
  const parametersOf = (one: { readonly segments: readonly string[] }) => one.segments.filter((segment) => segment.startsWith('{')).length
  return fitting.sort((one, other) => parametersOf(one) - parametersOf(other))[0]?.path
}

function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

// Reads what a request asks, within limits, before anything parses the query. What may change something is only taken as JSON, which no form of
// another site can send.
import type { NextFunction, Request, Response } from 'express'
import { KyozoError } from '../../errors.ts'
import { createByteBudget, withBody } from '../request-body.ts'
import { isStorable, largestQueryCharacters } from './limits.ts'

const kibibyte = 1024
const bodies = {
  limitBytes: 256 * kibibyte,
  deadlineMs: 15_000,
  small: createByteBudget(32 * kibibyte ** 2),
  large: createByteBudget(32 * kibibyte ** 2),
}
/** Levels of structures in variables. */
const deepest = 32

/** Leaves the parameters as the request's body, where Yoga looks for them. */
export async function readParameters(request: Request, _response: Response, next: NextFunction): Promise<void> {
  if (request.method === 'GET') {
    check(parametersOfAddress(request))
    return next()
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new KyozoError('media_type_unsupported', 'GraphQL is asked in JSON', { hint: 'send the header Content-Type: application/json' })
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new KyozoError('media_type_unsupported', 'a compressed body is not taken', { hint: 'send it without Content-Encoding' })
  request.body = await withBody(request, bodies, async (body) => check(parsed(body.toString('utf8'), 'the body')))
  next()
}

function parametersOfAddress({ query }: Request): unknown {
  const repeated = Object.entries(query).find(([, value]) => typeof value !== 'string')
  if (repeated !== undefined) throw new KyozoError('bad_request', `the query parameter ${repeated[0].slice(0, 60)} came twice`)
  const { variables, extensions, ...rest } = query as Readonly<Record<string, string>>
  return {
    ...rest,
    ...(variables === undefined ? {} : { variables: parsed(variables, 'variables') }),
    ...(extensions === undefined ? {} : { extensions: parsed(extensions, 'extensions') }),
  }
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new KyozoError('payload_invalid', `${what} cannot be read as JSON`, { cause: error })
  }
}

const known: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions'])

function check(parameters: unknown): object {
  if (Array.isArray(parameters)) throw refused('several operations in one request are not taken; send one')
  if (!isStructure(parameters)) throw refused('the body must be a structure with the query in it')
  const unknown = Object.keys(parameters).find((name) => !known.has(name))
  if (unknown !== undefined) throw refused(`${JSON.stringify(unknown.slice(0, 60))} is not taken; what is are ${[...known].join(', ')}`)
  const { query, variables, operationName, extensions } = parameters
  if (typeof query !== 'string') throw refused('query is missing, or no text')
  if (query.length > largestQueryCharacters)
    throw refused(`the query has ${query.length} characters, and at most ${largestQueryCharacters} are allowed; send values as variables`)
  if (variables != null && !isStructure(variables)) throw refused('variables must be a structure')
  if (operationName != null && typeof operationName !== 'string') throw refused('operationName must be a text')
  if (extensions != null && !isStructure(extensions)) throw refused('extensions must be a structure')
  assertPlain(variables, 0)
  return { query, variables: variables ?? {}, ...(operationName == null ? {} : { operationName }) }
}

function isStructure(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function assertPlain(value: unknown, depth: number): void {
  if (typeof value === 'string' && !isStorable(value)) throw refused('a text in the variables holds a character that cannot be stored')
  if (typeof value !== 'object' || value === null) return
  if (depth >= deepest) throw refused(`the variables are more than ${deepest} levels deep`)
  for (const [name, inner] of Object.entries(value)) {
    assertPlain(name, depth + 1)
    assertPlain(inner, depth + 1)
  }
}

function refused(message: string): KyozoError {
  return new KyozoError('bad_request', message)
}

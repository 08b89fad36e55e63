// Failures as GraphQL answers them: words for people, a code and problems for programs; nothing of what is inside.
import { GraphQLError } from 'graphql'
import { asKyozoError, type KyozoError, type Problem } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { storeError } from '../../store/database.ts'
import { statusOfError, wordsOfError } from '../answer-error.ts'
import { camelName } from './names.ts'

/** `hasData` is false for a request that could not be executed at all. */
export function presentError(error: unknown, { log, hasData }: { readonly log: Log; readonly hasData: boolean }): GraphQLError {
  const thrown = causeOf(error)
  const places =
    error instanceof GraphQLError ? { nodes: error.nodes, source: error.source, positions: error.positions, path: error.path } : {}
  // What graphql-js and Yoga say themselves is meant for whoever wrote the query.
  if (thrown instanceof GraphQLError) {
    const { message, extensions } = error as GraphQLError
    const answer = extensions.http === undefined ? http(400, hasData) : { http: extensions.http }
    return new GraphQLError(message, { ...places, extensions: { code: 'BAD_REQUEST', ...answer } })
  }
  const known = asKyozoError(storeError(thrown))
  const status = statusOfError(known)
  if (status === 500) log.error({ error: thrown }, 'a GraphQL request failed')
  return new GraphQLError(wordsOfError(known), { ...places, extensions: { ...facts(known, status), ...http(status, hasData) } })
}

function facts(error: KyozoError, status: number): Record<string, unknown> {
  return {
    code: (status === 500 ? 'internal' : error.code).toUpperCase(),
    ...(status === 500 || error.problems.length === 0 ? {} : { problems: error.problems.map(problemHere) }),
    ...(error.retryable ? { retryable: true } : {}),
  }
}

/** The innermost error that is not graphql-js's wrapping. */
function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined ? causeOf(error.originalError) : error
}

/** Clients that ask for application/json get 200 with errors; the others get the status, as the specification of GraphQL over HTTP has it. */
function http(status: number, hasData: boolean): { readonly http?: object } {
  return hasData ? {} : { http: { status, spec: true } }
}

/** What JSON:API calls its own, said as GraphQL's arguments: `/data/attributes/port_mappings/0` is `/input/portMappings/0`, `page[after]` is `after`. */
function problemHere({ source, message }: Problem): Problem {
  if ('parameter' in source) return { source: { parameter: source.parameter.replace(/^page\[(\w+)\]$/, '$1') }, message }
  if (!('pointer' in source)) return { source, message }
  const [, name, rest = ''] = /^\/(?:data\/attributes|data\/relationships|meta)\/([^/]+)(.*)$/.exec(source.pointer) ?? []
  return { source: name === undefined ? source : { pointer: `/input/${camelName(name)}${rest.replace(/^\/data$/, '')}` }, message }
}

// /graphql: queries and mutations as JSON, subscriptions as server-sent events (the GraphQL over SSE protocol's distinct connections). Yoga speaks
// the protocol; who asks, how much, and what failures say is decided here.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { type ExecutionArgs, execute, type GraphQLSchema, parse, specifiedRules, subscribe, validate } from 'graphql'
import { createLRUCache, createYoga, type Plugin } from 'graphql-yoga'
import { KyozoError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { requireViewer, viewerIn } from '../authenticate.ts'
import type { Live } from '../live/live.ts'
import type { ActionContext } from '../resources/action-context.ts'
import { assertOwnPage } from '../same-origin.ts'
import { presentError } from './errors.ts'
import { assertAffordable, assertModest, largestTokens } from './limits.ts'
import { readParameters } from './parameters.ts'
import { createRequest, type GraphqlRequest } from './request.ts'
import { createGraphqlSchema } from './schema.ts'
import { assertVariables } from './variables.ts'

export interface GraphqlContext {
  readonly acting: Omit<ActionContext, 'ipAddress'>
  readonly live: Live
  readonly log: Log
  /** Default is 15 s. */
  readonly deadlineMs?: number
}

const usualDeadlineMs = 15_000
/** Documents that were read and found valid; each is at most `largestQueryCharacters` long. */
const keptDocuments = 200

export function graphqlRouter(context: GraphqlContext): Router {
  const schema = createGraphqlSchema()
  const yoga = createYoga<{ readonly asked: GraphqlRequest }>({
    schema,
    graphiql: false,
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    maskedErrors: false,
    logging: false,
    parserAndValidationCache: { documentCache: createLRUCache({ max: keptDocuments }), errorCache: createLRUCache({ max: keptDocuments }) },
    plugins: [engine(context), present(context.log)],
  })
  const router = Router()
  router.all('/', requireMethod, requireViewer(context.acting.db, 'Bearer'), refuseForeignPages, readParameters, (request, response) => {
    const asked = createRequest({ viewer: viewerIn(response), acting: { ...context.acting, ipAddress: request.ip }, live: context.live })
    response.once('close', () => asked.stop())
    return yoga(request as IncomingMessage, response as ServerResponse, { asked })
  })
  return router
}

/** No page of a browser is served here. */
function requireMethod(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store')
  if (request.method !== 'GET' && request.method !== 'POST') {
    response.set('Allow', 'GET, POST')
    throw new KyozoError('method_not_allowed', `${request.method} is not possible here: GraphQL is asked with POST, or with GET to read`)
  }
  next()
}

/** What changes something was looked at when the cookie was (authenticate.ts); a subscription is opened with GET. */
function refuseForeignPages(request: Request, response: Response, next: NextFunction): void {
  if (viewerIn(response).via.kind === 'session') assertOwnPage(request)
  next()
}

/** graphql-js itself, within limits, and without guesses at what a name could have been. */
function engine({ deadlineMs = usualDeadlineMs }: GraphqlContext): Plugin {
  return {
    onParse: ({ setParseFn }) =>
      setParseFn((source: string) =>
        withinStack(() => {
          const document = parse(source, { maxTokens: largestTokens })
          assertModest(document)
          return document
        }),
      ),
    onValidate: ({ setValidationFn }) =>
      setValidationFn(((schema: GraphQLSchema, document: Parameters<typeof validate>[1]) =>
        withinStack(() => validate(schema, document, specifiedRules, { maxErrors: 20, hideSuggestions: true }))) as typeof validate),
    onExecute: ({ setExecuteFn }) =>
      setExecuteFn(async (args: ExecutionArgs) => {
        const asked = askedIn(args)
        assertAllowed(args)
        return withinDeadline(asked, deadlineMs, () => execute({ ...args, contextValue: asked, hideSuggestions: true }))
      }),
    onSubscribe: ({ setSubscribeFn }) =>
      setSubscribeFn(async (args: ExecutionArgs) => {
        assertAllowed(args)
        return subscribe({ ...args, contextValue: askedIn(args), hideSuggestions: true })
      }),
  }
}

/** graphql-js goes down into a query by calling itself: one that it cannot hold is the asker's mistake. */
function withinStack<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) throw new KyozoError('bad_request', 'the query is nested too deeply to be read')
    throw error
  }
}

function assertAllowed({ schema, document, variableValues }: ExecutionArgs): void {
  const asked = { schema, document, variables: variableValues ?? {} }
  assertVariables(asked)
  assertAffordable(asked)
}

/** What the router handed to Yoga. */
function askedIn({ contextValue }: ExecutionArgs): GraphqlRequest {
  return (contextValue as { readonly asked: GraphqlRequest }).asked
}

/** What is under way when the time is up reads nothing more. */
async function withinDeadline<T>(asked: GraphqlRequest, deadlineMs: number, work: () => Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new KyozoError('request_timed_out', `there was no answer within ${deadlineMs / 1000} s`, {
        hint: 'ask for less at once',
      })
      asked.stop(error)
      reject(error)
    }, deadlineMs)
  })
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

interface Answer {
  readonly data?: unknown
  readonly errors?: readonly unknown[] | undefined
}

/** Words for every failure, wherever it came from. */
function present(log: Log): Plugin {
  const presented = (answer: Answer): Answer =>
    answer.errors === undefined
      ? answer
      : { ...answer, errors: answer.errors.map((error) => presentError(error, { log, hasData: 'data' in answer })) }
  return {
    onResultProcess({ result, setResult }) {
      if (Symbol.asyncIterator in result) setResult(presentedAll(result as AsyncIterable<Answer>, presented) as never)
      else setResult(presented(result as Answer) as never)
    },
  }
}

/** A stream that breaks off says why, and ends. */
async function* presentedAll(answers: AsyncIterable<Answer>, presented: (answer: Answer) => Answer): AsyncGenerator<Answer> {
  try {
    for await (const answer of answers) yield presented(answer)
  } catch (error) {
    yield presented({ errors: [error] })
  }
}

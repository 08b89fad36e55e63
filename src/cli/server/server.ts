// Asking a running kyozo: where it is, with which token, page after page.
import { type Command, Option } from 'commander'
import { KyozoError } from '../../errors.ts'
import { type Answer, documentOf, type JsonApiDocument, type JsonApiResource } from './answers.ts'
import { followEvents, type ServerSentEvent } from './event-stream.ts'
import { readLogin } from './login-file.ts'

export type { JsonApiDocument, JsonApiResource } from './answers.ts'

export interface ServerOptions {
  readonly server?: string
  readonly token?: string
}

export interface Listing {
  readonly resources: readonly JsonApiResource[]
  /** By `type id`. */
  readonly included: ReadonlyMap<string, JsonApiResource>
}

export interface Call {
  readonly method: string
  readonly path: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** What it is for, for the message of a failure: `stop shop/production/api`. */
  readonly to?: string
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly text?: string | undefined
  /** Of the text. Default is JSON:API's. */
  readonly contentType?: string
}

export interface Server {
  readonly url: string
  /** Undefined when none is known: most of what kyozo has is then refused. */
  readonly token: string | undefined
  get(path: string): Promise<JsonApiDocument>
  /** Every resource of a listing, page after page, or the first so many. */
  list(path: string, limit?: number): Promise<Listing>
  /** Throws the server's refusal in words; undefined when the answer has no body. */
  send(call: Call): Promise<JsonApiDocument | undefined>
  /** Any request; a refusal is an answer like any other. */
  request(request: RawRequest): Promise<Answer>
  /** What happens, for as long as `signal` lets it; a stream that breaks goes on behind the last event. */
  events(path: string, options: { readonly signal: AbortSignal; readonly after?: string }): AsyncGenerator<ServerSentEvent>
}

const requestMs = 30_000
const defaultServer = 'http://127.0.0.1:4400'
const mediaType = 'application/vnd.api+json'

export function withServer(command: Command): Command {
  return command
    .addOption(
      new Option('--server <url>', 'address of kyozo; default is the one logged in to, else http://127.0.0.1:4400').env('KYOZO_URL'),
    )
    .addOption(
      new Option('--token <token>', 'API token, better given as KYOZO_TOKEN; default is the one logged in with').env('KYOZO_TOKEN'),
    )
}

export async function openServer(options: ServerOptions & { readonly requestMs?: number }): Promise<Server> {
  const login = await readLogin()
  const url = addressOf(options.server ?? login?.server ?? defaultServer)
  // A token goes only to the kyozo that it is for.
  const token = options.token ?? (login?.server === url ? login.token : undefined)
  const caller = { url, token, requestMs: options.requestMs ?? requestMs }
  const send = async (call: Call) => documentOf(await ask(caller, call), { url, to: call.to })
  const get = async (path: string) => (await send({ method: 'GET', path }))!
  return {
    url,
    token,
    send,
    get,
    request: (request) => ask(caller, request),
    async list(path, limit = Number.POSITIVE_INFINITY) {
      const resources: JsonApiResource[] = []
      const included = new Map<string, JsonApiResource>()
      for (let next: string | undefined = path; next !== undefined && resources.length < limit; ) {
        const page: JsonApiDocument = await get(next)
        resources.push(...[page.data].flat())
        for (const other of page.included ?? []) included.set(`${other.type} ${other.id}`, other)
        const link = page.links?.next
        next = link == null ? undefined : pathOf(typeof link === 'string' ? link : link.href)
      }
      return { resources: resources.slice(0, limit), included }
    },
    events: (path, { signal, after }) =>
      followEvents({ url: `${url}${path}`, headers: headersOf(caller, { accept: 'text/event-stream' }), signal, after }),
  }
}

/** Links may be whole addresses, of the name that the server has for itself. */
function pathOf(link: string): string {
  const url = new URL(link, defaultServer)
  return `${url.pathname}${url.search}`
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new KyozoError('bad_request', `${JSON.stringify(text)} is not the address of a server`, {
      hint: 'write it as https://kyozo.example',
    })
  return text.replace(/\/+$/, '')
}

interface Caller {
  readonly url: string
  readonly token: string | undefined
  readonly requestMs: number
}

async function ask(caller: Caller, call: RawRequest & Pick<Call, 'body' | 'headers'>): Promise<Answer> {
  const body = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
  try {
    const answer = await fetch(`${caller.url}${call.path}`, {
      method: call.method,
      headers: {
        ...headersOf(caller, { accept: mediaType, ...(body === undefined ? {} : { 'content-type': call.contentType ?? mediaType }) }),
        ...call.headers,
      },
      signal: AbortSignal.timeout(caller.requestMs),
      // A token goes to the address that was given, and not where that one points.
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
    const location = answer.headers.get('location')
    if (answer.status >= 300 && answer.status < 400 && location !== null) throw elsewhere(caller.url, location)
    return { status: answer.status, text: await answer.text() }
  } catch (error) {
    throw error instanceof KyozoError ? error : unanswered(error, caller)
  }
}

function elsewhere(url: string, location: string): KyozoError {
  return new KyozoError('bad_request', `${url} points to ${location.slice(0, 200)}`, { hint: 'give that address, if it is your kyozo' })
}

function headersOf({ token }: Caller, headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
}

/** Node's words for an address at which nobody listens, or that is none: what was sent there was not heard. */
const unheardCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])

/** Whether the server may have done what it was asked, although nothing came back. */
export function mayHaveHeard(error: unknown): boolean {
  if (!(error instanceof KyozoError) || !(error.cause instanceof Error)) return false
  if (error.code === 'request_timed_out') return true
  const { cause } = error.cause as { readonly cause?: { readonly code?: unknown } }
  return error.code === 'engine_unavailable' && !unheardCodes.has(String(cause?.code))
}

/** While kyozo starts again, or its database does, what it was asked for goes on. */
export function isAway(error: unknown): boolean {
  return error instanceof KyozoError && error.retryable
}

function unanswered(error: unknown, { url, requestMs: ms }: Caller): KyozoError {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new KyozoError('request_timed_out', `${url} did not answer within ${ms / 1000} s`, { cause: error })
  return new KyozoError('engine_unavailable', `kyozo did not answer at ${url}`, {
    hint: 'start it with npm start, or give its address with --server',
    cause: error,
  })
}

// Reads from GitHub's API what is asked for again and again: what did not change costs nothing of the hourly limit, and a tenth of that is left to others.

import type { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { ApiRequest } from '../api.ts'
import type { RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { type ApiAnswer, askGitHub, githubWords, movedTo } from './api.ts'
import { nextPage } from './pages.ts'
import { accessHint, appClaim, type TokenNeed, type Tokens } from './tokens.ts'

export interface Reader {
  /** The answer to a GET, which may be one that was kept since GitHub says that it still holds. Throws `forge_unavailable` or `forge_refused`. */
  get<Schema extends z.ZodType>(request: ReadRequest<Schema>): Promise<Page<z.infer<Schema>>>
  /** Throws as `get` does. */
  post(request: Pick<ReadRequest<z.ZodType>, 'path' | 'as' | 'purpose'>): Promise<void>
  /** Changes something, and gives what GitHub answers. Throws as `get` does. */
  send<Schema extends z.ZodType>(request: WriteRequest<Schema>): Promise<z.infer<Schema>>
}

/** `app` is the app itself; a need is a token for a repository. */
export type Asker = 'app' | TokenNeed

export interface ReadRequest<Schema extends z.ZodType> {
  /** Below the API's address, with its query. */
  readonly path: string
  readonly as: Asker
  readonly schema: Schema
  /** `list the webhooks of mona/shop`. */
  readonly purpose: string
  readonly answerLimitBytes?: number
}

export interface WriteRequest<Schema extends z.ZodType> extends Omit<ReadRequest<Schema>, 'answerLimitBytes'> {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body: unknown
}

export interface Page<Value> {
  /** Undefined for an answer of 404, and one that is longer than the limit. */
  readonly value: Value | undefined
  /** The path of the next page. */
  readonly next: string | undefined
}

interface Parts {
  readonly connection: ForgeConnection
  readonly tokens: Tokens
  readonly now: () => number
  readonly deadlineMs: number
}

interface Kept {
  readonly etag: string
  readonly page: Page<unknown>
}

const keptAnswers = 500

export function createReader(parts: Parts): Reader {
  const { connection, now, deadlineMs } = parts
  const kept = new Map<string, Kept>()
  let waitUntilMs = 0
  const ask = async (
    method: 'GET' | WriteRequest<z.ZodType>['method'],
    { path, as, purpose }: Pick<ReadRequest<z.ZodType>, 'path' | 'as' | 'purpose'>,
    more: object,
  ) => {
    if (isAhead(waitUntilMs, now()))
      throw unavailable(purpose, `GitHub wants to be left alone until ${new Date(waitUntilMs).toISOString()}`)
    const send = () => askWhereItIs(parts, { method, deadlineMs, ...more }, { path, as })
    const first = await send()
    const answer = first.status === 401 && as !== 'app' && parts.tokens.renew(as) ? await send() : first
    waitUntilMs = leaveAloneUntilMs(answer, now())
    return answer
  }
  return {
    async get(request) {
      const key = `${request.path} ${JSON.stringify(request.as)}`
      const known = kept.get(key)
      const { answerLimitBytes } = request
      const answer = await ask('GET', request, {
        ...(known === undefined ? {} : { etag: known.etag }),
        ...(answerLimitBytes === undefined ? {} : { answerLimitBytes }),
      })
      if (answer.status === 304 && known !== undefined) return known.page as Page<z.infer<typeof request.schema>>
      const page = pageOf(request, answer, connection.apiUrl)
      const etag = answer.headers.get('etag')
      kept.delete(key)
      // What may be long is read once.
      if (etag !== null && page.value !== undefined && answerLimitBytes === undefined) kept.set(key, { etag, page })
      for (const oldest of kept.keys()) if (kept.size > keptAnswers) kept.delete(oldest)
      return page
    },
    async post(request) {
      const answer = await ask('POST', request, {})
      if (answer.status >= 300) throw failure(request, answer)
    },
    async send({ method, body, schema, ...request }) {
      const answer = await ask(method, request, { body })
      if (answer.status >= 300) throw failure(request, answer)
      const read = schema.safeParse(answer.body)
      if (!read.success) throw unavailable(request.purpose, 'GitHub answered something else than it documents')
      return read.data
    },
  }
}

async function askWhereItIs(
  parts: Parts,
  request: Omit<ApiRequest, 'url'>,
  { path, as }: Pick<ReadRequest<z.ZodType>, 'path' | 'as'>,
): Promise<ApiAnswer> {
  const asked = { ...request, authorization: await authorizationOf(parts, as) }
  const answer = await askGitHub({ ...asked, url: `${parts.connection.apiUrl}${path}` })
  const moved = as === 'app' ? undefined : movedUrl(parts.connection, path, as.repository)
  return moved !== undefined && movedTo(answer, moved) ? askGitHub({ ...asked, url: moved }) : answer
}

/** Where GitHub answers for the repository by its id, for what was asked by its name. */
function movedUrl({ apiUrl }: ForgeConnection, path: string, { id, fullName }: RepositoryName): string | undefined {
  const prefix = `/repos/${fullName}`
  return path.startsWith(prefix) ? `${apiUrl}/repositories/${id}${path.slice(prefix.length)}` : undefined
}

async function authorizationOf({ connection, tokens, now }: Parts, as: Asker): Promise<string | undefined> {
  if (as === 'app') return connection.credential.kind === 'app' ? `Bearer ${appClaim(connection.credential, now())}` : undefined
  const token = await tokens.tokenFor(as)
  return token === undefined ? undefined : `Bearer ${token}`
}

function pageOf<Schema extends z.ZodType>(request: ReadRequest<Schema>, answer: ApiAnswer, apiUrl: string): Page<z.infer<Schema>> {
  if (answer.status === 404) return { value: undefined, next: undefined }
  if (answer.status >= 300) throw failure(request, answer)
  if (answer.body === undefined) return { value: undefined, next: undefined }
  const read = request.schema.safeParse(answer.body)
  if (!read.success) throw unavailable(request.purpose, 'GitHub answered something else than it documents')
  return { value: read.data, next: nextPath(answer.headers.get('link'), apiUrl) }
}

/** Never followed elsewhere: the token would go there. */
function nextPath(link: string | null, apiUrl: string): string | undefined {
  const url = nextPage(link)
  return url?.startsWith(`${apiUrl}/`) ? url.slice(apiUrl.length) : undefined
}

function failure({ purpose, as }: Pick<ReadRequest<z.ZodType>, 'purpose' | 'as'>, answer: ApiAnswer): KyozoError {
  const said = githubWords(answer.body)
  const words = `GitHub answered ${answer.status}${said === '' ? '' : ` (${said})`}`
  const isLimit = answer.headers.has('retry-after') || answer.headers.get('x-ratelimit-remaining') === '0' || /rate limit/i.test(said)
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429 || isLimit) return unavailable(purpose, words)
  const isAccess = as !== 'app' && (answer.status === 401 || answer.status === 403 || answer.status === 404)
  return new KyozoError('forge_refused', `could not ${purpose}: ${words}`, isAccess ? { hint: accessHint(as) } : {})
}

function unavailable(purpose: string, words: string): KyozoError {
  return new KyozoError('forge_unavailable', `could not ${purpose}: ${words}`)
}

const longestWaitMs = 3_600_000

/** What is further ahead than it can have been when it was noted was noted by a clock that has been put right. */
function isAhead(untilMs: number, nowMs: number): boolean {
  return untilMs > nowMs && untilMs - nowMs <= longestWaitMs
}

/** Until GitHub's limits allow more, and a little before they are used up: statuses and deploys need the same token. */
function leaveAloneUntilMs({ status, headers }: ApiAnswer, nowMs: number): number {
  const retryAfterMs = Number(headers.get('retry-after') ?? Number.NaN) * 1_000
  if ((status === 403 || status === 429) && retryAfterMs > 0) return nowMs + Math.min(longestWaitMs, retryAfterMs)
  const [left, limit, resetMs] = ['remaining', 'limit', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}`) ?? Number.NaN))
  return left! < limit! / 10 ? Math.min(nowMs + longestWaitMs, resetMs! * 1_000) : 0
}

// Reads from GitLab's API, and changes what is not a message. Everything that can go wrong is `forge_unavailable` or `forge_refused`.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import { limitOutcome } from './answers.ts'
import { type ApiAnswer, type Asking, askGitLab, gitlabWords } from './api.ts'

export interface Reader {
  /** The answer to a GET. Throws `forge_unavailable` or `forge_refused`. */
  get<Schema extends z.ZodType>(request: ReadRequest<Schema>): Promise<Page<z.infer<Schema>>>
  /** All that a list has, at most ten pages of it; nothing where there is no such list. Throws as `get` does. */
  list<Item>(request: ReadRequest<z.ZodType<Item[]>>): Promise<readonly Item[]>
  /** Changes something, and gives what GitLab answers. Throws as `get` does. */
  send<Schema extends z.ZodType>(request: WriteRequest<Schema>): Promise<z.infer<Schema>>
}

export interface ReadRequest<Schema extends z.ZodType> {
  /** Below the API's address, with its query. */
  readonly path: string
  readonly schema: Schema
  /** `list the webhooks of acme/shop`. */
  readonly purpose: string
  readonly answerLimitBytes?: number
}

export interface WriteRequest<Schema extends z.ZodType> extends Omit<ReadRequest<Schema>, 'answerLimitBytes'> {
  readonly method: 'POST' | 'PUT'
  readonly body?: unknown
  /** Default is the client's. */
  readonly deadlineMs?: number
}

export interface Page<Value> {
  /** Undefined for an answer of 404. */
  readonly value: Value | undefined
  /** The path of the next page. */
  readonly next: string | undefined
}

interface Parts extends Asking {
  readonly now: () => number
}

const pagesRead = 10

export function createReader(parts: Parts): Reader {
  const { now } = parts
  let waitUntilMs = 0
  const ask = async (purpose: string, request: Parameters<typeof askGitLab>[1]) => {
    if (isAhead(waitUntilMs, now()))
      throw unavailable(purpose, `GitLab wants to be left alone until ${new Date(waitUntilMs).toISOString()}`)
    const answer = await askGitLab(parts, request)
    waitUntilMs = leaveAloneUntilMs(answer, now())
    return answer
  }
  const get: Reader['get'] = async ({ path, schema, purpose, answerLimitBytes }) => {
    const answer = await ask(purpose, { method: 'GET', path, ...(answerLimitBytes === undefined ? {} : { answerLimitBytes }) })
    if (answer.status === 404) return { value: undefined, next: undefined }
    if (answer.status >= 300) throw failure(purpose, answer)
    const next = nextPath(answer.headers.get('link'), path)
    return { value: readAs(schema, answer, purpose), next }
  }
  return {
    get,
    async list<Item>(request: ReadRequest<z.ZodType<Item[]>>) {
      const found: Item[] = []
      let path: string | undefined = request.path
      for (let page = 0; path !== undefined && page < pagesRead; page++) {
        const { value, next }: Page<Item[]> = await get({ ...request, path })
        found.push(...(value ?? []))
        path = next
      }
      return found
    },
    async send({ purpose, schema, ...request }) {
      const answer = await ask(purpose, request)
      if (answer.status >= 300) throw failure(purpose, answer)
      return readAs(schema, answer, purpose)
    },
  }
}

function readAs<Schema extends z.ZodType>(schema: Schema, { body }: ApiAnswer, purpose: string): z.infer<Schema> {
  if (body === undefined) throw unavailable(purpose, 'GitLab answered with more than kyozo reads, or with something that is no JSON')
  const read = schema.safeParse(body)
  if (read.success) return read.data
  throw new KyozoError('forge_unavailable', `could not ${purpose}: GitLab answered something else than it documents`, {
    cause: z.prettifyError(read.error),
  })
}

/** Of the address of the next page only the query is taken: GitLab names itself as it thinks it is called, and a token goes nowhere else. */
export function nextPath(link: string | null, path: string): string | undefined {
  const url = /<([^<>]{1,2000})>;\s*rel="next"/.exec(link ?? '')?.[1]
  const search = url === undefined ? undefined : URL.parse(url)?.search
  return search ? `${path.split('?', 1)[0]}${search}` : undefined
}

function failure(purpose: string, answer: ApiAnswer): KyozoError {
  const said = gitlabWords(answer.body)
  const words = `GitLab answered ${answer.status}${said === '' ? '' : ` (${said})`}`
  if (answer.status >= 500 || answer.status === 408 || answer.status === 429 || answer.headers.has('retry-after'))
    return unavailable(purpose, words)
  return new KyozoError('forge_refused', `could not ${purpose}: ${words}`)
}

function unavailable(purpose: string, words: string): KyozoError {
  return new KyozoError('forge_unavailable', `could not ${purpose}: ${words}`)
}

const longestWaitMs = 3_600_000

/** What is further ahead than it can have been when it was noted was noted by a clock that has been put right. */
function isAhead(untilMs: number, nowMs: number): boolean {
  return untilMs > nowMs && untilMs - nowMs <= longestWaitMs
}

/** Until GitLab's limits allow more, and a little before they are used up: statuses and deploys need the same token. */
function leaveAloneUntilMs(answer: ApiAnswer, nowMs: number): number {
  const asked = limitOutcome(answer, { nowMs })
  if (asked !== undefined) return Math.min(nowMs + longestWaitMs, asked.untilMs ?? nowMs + unnamedWaitMs)
  const [left, limit, resetMs] = ['remaining', 'limit', 'reset'].map((name) =>
    Number(answer.headers.get(`ratelimit-${name}`) ?? Number.NaN),
  )
  return left! < limit! / 10 ? Math.min(nowMs + longestWaitMs, resetMs! * 1_000) : 0
}

/** GitLab counts its limits by the minute. */
const unnamedWaitMs = 60_000

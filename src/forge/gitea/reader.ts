// Asks Gitea's API, and speaks of a repository by the name that it has at this moment: its id stays, while an old name leads elsewhere (307), and may
// be somebody else's by now. No redirect is followed, since the token would go with it.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { fullNameField } from '../payload.ts'
import { limitOf, outcomeOf } from './answers.ts'
import { type ApiAnswer, askGitea, isRedirect } from './api.ts'

export interface GiteaCall {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Whose; the path is below it then. */
  readonly repository?: RepositoryName
  /** With its query, below the API's address. */
  readonly path: string
  readonly body?: unknown
  readonly answerLimitBytes?: number
}

export interface Read<Schema extends z.ZodType> extends Omit<GiteaCall, 'method' | 'body'> {
  readonly schema: Schema
  /** `list the webhooks of mona/shop`. */
  readonly purpose: string
}

export interface Write<Schema extends z.ZodType> extends Read<Schema> {
  readonly method: 'POST' | 'PATCH'
  readonly body: unknown
}

/** Everything throws `forge_unavailable` when it may be tried again, and `forge_refused` when a person has to do something first. */
export interface Reader {
  /** The answer, whatever it says. Throws where there is none, and where the repository cannot be found. */
  ask(call: GiteaCall): Promise<ApiAnswer>
  /** Undefined for an answer of 404. */
  get<Schema extends z.ZodType>(request: Read<Schema>): Promise<z.infer<Schema> | undefined>
  /** What all pages hold, at most a thousand. `schema` is of one; the path has no query but a constant one. */
  list<Schema extends z.ZodType>(request: Read<Schema>): Promise<readonly z.infer<Schema>[]>
  /** Changes something, and gives what Gitea answers. */
  send<Schema extends z.ZodType>(request: Write<Schema>): Promise<z.infer<Schema>>
}

interface Parts {
  readonly connection: ForgeConnection
  readonly now: () => number
  readonly deadlineMs: number
}

/** For so long a repository is taken to have the name that it had. */
const nameKeptMs = 60_000
const keptNames = 500

export function createReader(parts: Parts): Reader {
  const { now } = parts
  const names = new Map<string, { readonly path: string; readonly atMs: number }>()
  let waitUntilMs = 0

  const call = async ({ repository: _, ...request }: GiteaCall): Promise<ApiAnswer> => {
    const answer = await askOnce(parts, request)
    const limit = limitOf(answer, now())
    if (limit !== undefined) waitUntilMs = Math.min(limit.untilMs ?? now() + unnamedWaitMs, now() + longestWaitMs)
    return answer
  }

  const pathOf = async ({ id, fullName }: RepositoryName): Promise<string> => {
    const known = names.get(id)
    if (known !== undefined && Math.abs(now() - known.atMs) < nameKeptMs) return known.path
    const answer = await call({ method: 'GET', path: `/repositories/${encodeURIComponent(id)}` })
    const path = `/repos/${read(repositorySchema, answer, { purpose: `find ${fullName}`, nowMs: now() }).full_name}`
    names.delete(id)
    names.set(id, { path, atMs: now() })
    for (const oldest of names.keys()) if (names.size > keptNames) names.delete(oldest)
    return path
  }

  const ask = async (request: GiteaCall): Promise<ApiAnswer> => {
    const { repository } = request
    if (repository === undefined) return call(request)
    const isKept = names.has(repository.id)
    const ofIt = async () => call({ ...request, path: `${await pathOf(repository)}${request.path}` })
    const answer = await ofIt()
    if (answer.status !== 404 && !isRedirect(answer)) return answer
    // It may have got another name within the minute, or be gone.
    names.delete(repository.id)
    return isKept || isRedirect(answer) ? ofIt() : answer
  }

  const patiently = async (request: GiteaCall, purpose: string): Promise<ApiAnswer> => {
    const nowMs = now()
    if (waitUntilMs > nowMs && waitUntilMs - nowMs <= longestWaitMs)
      throw new KyozoError('forge_unavailable', `could not ${purpose}: Gitea wants to be left alone`, {
        retryAfterSeconds: Math.ceil((waitUntilMs - nowMs) / 1_000),
      })
    return ask(request)
  }

  return {
    ask,
    async get({ schema, purpose, ...request }) {
      const answer = await patiently({ method: 'GET', ...request }, purpose)
      return answer.status === 404 ? undefined : read(schema, answer, { purpose, nowMs: now() })
    },
    async list({ schema, purpose, path, ...request }) {
      const found: z.infer<typeof schema>[] = []
      for (let page = 1; found.length < listLimit; page++) {
        const query = `${path.includes('?') ? '&' : '?'}page=${page}&limit=${pageSize}`
        const answer = await patiently({ method: 'GET', ...request, path: `${path}${query}`, answerLimitBytes: listLimitBytes }, purpose)
        const items = read(z.array(schema), answer, { purpose, nowMs: now() })
        found.push(...items)
        // The host may give less at once than it was asked for, and says how many there are.
        const total = Number(answer.headers.get('x-total-count') ?? Number.POSITIVE_INFINITY)
        if (items.length === 0 || found.length >= total) break
      }
      return found.slice(0, listLimit)
    },
    async send({ schema, purpose, ...request }) {
      return read(schema, await patiently(request, purpose), { purpose, nowMs: now() })
    },
  }
}

const repositorySchema = z.object({ full_name: fullNameField })

/** Gitea gives at most fifty at once unless its operator chose otherwise. */
const pageSize = 50
const listLimit = 1_000
/** Fifty pull requests, each of which holds two repositories. */
const listLimitBytes = 16 * 1024 ** 2

/** A host that asks to be left alone and does not say for how long. */
const unnamedWaitMs = 60_000
const longestWaitMs = 3_600_000

function askOnce({ connection, deadlineMs }: Parts, { path, ...request }: Omit<GiteaCall, 'repository'>): Promise<ApiAnswer> {
  const { apiUrl, credential } = connection
  const token = credential.kind === 'token' ? credential.token : undefined
  return askGitea({ ...request, url: `${apiUrl}${path}`, token, deadlineMs })
}

interface Reading {
  readonly purpose: string
  readonly nowMs: number
}

/** What an answer holds. Throws what it means where it holds nothing. */
export function read<Schema extends z.ZodType>(schema: Schema, answer: ApiAnswer, { purpose, nowMs }: Reading): z.infer<Schema> {
  if (answer.status >= 300) throw failure(answer, { purpose, nowMs })
  const result = schema.safeParse(answer.body)
  if (result.success) return result.data
  throw new KyozoError('forge_unavailable', `could not ${purpose}: Gitea answered something else than it documents`, {
    cause: result.error,
  })
}

function failure(answer: ApiAnswer, { purpose, nowMs }: Reading): KyozoError {
  const outcome = outcomeOf(answer, { nowMs })
  const words = `could not ${purpose}: ${'reason' in outcome ? outcome.reason : `Gitea answered ${answer.status}`}`
  if (outcome.kind === 'refused') return new KyozoError('forge_refused', words)
  if (outcome.kind !== 'rate_limited') return new KyozoError('forge_unavailable', words)
  const waitMs = outcome.untilMs === undefined ? unnamedWaitMs : outcome.untilMs - nowMs
  return new KyozoError('forge_unavailable', words, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) })
}

// One request about a repository, with a token for just that, to wherever the repository is now.
import type { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { ApiRequest } from '../api.ts'
import type { RepositoryName } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import { type AnswerContext, isDone, sendOutcome } from './answers.ts'
import { type ApiAnswer, askGitHub, movedTo } from './api.ts'
import type { OwnAccount } from './own-account.ts'
import { nextPage } from './pages.ts'
import type { TokenNeed, Tokens } from './tokens.ts'

/** What every message is sent with. */
export interface Context {
  readonly connection: ForgeConnection
  readonly tokens: Tokens
  readonly ownAccount: OwnAccount
  readonly now: () => number
  readonly deadlineMs: number
}

export interface RepositoryRequest extends Pick<ApiRequest, 'method' | 'body' | 'answerLimitBytes'> {
  readonly repository: RepositoryName
  /** Below the repository, with its query: `/statuses/<sha>`. */
  readonly path: string
  readonly permissions: TokenNeed['permissions']
}

/** Throws `forge_unavailable` without an answer, and `forge_refused` without a token. */
export async function askRepository(context: Context, request: RepositoryRequest): Promise<ApiAnswer> {
  const need: TokenNeed = { repository: request.repository, permissions: request.permissions }
  const answer = await askOnce(context, request, need)
  return answer.status === 401 && context.tokens.renew(need) ? askOnce(context, request, need) : answer
}

async function askOnce({ connection, tokens, deadlineMs }: Context, request: RepositoryRequest, need: TokenNeed): Promise<ApiAnswer> {
  const { repository, path, method, body, answerLimitBytes } = request
  const token = await tokens.tokenFor(need)
  const asked = {
    ...{ method, body, deadlineMs },
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    ...(answerLimitBytes === undefined ? {} : { answerLimitBytes }),
  }
  const answer = await askGitHub({ ...asked, url: `${connection.apiUrl}/repos/${repository.fullName}${path}` })
  const moved = `${connection.apiUrl}/repositories/${repository.id}${path}`
  return movedTo(answer, moved) ? askGitHub({ ...asked, url: moved }) : answer
}

/** What a message needs, for words: what its credential has to be allowed, and what it is about. */
export type Words = Omit<AnswerContext, 'nowMs' | 'fullName'>

/** What an answer means for the message. */
export function outcomeOf(context: Context, answer: ApiAnswer, { repository, ...words }: Words & { readonly repository: RepositoryName }) {
  return sendOutcome(answer, { ...words, nowMs: context.now(), fullName: repository.fullName })
}

export interface Found<Value> {
  /** Undefined where GitHub does not let it be asked, or answers more than is worth reading: what the message itself is answered will say why. */
  readonly value: Value | undefined
  /** The address of the next page. */
  readonly next: string | undefined
}

/**
 * A question that goes before a message. Throws `forge_unavailable` when GitHub cannot answer or is not to be asked now: then the message has to
 * wait too, since nobody knows whether it is there already.
 */
export async function lookUp<Schema extends z.ZodType>(
  context: Context,
  request: Omit<RepositoryRequest, 'method' | 'body'>,
  schema: Schema,
): Promise<Found<z.infer<Schema>>> {
  const answer = await askRepository(context, { ...request, method: 'GET' }).catch(orNothing)
  if (answer === undefined) return { value: undefined, next: undefined }
  throwIfLater(answer, context.now())
  const next = nextPage(answer.headers.get('link'))
  return { value: isDone(answer) ? schema.safeParse(answer.body).data : undefined, next }
}

/** An app that was not given the permission to ask gets no token for it. */
function orNothing(error: unknown): undefined {
  if (error instanceof KyozoError && error.code === 'forge_refused') return undefined
  throw error
}

/** A host that asks to be left alone and does not say for how long. */
const unnamedWaitMs = 60_000

/** Throws `forge_unavailable` for an answer that may be another one later. */
export function throwIfLater(answer: ApiAnswer, nowMs: number): void {
  const outcome = sendOutcome(answer, { nowMs, fullName: 'GitHub', permission: 'read' })
  if (outcome.kind === 'unavailable') throw new KyozoError('forge_unavailable', outcome.reason)
  if (outcome.kind !== 'rate_limited') return
  const waitMs = outcome.untilMs === undefined ? unnamedWaitMs : outcome.untilMs - nowMs
  throw new KyozoError('forge_unavailable', outcome.reason, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) })
}

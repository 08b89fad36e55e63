// Says things on GitHub. Every way it can go is an outcome; the outbox decides what follows.
import { asKyozoError } from '../../errors.ts'
import type { ClientOptions, FetchTokenRequest, ForgeClient } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import type { CommitStatus, ForgeMessage, SendOptions, SendOutcome } from '../messages.ts'
import { statusDescription, statusTargetUrl } from '../words.ts'
import { statusOutcome } from './answers.ts'
import { type ApiAnswer, askGitHub } from './api.ts'
import { createQuestions } from './questions.ts'
import { createReader } from './reader.ts'
import { createRecord } from './record.ts'
import { createTokens, type TokenNeed, type Tokens } from './tokens.ts'
import { outcomeIfTold } from './told.ts'

const defaultDeadlineMs = 10_000

export interface Context {
  readonly connection: ForgeConnection
  readonly tokens: Tokens
  readonly now: () => number
  readonly deadlineMs: number
}

export function createGitHubClient(connection: ForgeConnection, { now, deadlineMs = defaultDeadlineMs }: ClientOptions): ForgeClient {
  const tokens = createTokens(connection, { now, deadlineMs })
  const reader = createReader({ connection, tokens, now, deadlineMs })
  const record = createRecord(connection, reader)
  return {
    fetchToken: (request) => fetchToken(tokens, request),
    send: (message, options) => sendMessage({ connection, tokens, now, deadlineMs }, message, options),
    // Without a credential GitHub answers sixty requests an hour, which is too few to ask now and then.
    ...(connection.credential.kind === 'none' ? {} : { ask: createQuestions({ reader, connection }) }),
    ...(record === undefined ? {} : { record }),
  }
}

async function fetchToken(tokens: Tokens, { id, fullName, notAccepted, access = 'read' }: FetchTokenRequest): Promise<string | undefined> {
  const need: TokenNeed = { repository: { id, fullName }, permissions: { contents: access } }
  const token = await tokens.tokenFor(need)
  // Somebody else may have got another one meanwhile.
  if (token === undefined || token !== notAccepted || !tokens.renew(need)) return token
  return tokens.tokenFor(need)
}

async function sendMessage(context: Context, message: ForgeMessage, options?: SendOptions): Promise<SendOutcome> {
  if (message.kind === 'status') return postStatus(context, message, options)
  return { kind: 'refused', of: 'message', reason: `GitHub is told no ${message.kind} by this kyozo` }
}

async function postStatus(context: Context, status: CommitStatus, { mayBeThere }: SendOptions = {}): Promise<SendOutcome> {
  const { repository } = status
  const need: TokenNeed = { repository, permissions: { statuses: 'write' } }
  try {
    const told = mayBeThere ? await outcomeIfTold(context, status, need) : undefined
    if (told !== undefined) return told
    let answer = await postOnce(context, status, need)
    if (answer.status === 401 && context.tokens.renew(need)) answer = await postOnce(context, status, need)
    return statusOutcome(answer, { nowMs: context.now(), fullName: repository.fullName })
  } catch (error) {
    const { code, message, hint, retryAfterSeconds } = asKyozoError(error)
    if (code === 'forge_refused') return { kind: 'refused', of: 'access', reason: hint === undefined ? message : `${message}; ${hint}` }
    if (retryAfterSeconds === undefined) return { kind: 'unavailable', reason: message }
    return { kind: 'rate_limited', reason: message, untilMs: context.now() + retryAfterSeconds * 1_000 }
  }
}

async function postOnce({ connection, tokens, deadlineMs }: Context, status: CommitStatus, need: TokenNeed): Promise<ApiAnswer> {
  const token = await tokens.tokenFor(need)
  const request = {
    method: 'POST',
    deadlineMs,
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    body: {
      state: status.state,
      context: status.context,
      description: statusDescription(status.description),
      target_url: statusTargetUrl(status.targetUrl),
    },
  } as const
  const { repository, sha } = status
  const answer = await askGitHub({ ...request, url: `${connection.apiUrl}/repos/${repository.fullName}/statuses/${sha}` })
  // A repository that was renamed or moved is still the same one; GitHub then points to it by its id. Nothing else is followed, since
  // the token would go with it.
  const moved = `${connection.apiUrl}/repositories/${repository.id}/statuses/${sha}`
  return isRedirect(answer) && answer.headers.get('location') === moved ? askGitHub({ ...request, url: moved }) : answer
}

function isRedirect({ status }: ApiAnswer): boolean {
  return status === 301 || status === 302 || status === 307 || status === 308
}

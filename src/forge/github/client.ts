// Says things on GitHub. Every way it can go is an outcome; the outbox decides what follows.
import { asKyozoError } from '../../errors.ts'
import type { ClientOptions, FetchTokenRequest, ForgeClient } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from '../messages.ts'
import { sendCheck } from './checks.ts'
import { sendComment, sendReaction, sendReply } from './comments.ts'
import { sendDeployment } from './deployments.ts'
import { createOwnAccount } from './own-account.ts'
import { createQuestions } from './questions.ts'
import { createReader } from './reader.ts'
import { createRecord } from './record.ts'
import type { Context } from './repository-api.ts'
import { sendStatus } from './statuses.ts'
import { createTokens, type TokenNeed, type Tokens } from './tokens.ts'

const defaultDeadlineMs = 10_000

export function createGitHubClient(connection: ForgeConnection, { now, deadlineMs = defaultDeadlineMs }: ClientOptions): ForgeClient {
  const tokens = createTokens(connection, { now, deadlineMs })
  const reader = createReader({ connection, tokens, now, deadlineMs })
  const record = createRecord(connection, reader)
  const ownAccount = createOwnAccount({ connection, tokens, now, deadlineMs })
  const context: Context = { connection, tokens, ownAccount, now, deadlineMs }
  return {
    fetchToken: (request) => fetchToken(tokens, request),
    send: (message, options) => sendMessage(context, message, options),
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
  try {
    return await sendOne(context, message, options)
  } catch (error) {
    const { code, message: words, hint, retryAfterSeconds } = asKyozoError(error)
    if (code === 'forge_refused') return { kind: 'refused', of: 'access', reason: hint === undefined ? words : `${words}; ${hint}` }
    if (retryAfterSeconds === undefined) return { kind: 'unavailable', reason: words }
    return { kind: 'rate_limited', reason: words, untilMs: context.now() + retryAfterSeconds * 1_000 }
  }
}

function sendOne(context: Context, message: ForgeMessage, options?: SendOptions): Promise<SendOutcome> {
  switch (message.kind) {
    case 'status':
      return sendStatus(context, message, options)
    case 'comment':
      return sendComment(context, message, options)
    case 'reply':
      return sendReply(context, message, options)
    case 'reaction':
      return sendReaction(context, message)
    case 'deployment':
      return sendDeployment(context, message, options)
    case 'check':
      return sendCheck(context, message, options)
  }
}

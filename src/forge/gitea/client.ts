// Says things on Gitea. Every way it can go is an outcome; the outbox decides what follows.
import { asKyozoError } from '../../errors.ts'
import type { Window } from '../budget.ts'
import type { ClientOptions, ForgeClient } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from '../messages.ts'
import { sendCheck } from './checks.ts'
import { sendComment, sendReaction, sendReply } from './comments.ts'
import { createOwnUserId } from './own-account.ts'
import { createQuestions } from './questions.ts'
import { createReader, type Reader } from './reader.ts'
import { sendStatus } from './statuses.ts'

const defaultDeadlineMs = 10_000

export interface Context {
  readonly reader: Reader
  readonly now: () => number
  /** The id of the token's user; undefined when Gitea does not tell it. */
  readonly ownUserId: () => Promise<number | undefined>
}

/** Gitea keeps what its webhooks sent, but only shows it to people: there is no record to ask for. */
export function createGiteaClient(connection: ForgeConnection, { now, deadlineMs = defaultDeadlineMs }: ClientOptions): ForgeClient {
  const reader = createReader({ connection, now, deadlineMs })
  const context: Context = { reader, now, ownUserId: createOwnUserId({ reader, now }) }
  const { credential } = connection
  return {
    windows,
    // One token for everything: Gitea gives out none for a purpose.
    fetchToken: async () => (credential.kind === 'token' ? credential.token : undefined),
    send: (message, options = {}) => sendMessage(context, message, options),
    ...(credential.kind === 'token' ? { ask: createQuestions({ reader, connection, now }) } : {}),
  }
}

/** Gitea limits nothing by itself; it is often a small machine that other people work with. */
const windows: readonly Window[] = [{ lengthMs: 60_000, limit: 300 }]

async function sendMessage(context: Context, message: ForgeMessage, options: SendOptions): Promise<SendOutcome> {
  try {
    switch (message.kind) {
      case 'status':
        return await sendStatus(context, message, options)
      case 'check':
        return await sendCheck(context, message, options)
      case 'comment':
        return await sendComment(context, message, options)
      case 'reply':
        return await sendReply(context, message, options)
      case 'reaction':
        return await sendReaction(context, message)
      case 'deployment':
        return { kind: 'refused', of: 'message', reason: 'Gitea has no deployments' }
    }
  } catch (error) {
    return outcomeOfFailure(error, context.now())
  }
}

function outcomeOfFailure(error: unknown, nowMs: number): SendOutcome {
  const { code, message, hint, retryAfterSeconds } = asKyozoError(error)
  if (code === 'forge_refused') return { kind: 'refused', of: 'access', reason: hint === undefined ? message : `${message}; ${hint}` }
  if (retryAfterSeconds === undefined) return { kind: 'unavailable', reason: message }
  return { kind: 'rate_limited', reason: message, untilMs: nowMs + retryAfterSeconds * 1_000 }
}

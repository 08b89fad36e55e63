// Says things on GitLab. Every way it can go is an outcome; the outbox decides what follows.
import { asKyozoError } from '../../errors.ts'
import type { Window } from '../budget.ts'
import type { ClientOptions, ForgeClient } from '../client.ts'
import type { ForgeConnection } from '../forge.ts'
import type { ForgeMessage, SendOptions, SendOutcome } from '../messages.ts'
import { sendComment, sendReaction, sendReply } from './comments.ts'
import { sendDeployment } from './deployments.ts'
import type { Context } from './exchange.ts'
import { createQuestions } from './questions.ts'
import { createReader } from './reader.ts'
import { createRecord } from './record.ts'
import { createSelf } from './self.ts'
import { sendCheck, sendStatus } from './statuses.ts'

const defaultDeadlineMs = 10_000

export function createGitLabClient(connection: ForgeConnection, { now, deadlineMs = defaultDeadlineMs }: ClientOptions): ForgeClient {
  const asking = { connection, now, deadlineMs }
  const context: Context = { ...asking, self: createSelf(asking) }
  const { credential } = connection
  const send: ForgeClient['send'] = (message, options) => sendMessage(context, message, options)
  // Without a token GitLab tells of public projects only, and of no webhook.
  if (credential.kind !== 'token') return { send, fetchToken: async () => undefined }
  const reader = createReader(asking)
  return {
    send,
    windows,
    // There is no other: one that was not accepted is the same again.
    fetchToken: async () => credential.token,
    ask: createQuestions({ reader, connection }),
    record: createRecord(reader),
  }
}

/** A GitLab takes 300 comments a minute from one account, by its own default; statuses, which are most of what is said, it counts as ordinary requests. */
const windows: readonly Window[] = [{ lengthMs: 60_000, limit: 150 }]

async function sendMessage(context: Context, message: ForgeMessage, options?: SendOptions): Promise<SendOutcome> {
  try {
    return await sendKind(context, message, options)
  } catch (error) {
    return { kind: 'unavailable', reason: asKyozoError(error).message }
  }
}

function sendKind(context: Context, message: ForgeMessage, options?: SendOptions): Promise<SendOutcome> {
  switch (message.kind) {
    case 'status':
      return sendStatus(context, message, options)
    case 'check':
      return sendCheck(context, message, options)
    case 'comment':
      return sendComment(context, message, options)
    case 'reply':
      return sendReply(context, message, options)
    case 'reaction':
      return sendReaction(context, message)
    case 'deployment':
      return sendDeployment(context, message, options)
  }
}

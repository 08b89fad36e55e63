import type { Forge } from '../forge.ts'
import { createGiteaClient } from './client.ts'
import { giteaConnection } from './connection.ts'
import { deliveryHeaders, keptHeaders } from './headers.ts'
import { parse } from './parse.ts'
import { isSigned, verify } from './verify.ts'

/** Gitea, and Forgejo, which began as Gitea and speaks its API and its webhooks. */
export const gitea: Forge = {
  name: 'gitea',
  isSigned,
  verify,
  deliveryHeaders,
  keptHeaders,
  parse,
  connection: giteaConnection,
  // A check is a status with one line of text: Gitea has no check runs. Nor has it deployments.
  messages: ['status', 'comment', 'reply', 'reaction', 'check'],
  // Any name will do: the password is taken for a token first.
  gitUser: 'kyozo',
  connect: createGiteaClient,
}

import type { Forge } from '../forge.ts'
import { createGitHubClient } from './client.ts'
import { githubConnection, usualApiUrl } from './connection.ts'
import { deliveryHeaders, keptHeaders } from './headers.ts'
import { parse } from './parse.ts'
import { isSigned, verify } from './verify.ts'

export const github: Forge = {
  name: 'github',
  isSigned,
  verify,
  deliveryHeaders,
  keptHeaders,
  parse,
  usualApiUrl,
  connection: githubConnection,
  messages: ['status', 'comment', 'reply', 'reaction', 'deployment', 'check'],
  // GitHub takes any token, of a person or of an app, as the password of this user.
  gitUser: 'x-access-token',
  connect: createGitHubClient,
}

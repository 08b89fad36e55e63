import type { Forge } from '../forge.ts'
import { createGitLabClient } from './client.ts'
import { gitlabConnection, usualApiUrl } from './connection.ts'
import { deliveryHeaders, keptHeaders } from './headers.ts'
import { parse } from './parse.ts'
import { isSigned, verify } from './verify.ts'

export const gitlab: Forge = {
  name: 'gitlab',
  isSigned,
  verify,
  deliveryHeaders,
  keptHeaders,
  parse,
  usualApiUrl,
  connection: gitlabConnection,
  messages: ['status', 'check', 'comment', 'reply', 'reaction', 'deployment'],
  // GitLab takes any token as the password of this user: of a project, of a group or of a person, or one that OAuth gave.
  gitUser: 'oauth2',
  connect: createGitLabClient,
}

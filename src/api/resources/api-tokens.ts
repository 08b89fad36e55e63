import { z } from 'zod'
import { tokenScopes } from '../../store/tables/access.ts'
import { createApiToken, revokeApiToken } from '../actions/api-tokens.ts'
import { flag, json, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one, perhapsOne, updatedAt } from './shapes.ts'

export const apiTokens: Resource = {
  type: 'api_tokens',
  description: 'Tokens for programs. The token itself is shown once, when it is made. A member sees their own, an admin all.',
  table: 'apiKeys',
  attributes: {
    name: text('What it is for.', { nullable: true, filter: 'equal' }),
    start: text('Its first characters, to tell tokens apart.', { nullable: true }),
    scopes: json(z.array(z.enum(tokenScopes)), 'What it may be used for; its user’s own rights bound it as well.'),
    enabled: flag('Whether it is accepted.', { filter: 'equal' }),
    last_used_at: time('When it was used last, about.', { nullable: true, source: { kind: 'column', column: 'lastRequest' } }),
    expires_at: time('Until when it is accepted; null is for good.', { nullable: true, filter: 'range' }),
    created_at: createdAt,
    updated_at: updatedAt,
  },
  relationships: {
    team: perhapsOne('teams', 'teamId', 'The team that it acts in.'),
    user: one('users', 'referenceId', 'Whom it acts for.'),
  },
  ownColumn: 'referenceId',
  read: 'api_tokens.read',
  subject: {},
  create: createApiToken,
  remove: revokeApiToken,
}

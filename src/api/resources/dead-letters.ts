import { deadLetterActions } from '../actions/dead-letters.ts'
import { integer, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { perhapsOne } from './shapes.ts'

export const deadLetters: Resource = {
  type: 'dead_letters',
  description:
    'What kyozo gave up although no commit is at fault. It goes when it is tried again, or when something newer takes its place.',
  table: 'deadLetters',
  attributes: {
    kind: oneOf(['release', 'operation', 'status', 'comment', 'deployment', 'notification'], 'What was given up; its id is the same.', {
      sort: true,
      filter: 'equal',
    }),
    subject: text('What it was about.'),
    reason: text('Why, as a sentence.'),
    tries: integer('How often it was tried.'),
    first_failed_at: time('When it was tried first.', { filter: 'range' }),
    last_failed_at: time('When it was given up.', { sort: true, filter: 'range' }),
  },
  relationships: {
    workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace that it is about.'),
    environment: perhapsOne('environments', 'environmentId', 'The environment that it is about.'),
  },
  read: 'dead_letters.read',
  subject: { workspace: 'workspaceId' },
  ...deadLetterActions,
}

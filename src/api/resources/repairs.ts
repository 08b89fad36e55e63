import { integer, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { many, one, perhapsOne } from './shapes.ts'

export const repairs: Resource = {
  type: 'repairs',
  description: 'What kyozo put right on the engine without a release: what was found, and what was done.',
  table: 'repairs',
  attributes: {
    state: oneOf(['running', 'succeeded', 'failed', 'yielded', 'abandoned'], 'How it stands. One that a release had to wait for yields.', {
      sort: true,
      filter: 'equal',
    }),
    reason: text('What was found.'),
    outcome: text('What was done, or why it was not.', { nullable: true }),
    error_code: text('What failed; docs/errors.md explains each.', { nullable: true, filter: 'equal' }),
    generation: integer('Grows with every release and repair of the environment.'),
    started_at: time('When it was begun.', { sort: true, filter: 'range' }),
    finished_at: time('When it ended.', { nullable: true, filter: 'range' }),
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: one('environments', 'environmentId', 'The environment.'),
    release: perhapsOne('releases', 'releaseId', 'What was live.'),
    drifts: many('drifts', 'repairId', { description: 'The differences that it was begun for.' }),
  },
  read: 'repairs.read',
  subject: { workspace: 'workspaceId' },
}

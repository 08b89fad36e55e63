import { createSecret, deleteSecret, updateSecret } from '../actions/secrets.ts'
import { flag, integer, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one, perhapsOne, updatedAt } from './shapes.ts'

export const secrets: Resource = {
  type: 'secrets',
  description: 'Secrets of a workspace, an environment or a service: names and versions. A value is never read.',
  table: 'secrets',
  attributes: {
    name: text('The variable that it is the value of.', { sort: true, filter: 'equal' }),
    service: text('The service that alone gets it; null is every service that reads the variable.', { nullable: true, filter: 'equal' }),
    version: integer('Counts its values.'),
    is_made: flag('Whether kyozo made it, not a person.', { filter: 'equal' }),
    created_at: createdAt,
    updated_at: updatedAt,
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: perhapsOne('environments', 'environmentId', 'The environment; none is all of the workspace’s.'),
    created_by: perhapsOne('users', 'createdById', 'Who made it.'),
    updated_by: perhapsOne('users', 'updatedById', 'Who gave it its newest value.'),
  },
  create: createSecret,
  update: updateSecret,
  remove: deleteSecret,
  read: 'secrets.read',
  subject: { workspace: 'workspaceId' },
}

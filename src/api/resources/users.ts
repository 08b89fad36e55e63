import { flag, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many } from './shapes.ts'

export const users: Resource = {
  type: 'users',
  description: 'The people and programs of the team.',
  table: 'users',
  attributes: {
    name: text('The name that events and releases show.', { sort: true }),
    email: text('The address to sign in with.', { sort: true, filter: 'equal' }),
    is_service: flag('Whether it is a program of kyozo’s own, which cannot sign in.', { filter: 'equal' }),
    created_at: createdAt,
  },
  relationships: {
    members: many('members', 'userId', { description: 'The membership in this team.' }),
    service_permissions: many('service_permissions', 'userId', { description: 'What was granted to the user.' }),
  },
  read: 'users.read',
  subject: {},
}

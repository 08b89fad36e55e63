import { roles } from '../../store/tables/access.ts'
import { removeMember, updateMember } from '../actions/members.ts'
import { oneOf } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one } from './shapes.ts'

export const members: Resource = {
  type: 'members',
  description: 'Who belongs to the team, and as what.',
  table: 'members',
  attributes: {
    role: oneOf(roles, 'What the user is in the team.', { sort: true, filter: 'equal' }),
    created_at: createdAt,
  },
  relationships: {
    team: one('teams', 'teamId', 'The team.'),
    user: one('users', 'userId', 'The person or program.'),
  },
  read: 'members.read',
  subject: {},
  update: updateMember,
  remove: removeMember,
}

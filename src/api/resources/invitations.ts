import { roles } from '../../store/tables/access.ts'
import { cancelInvitation, createInvitation } from '../actions/invitations.ts'
import { oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one } from './shapes.ts'

export const invitations: Resource = {
  type: 'invitations',
  description: 'People who were asked to join the team.',
  table: 'invitations',
  attributes: {
    email: text('The address that was asked.', { sort: true, filter: 'equal' }),
    role: oneOf(roles, 'What the person will be.', { sort: true, filter: 'equal' }),
    status: oneOf(['pending', 'accepted', 'rejected', 'canceled'], 'What became of it.', { sort: true, filter: 'equal' }),
    expires_at: time('Until when it can be accepted.', { sort: true, filter: 'range' }),
    created_at: createdAt,
  },
  relationships: {
    team: one('teams', 'teamId', 'The team.'),
    inviter: one('users', 'inviterId', 'Who asked.'),
  },
  read: 'invitations.read',
  subject: {},
  create: createInvitation,
  remove: cancelInvitation,
}

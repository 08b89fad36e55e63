import { z } from 'zod'
import { createTeam, updateTeam } from '../actions/teams.ts'
import { json, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many } from './shapes.ts'

export const teams: Resource = {
  type: 'teams',
  description: 'Who owns workspaces together. A request sees one team: its own.',
  table: 'teams',
  attributes: {
    name: text('Its name, for people.', { sort: true }),
    slug: text('Its name in addresses and headers.', { sort: true, filter: 'equal' }),
    resource_quota: json(
      z.object({ memory: z.string().optional(), cpu: z.string().optional(), services: z.number().optional() }),
      'What its services may ask for together, in units of resources. A part that is missing is not limited.',
    ),
    created_at: createdAt,
  },
  relationships: {
    members: many('members', 'teamId', { description: 'Who belongs to it, and as what.' }),
    invitations: many('invitations', 'teamId', { description: 'Who was asked to join.' }),
    workspaces: many('workspaces', 'teamId', { description: 'Its repositories.' }),
  },
  read: 'teams.read',
  subject: {},
  create: createTeam,
  update: updateTeam,
}

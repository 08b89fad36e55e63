import { z } from 'zod'
import { json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { object, perhapsOne } from './shapes.ts'

export const auditEvents: Resource = {
  type: 'audit_events',
  description: 'Who changed what, through which door.',
  table: 'auditEvents',
  attributes: {
    actor: text('The name of who did it, as it was then.', { sort: true, filter: 'equal' }),
    actor_kind: oneOf(['session', 'token', 'system'], 'Signed in, a program with a token, or kyozo itself.', { filter: 'equal' }),
    action: text('A resource type and what was done to it.', {
      sort: true,
      filter: 'equal',
      shape: z.string().regex(/^[a-z_]+[.][a-z_]+$/),
    }),
    subject_type: text('The resource type of what it was done to.', { filter: 'equal' }),
    subject_id: text('The id of what it was done to.', { nullable: true, shape: z.uuid(), filter: 'equal' }),
    subject_name: text('Its name, as it was then.', { nullable: true }),
    details: json(object, 'What changed; never a secret.'),
    ip_address: text('Where the request came from.', { nullable: true }),
    occurred_at: time('When.', { sort: true, filter: 'range' }),
  },
  relationships: { actor_user: perhapsOne('users', 'actorId', 'Who did it.') },
  read: 'audit_events.read',
  subject: {},
}

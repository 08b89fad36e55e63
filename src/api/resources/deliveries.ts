import { deliveryActions } from '../actions/deliveries.ts'
import { computed, json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { names, object, perhapsOne } from './shapes.ts'

export const deliveries: Resource = {
  type: 'deliveries',
  description: 'What a Git host told, and what was decided. Nothing is accepted that is not here.',
  table: 'deliveries',
  attributes: {
    forge: oneOf(['git', 'github', 'gitea', 'gitlab'], 'Who told.', { sort: true, filter: 'equal' }),
    connection: text('The name of the account at the Git host.', { nullable: true, filter: 'equal' }),
    delivery_id: text('The Git host’s own id of it.', { filter: 'equal' }),
    event: text('What it told of.', { sort: true, filter: 'equal' }),
    decision: oneOf(['accepted', 'ignored', 'refused'], 'What was decided.', { sort: true, filter: 'equal' }),
    reason: text('Why, as a sentence.'),
    release_ids: json(names, 'The releases that came of it.'),
    received_at: time('When it arrived.', { sort: true, filter: 'range' }),
    processed_at: time('When it was dealt with.', { nullable: true, filter: 'range' }),
    headers: json(object, 'The headers that came with it, without those that prove who sent it.', {
      large: true,
      source: computed(['headers'], (row) => withoutProofs(row.headers as Record<string, unknown>)),
    }),
  },
  relationships: { workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace that it is about.') },
  read: 'deliveries.read',
  subject: { workspace: 'workspaceId' },
  ...deliveryActions,
}

function withoutProofs(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/signature|authorization|token|cookie|secret/i.test(name)))
}

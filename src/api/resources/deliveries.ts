import { forgeNames } from '../../forge/index.ts'
import { bodiesOf, outcomesOf } from '../../store/delivery-outcomes.ts'
import { deliveryActions } from '../actions/deliveries.ts'
import { computed, json, loaded, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { names, object, perhapsOne } from './shapes.ts'

export const deliveries: Resource = {
  type: 'deliveries',
  description: 'What a Git host told, and what was decided. Nothing is accepted that is not here.',
  table: 'deliveries',
  attributes: {
    forge: oneOf(['git', ...forgeNames], 'Who told.', { sort: true, filter: 'equal' }),
    connection: text('The name of the account at the Git host.', { nullable: true, filter: 'equal' }),
    delivery_id: text('The Git host’s own id of it; what one event sends by several webhooks has one.', {
      filter: 'equal',
      source: { kind: 'column', column: 'hostDeliveryId' },
    }),
    event: text('What it told of.', { sort: true, filter: 'equal' }),
    decision: oneOf(['accepted', 'ignored', 'refused'], 'What was decided.', { sort: true, filter: 'equal' }),
    reason: text('Why, as a sentence.'),
    arrival: oneOf(
      ['sent', 'pushed', 'recovered', 'swept'],
      'How it came: sent by the host, pushed to kyozo itself, recovered from the host’s own list, or seen on the branch.',
      { sort: true, filter: 'equal' },
    ),
    ref: text('The branch or tag that it is about.', { nullable: true, filter: 'equal' }),
    sha: text('The commit that it names; none for a deletion.', { nullable: true, filter: 'equal' }),
    release_ids: json(names, 'The releases that came of it.'),
    outcome: text('What came of it, as a sentence; none where nothing was to be released.', {
      nullable: true,
      source: loaded(['releaseIds'], (rows, { db, viewer }) =>
        outcomesOf(
          db,
          viewer,
          rows.map((row) => row.releaseIds as readonly string[]),
        ),
      ),
    }),
    sent_at: time('When the host sent it first, where it came later than that.', { nullable: true, filter: 'range' }),
    received_at: time('When it arrived.', { sort: true, filter: 'range' }),
    processed_at: time('When it was dealt with.', { nullable: true, filter: 'range' }),
    headers: json(object, 'The headers that came with it, without those that prove who sent it.', {
      large: true,
      source: computed(['headers'], (row) => withoutProofs(row.headers as Record<string, unknown>)),
    }),
    body: text('The first 64 KiB of what was sent; none once it is kept no longer.', {
      nullable: true,
      large: true,
      source: loaded(['id'], (rows, { db, viewer }) =>
        bodiesOf(
          db,
          viewer,
          rows.map((row) => String(row.id)),
        ),
      ),
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

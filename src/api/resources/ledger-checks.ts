import { z } from 'zod'
import { forgeNames } from '../../forge/index.ts'
import { integer, json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { object, perhapsOne } from './shapes.ts'

export const ledgerChecks: Resource = {
  type: 'ledger_checks',
  description: 'What came of comparing what has arrived with what the Git host says. Checks that find the same share one.',
  table: 'ledgerChecks',
  attributes: {
    forge: oneOf(['git', ...forgeNames], 'The Git host.', { sort: true, filter: 'equal' }),
    connection: text('The name of the account at the Git host.', { nullable: true, filter: 'equal' }),
    kind: oneOf(
      ['branches', 'deliveries', 'pull_requests', 'webhook'],
      'What was compared: where branches point, the host’s own list of what it sent, its open pull requests, or the webhook itself.',
      {
        sort: true,
        filter: 'equal',
      },
    ),
    words: text('What came of it, as a sentence.'),
    error: text('Why it could not be compared.', { nullable: true }),
    compared: integer('How many branches or deliveries were compared, the last time.'),
    missed: integer('How many had not arrived.', { filter: 'range' }),
    recovered: integer('How many of those are in the ledger now.'),
    asked_again: integer('How many the host was asked to send again.'),
    checks: integer('How often the same was found.'),
    began_at: time('When it was found first.', { sort: true, filter: 'range' }),
    checked_at: time('When it was found last.', { sort: true, filter: 'range' }),
    found: json(z.array(object), 'What had not arrived, each with what came of it; at most 200.', { large: true }),
  },
  relationships: { workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace; none for what the host’s app is sent.') },
  read: 'ledger_checks.read',
  subject: { workspace: 'workspaceId' },
}

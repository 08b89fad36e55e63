import { forgeNames } from '../../forge/index.ts'
import { untoldBy } from '../../store/untold.ts'
import { createForgeConnection, deleteForgeConnection, updateForgeConnection } from '../actions/forge-connections.ts'
import { flag, loaded, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, perhapsOne, updatedAt } from './shapes.ts'

export const forgeConnections: Resource = {
  type: 'forge_connections',
  description: 'Accounts at Git hosts. Credentials are never read.',
  table: 'forgeConnections',
  attributes: {
    forge: oneOf(forgeNames, 'The Git host.', { sort: true, filter: 'equal' }),
    name: text('Its name in the address of its webhook.', { sort: true, filter: 'equal' }),
    api_url: text('Where the Git host’s API answers.'),
    app_id: text('The id of the app that it acts as.', { nullable: true }),
    connects_repositories: flag('Whether a signed delivery of an unknown repository connects it as a workspace.', { filter: 'equal' }),
    created_at: createdAt,
    updated_at: updatedAt,
    last_delivery_at: time('When it told something last.', { nullable: true, filter: 'range' }),
    last_error: text('What went wrong last.', { nullable: true }),
    refused: text('How many states of commits the Git host did not let kyozo tell, and why; none when it was told all.', {
      nullable: true,
      source: loaded(['name'], (rows, { db, viewer }) =>
        untoldBy(
          db,
          viewer,
          rows.map((row) => String(row.name)),
        ),
      ),
    }),
  },
  relationships: { created_by: perhapsOne('users', 'createdById', 'Who made it.') },
  create: createForgeConnection,
  update: updateForgeConnection,
  remove: deleteForgeConnection,
  read: 'forge_connections.read',
  subject: {},
}

// Connecting a repository.
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import type { Executor } from '../../store/database.ts'
import { findConnection } from '../../store/workspace-sources.ts'
import {
  assertFreeWorkspaceName,
  findWorkspaceByRepository,
  holdWorkspaceNames,
  createWorkspace as insertWorkspace,
  type Workspace,
} from '../../store/workspaces.ts'
import type { Creation, WriteRequest } from '../resources/resource.ts'
import { type Asked, askWithin, assertNoProblems, audit } from './ask.ts'
import { columnsOf, settings } from './workspace-settings.ts'

export const createWorkspace: Creation = {
  right: 'workspaces.create',
  description: 'Connects a repository: one at a Git host by a forge connection, or an empty one of kyozo’s own to push to.',
  attributes: {
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 lower-case letters, digits and hyphens'),
    repository_id: z.string().min(1).max(100).optional().describe('The repository’s id at its Git host.'),
    repository_name: z
      .string()
      .regex(
        /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]{1,100}(\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]{1,100}){1,20}$/,
        'must be of the form owner/name, or a path of groups and a name',
      )
      .optional(),
    ...settings,
  },
  relationships: { forge_connection: { type: 'forge_connections', isRequired: false } },
  run: async (context, request) =>
    context.db.transaction().execute(async (trx) => {
      const { viewer, attributes } = request
      const source = await sourceOf(trx, request)
      const changes = columnsOf(attributes)
      await holdWorkspaceNames(trx)
      await assertFreeWorkspaceName(trx, String(attributes.name))
      const workspace = await insertWorkspace(trx, { ...changes, ...source, teamId: viewer.teamId, name: String(attributes.name) })
      await audit(trx, context, { viewer, action: 'workspaces.create', subject: subjectOf(workspace), details: { forge: workspace.forge } })
      // What comes of it stands with the operation: a repository that is connected hears of pushes by a check of its branches too.
      if (workspace.connection !== null) await askWithin(trx, context, { asking: { viewer }, asked: registering(workspace) })
      return { kind: 'row' as const, id: workspace.id }
    }),
}

async function sourceOf(trx: Executor, { viewer, attributes, related }: WriteRequest) {
  const connection =
    related.forge_connection === undefined ? undefined : await findConnection(trx, viewer, String(related.forge_connection.id))
  const { repository_id: id, repository_name: fullName } = attributes
  if (connection === undefined) {
    assertNoProblems(['repository_id', 'repository_name'].flatMap((name) => without(name, attributes)))
    return { forge: 'git' as const }
  }
  assertNoProblems(['repository_id', 'repository_name'].flatMap((name) => (attributes[name] === undefined ? [missing(name)] : [])))
  const { forge, name } = connection
  const known = await findWorkspaceByRepository(trx, { forge, connection: name, id: String(id) })
  if (known !== undefined) throw new KyozoError('conflict', `${String(fullName)} is connected already`, { hint: 'use its workspace' })
  return { forge, connection: name, repositoryId: String(id), repositoryName: String(fullName) }
}

function without(name: string, attributes: Readonly<Record<string, unknown>>): Problem[] {
  if (attributes[name] === undefined) return []
  return [
    {
      source: { pointer: `/data/attributes/${name}` },
      message: `${name} is ${JSON.stringify(attributes[name])}, and must be left out without a forge_connection`,
    },
  ]
}

function missing(name: string): Problem {
  return { source: { pointer: '/data/attributes' }, message: `${name} is missing, and must be given with a forge_connection` }
}

export function registering(workspace: Workspace): Asked {
  return {
    operation: { kind: 'register_webhook', workspaceId: workspace.id },
    action: 'workspaces.register_webhook',
    subject: subjectOf(workspace),
    joins: 'open',
  }
}

export function subjectOf({ id, name }: Workspace) {
  return { type: 'workspaces', id, name }
}

// What people ask of a workspace.
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import { checkResources } from '../../stack/settings/resources.ts'
import type { Executor } from '../../store/database.ts'
import { changeWorkspace, followDefaultBranch, runningServices, wantServices } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import { findConnection } from '../../store/workspace-sources.ts'
import {
  assertFreeWorkspaceName,
  createWorkspace,
  findWorkspaceByRepository,
  holdWorkspaceNames,
  type Workspace,
} from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Change, Creation, Removal, Resource, WriteRequest } from '../resources/resource.ts'
import { serviceStatus } from '../resources/service-status.ts'
import { type Asked, type Asking, ask, assertNoProblems, audit } from './ask.ts'
import { branchName } from './environments.ts'
import { analysisInputs, askedAnalysis } from './topology-detections.ts'

const settings = {
  default_branch: branchName.optional(),
  auto_deploy_enabled: z.boolean().optional(),
  container_enabled: z.boolean().optional(),
  container_registry_url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .nullable()
    .optional(),
  deployment_environment: z.enum(['development', 'staging', 'production']).optional(),
  default_resource_limits: z
    .record(z.string().max(40), z.json())
    .optional()
    .describe('`{memory: "512Mi", cpu: "0.5"}` for services that state none.'),
}

const create: Creation = {
  right: 'workspaces.create',
  description: 'Connects a repository: one at a Git host by a forge connection, or an empty one of kyozo’s own to push to.',
  attributes: {
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 lower-case letters, digits and hyphens'),
    repository_id: z.string().min(1).max(100).optional().describe('The repository’s id at its Git host.'),
    repository_name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,100}(\/[A-Za-z0-9_.-]{1,100}){1,5}$/, 'must be of the form owner/name')
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
      const workspace = await createWorkspace(trx, { ...changes, ...source, teamId: viewer.teamId, name: String(attributes.name) })
      await audit(trx, context, { viewer, action: 'workspaces.create', subject: subjectOf(workspace), details: { forge: workspace.forge } })
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

/** Throws `invalid` for limits that are none. */
function columnsOf(attributes: Readonly<Record<string, unknown>>) {
  const limits = attributes.default_resource_limits
  if (limits !== undefined)
    assertNoProblems(checkResources(limits, { pointer: '/data/attributes/default_resource_limits', field: 'default_resource_limits' }))
  const given = {
    defaultBranch: attributes.default_branch as string | undefined,
    autoDeployEnabled: attributes.auto_deploy_enabled as boolean | undefined,
    containerEnabled: attributes.container_enabled as boolean | undefined,
    containerRegistryUrl: attributes.container_registry_url as string | null | undefined,
    deploymentEnvironment: attributes.deployment_environment as Workspace['deploymentEnvironment'] | undefined,
    defaultResourceLimits: limits === undefined ? undefined : JSON.stringify(limits),
  }
  type Given = { [K in keyof typeof given]?: Exclude<(typeof given)[K], undefined> }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Given
}

const update: Change = {
  right: 'workspaces.update',
  description: 'Changes how a workspace is deployed.',
  attributes: settings,
  run: async (context, { viewer, attributes, row }) => {
    await context.db.transaction().execute(async (trx) => {
      const workspace = await lockRow(trx, viewer, 'workspaces', String(row.id))
      const change = columnsOf(attributes)
      if (Object.keys(change).length === 0) return
      await changeWorkspace(trx, workspace.id, change)
      if (change.defaultBranch !== undefined && change.defaultBranch !== workspace.defaultBranch)
        await moveProduction(trx, workspace, change.defaultBranch)
      await audit(trx, context, { viewer, action: 'workspaces.update', subject: subjectOf(workspace), details: { ...attributes } })
    })
    return { kind: 'done' }
  },
}

async function moveProduction(trx: Executor, workspace: Workspace, to: string): Promise<void> {
  const moved = await followDefaultBranch(trx, workspace.id, { from: workspace.defaultBranch, to })
  if (moved === undefined) return
  const message = `default_branch is ${JSON.stringify(to)}, and must not be the branch of another environment: ${moved} follows it`
  assertNoProblems([{ source: { pointer: '/data/attributes/default_branch' }, message }])
}

const remove: Removal = {
  right: 'workspaces.delete',
  description:
    'Removes its environments, its repository here and everything that is known of it. Volumes are kept. While services run, its name confirms it.',
  attributes: { confirm: z.string().max(100).optional() },
  run: (context, request) =>
    askWorkspace(context, request, async (trx, workspace) => ({
      // Its id stands in the input only: the operation outlives its workspace.
      operation: { kind: 'delete_workspace', input: { workspace_id: workspace.id, name: workspace.name } },
      action: 'workspaces.delete',
      joins: 'open',
      store: async () => {
        const running = await runningServices(trx, request.viewer, workspace.id)
        if (running.length > 0 && request.attributes.confirm !== workspace.name)
          throw new KyozoError(
            'state_conflict',
            `${running.length} ${running.length === 1 ? 'service' : 'services'} of ${workspace.name} should run`,
            {
              hint: `stop them first, or send meta.confirm: ${JSON.stringify(workspace.name)}`,
            },
          )
        // Nothing new begins meanwhile.
        await changeWorkspace(trx, workspace.id, { autoDeployEnabled: false })
      },
    })),
}

const analyzeTopology: Action = {
  right: 'workspaces.analyze_topology',
  description: 'Analyzes the tip of a branch, without deploying it.',
  attributes: analysisInputs,
  run: (context, request) =>
    askWorkspace(context, request, async (_trx, workspace) =>
      askedAnalysis(workspace, { branch: request.attributes.branch, action: 'workspaces.analyze_topology' }),
    ),
}

const deployServices: Action = {
  right: 'workspaces.deploy_services',
  description: 'Deploys the tip of every branch that has an environment. Paused environments are left out.',
  attributes: {},
  run: (context, request) =>
    askWorkspace(context, request, async (_trx, workspace) => ({
      operation: { kind: 'deploy_workspace', workspaceId: workspace.id },
      action: 'workspaces.deploy_services',
      joins: 'waiting',
      store: async () => {
        if (!workspace.containerEnabled)
          throw new KyozoError('state_conflict', `containers are off for ${workspace.name}`, {
            hint: 'set container_enabled to true first',
          })
      },
    })),
}

const stopServices: Action = {
  right: 'workspaces.stop_services',
  description: 'Stops every service of every environment; they stay stopped until somebody starts them.',
  attributes: { reason: z.string().trim().max(500).optional() },
  run: (context, request) => {
    const reason = typeof request.attributes.reason === 'string' && request.attributes.reason !== '' ? request.attributes.reason : null
    return askWorkspace(context, request, async (trx, workspace) => ({
      operation: { kind: 'stop_workspace', workspaceId: workspace.id, input: { reason } },
      action: 'workspaces.stop_services',
      details: { reason },
      joins: 'waiting',
      store: async () => {
        const running = await runningServices(trx, request.viewer, workspace.id)
        if (running.length === 0) throw new KyozoError('state_conflict', `no service of ${workspace.name} should run`)
        await wantServices(
          trx,
          request.viewer,
          running.map(({ id }) => id),
          { state: 'stopped', reason },
        )
      },
    }))
  },
}

type OneWorkspace = Asking & { readonly row: Readonly<Record<string, unknown>> }

function askWorkspace(
  context: ActionContext,
  request: OneWorkspace,
  decide: (trx: Executor, workspace: Workspace) => Promise<Omit<Asked, 'subject'>>,
) {
  return ask(context, request, async (trx) => {
    const workspace = await lockRow(trx, request.viewer, 'workspaces', String(request.row.id))
    return { ...(await decide(trx, workspace)), subject: subjectOf(workspace) }
  })
}

function subjectOf({ id, name }: Workspace) {
  return { type: 'workspaces', id, name }
}

export const workspaceWrites: Pick<Resource, 'create' | 'update' | 'remove' | 'actions' | 'views'> = {
  create,
  update,
  remove,
  actions: { analyze_topology: analyzeTopology, deploy_services: deployServices, stop_services: stopServices },
  views: { service_status: serviceStatus },
}

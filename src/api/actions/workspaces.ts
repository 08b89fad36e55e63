// What people ask of a workspace.
import { z } from 'zod'
import { KyozoError } from '../../errors.ts'
import type { Executor } from '../../store/database.ts'
import { changeWorkspace, followDefaultBranch, runningServices, wantServices } from '../../store/intents.ts'
import { lockRow } from '../../store/locking.ts'
import type { Workspace } from '../../store/workspaces.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Change, Removal, Resource } from '../resources/resource.ts'
import { serviceStatus } from '../resources/service-status.ts'
import { type Asked, type Asking, ask, assertNoProblems, audit } from './ask.ts'
import { createWorkspace, registering, subjectOf } from './create-workspace.ts'
import { analysisInputs, askedAnalysis } from './topology-detections.ts'
import { columnsOf, settings } from './workspace-settings.ts'

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

const registerWebhook: Action = {
  right: 'workspaces.register_webhook',
  description: 'Makes the webhook by which the Git host tells of the repository, or puts it right, and sees to it from now on.',
  attributes: {},
  run: (context, request) =>
    askWorkspace(context, request, async (_trx, workspace) => {
      if (workspace.connection === null)
        throw new KyozoError('state_conflict', `${workspace.name} is pushed to directly, and needs no webhook`)
      return registering(workspace)
    }),
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

export const workspaceWrites: Pick<Resource, 'create' | 'update' | 'remove' | 'actions' | 'views'> = {
  create: createWorkspace,
  update,
  remove,
  actions: {
    analyze_topology: analyzeTopology,
    deploy_services: deployServices,
    stop_services: stopServices,
    register_webhook: registerWebhook,
  },
  views: { service_status: serviceStatus },
}

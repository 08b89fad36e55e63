// Looking at a repository without deploying anything.
import type { Executor } from '../../store/database.ts'
import { lockRow } from '../../store/locking.ts'
import type { Workspace } from '../../store/workspaces.ts'
import type { Action, Resource } from '../resources/resource.ts'
import { type Asked, ask } from './ask.ts'
import { branchName } from './environments.ts'

export const analysisInputs = { branch: branchName.optional().describe('The branch to look at. Default is the default branch.') }

const analyze: Action<undefined> = {
  right: 'topology_detections.analyze',
  description: 'Analyzes the tip of a branch of a workspace, without deploying it.',
  attributes: analysisInputs,
  relationships: { workspace: { type: 'workspaces', isRequired: true } },
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const workspace = await lockWorkspace(trx, { viewer: request.viewer, id: String(request.related.workspace?.id) })
      return askedAnalysis(workspace, { branch: request.attributes.branch, action: 'topology_detections.analyze' })
    }),
}

const reanalyze: Action = {
  right: 'topology_detections.reanalyze',
  description: 'Analyzes the workspace of this detection anew, at the tip of its default branch. What was found before is kept.',
  attributes: analysisInputs,
  run: (context, request) =>
    ask(context, request, async (trx) => {
      const detection = await lockRow(trx, request.viewer, 'topologyDetections', String(request.row.id))
      const workspace = await lockWorkspace(trx, { viewer: request.viewer, id: detection.workspaceId })
      const asked = askedAnalysis(workspace, { branch: request.attributes.branch, action: 'topology_detections.reanalyze' })
      return { ...asked, operation: { ...asked.operation, kind: 'reanalyze_topology' } }
    }),
}

function lockWorkspace(
  trx: Executor,
  { viewer, id }: { readonly viewer: Parameters<typeof lockRow>[1]; readonly id: string },
): Promise<Workspace> {
  return lockRow(trx, viewer, 'workspaces', id)
}

export function askedAnalysis(workspace: Workspace, { branch, action }: { readonly branch: unknown; readonly action: string }): Asked {
  const ref = `refs/heads/${typeof branch === 'string' ? branch : workspace.defaultBranch}`
  return {
    operation: { kind: 'analyze_topology', workspaceId: workspace.id, input: { ref } },
    action,
    subject: { type: 'workspaces', id: workspace.id, name: workspace.name },
    details: { ref },
    joins: 'open',
  }
}

export const topologyDetectionActions: Pick<Resource, 'actions' | 'collectionActions'> = {
  actions: { reanalyze },
  collectionActions: { analyze },
}

// What each REST operation does, by its id in GitHub's description, and for whom. Messages and status codes are GitHub's own.
import { createInstallationToken, getApp, getHookConfig, getInstallation, type Manifests, updateHookConfig } from './apps.ts'
import { asApp, type Handler, type OperationCall, reads, writes } from './calls.ts'
import { createCheckRun, getCheckRun, listCheckRuns, updateCheckRun } from './checks.ts'
import { createComment, createReaction, deleteComment, getComment, listComments, listReactions, updateComment } from './comments.ts'
import {
  createDeployment,
  createDeploymentStatus,
  deleteDeployment,
  getDeployment,
  listDeploymentStatuses,
  listDeployments,
} from './deployments.ts'
import {
  createHook,
  deleteHook,
  getAppDelivery,
  getDelivery,
  getHook,
  listAppDeliveries,
  listDeliveries,
  listHooks,
  redeliver,
  redeliverOfApp,
  updateHook,
} from './hooks.ts'
import type { Operation } from './openapi.ts'
import { getPermission, getRef, getRepository, getUser, getUserById, listBranches } from './places.ts'
import { createPull, getPull, listPulls, updatePull } from './pulls.ts'
import { createStatus, getCombinedStatus, listStatuses } from './statuses.ts'
import { type Answer, failure, type World } from './world.ts'

const handlers: Readonly<Record<string, Handler>> = {
  'users/get-authenticated': getUser,
  'users/get-by-id': getUserById,
  'repos/get': reads('metadata', getRepository),
  'repos/list-branches': reads('contents', listBranches),
  'git/get-ref': reads('contents', getRef),
  'repos/get-collaborator-permission-level': reads('metadata', getPermission),
  'repos/create-commit-status': writes('statuses', createStatus),
  'repos/get-combined-status-for-ref': reads('statuses', getCombinedStatus),
  'repos/list-commit-statuses-for-ref': reads('statuses', listStatuses),
  'checks/create': writes('checks', createCheckRun),
  'checks/update': writes('checks', updateCheckRun),
  'checks/get': reads('checks', getCheckRun),
  'checks/list-for-ref': reads('checks', listCheckRuns),
  'repos/create-deployment': writes('deployments', createDeployment),
  'repos/list-deployments': reads('deployments', listDeployments),
  'repos/get-deployment': reads('deployments', getDeployment),
  'repos/delete-deployment': writes('deployments', deleteDeployment),
  'repos/create-deployment-status': writes('deployments', createDeploymentStatus),
  'repos/list-deployment-statuses': reads('deployments', listDeploymentStatuses),
  'pulls/list': reads('pull_requests', listPulls),
  'pulls/get': reads('pull_requests', getPull),
  'pulls/create': writes('pull_requests', createPull),
  'pulls/update': writes('pull_requests', updatePull),
  // What stands below a pull request goes by the permission for pull requests, whatever the address says.
  'issues/list-comments': reads(['pull_requests', 'issues'], listComments),
  'issues/create-comment': writes('pull_requests', createComment),
  'issues/get-comment': reads(['pull_requests', 'issues'], getComment),
  'issues/update-comment': writes('pull_requests', updateComment),
  'issues/delete-comment': writes('pull_requests', deleteComment),
  'reactions/create-for-issue-comment': writes('pull_requests', createReaction),
  'reactions/list-for-issue-comment': reads(['pull_requests', 'issues'], listReactions),
  'repos/list-webhooks': reads('repository_hooks', listHooks),
  'repos/create-webhook': writes('repository_hooks', createHook),
  'repos/get-webhook': reads('repository_hooks', getHook),
  'repos/update-webhook': writes('repository_hooks', updateHook),
  'repos/delete-webhook': writes('repository_hooks', deleteHook),
  'repos/list-webhook-deliveries': reads('repository_hooks', listDeliveries),
  'repos/get-webhook-delivery': reads('repository_hooks', getDelivery),
  'repos/redeliver-webhook-delivery': writes('repository_hooks', redeliver),
  'apps/get-authenticated': asApp(getApp),
  'apps/get-webhook-config-for-app': asApp(getHookConfig),
  'apps/update-webhook-config-for-app': asApp(updateHookConfig),
  'apps/list-webhook-deliveries': asApp(listAppDeliveries),
  'apps/get-webhook-delivery': asApp(getAppDelivery),
  'apps/redeliver-webhook-delivery': asApp(redeliverOfApp),
  'apps/get-repo-installation': asApp(getInstallation),
  'apps/create-installation-access-token': asApp(createInstallationToken),
}

/** What makes or changes something that people see, which GitHub limits more closely. */
const contentOperations: ReadonlySet<string> = new Set([
  'repos/create-commit-status',
  'checks/create',
  'checks/update',
  'repos/create-deployment',
  'repos/create-deployment-status',
  'pulls/create',
  'pulls/update',
  'issues/create-comment',
  'issues/update-comment',
  'reactions/create-for-issue-comment',
  'repos/create-webhook',
  'repos/redeliver-webhook-delivery',
  'apps/redeliver-webhook-delivery',
])

export function isContent(operation: Operation): boolean {
  return contentOperations.has(operation.id)
}

export async function perform(world: World, call: OperationCall, manifests: Manifests): Promise<Answer> {
  if (call.caller.kind === 'bad_credentials') return failure(401, call.caller.message)
  if (call.operation.id === 'apps/create-from-manifest') return manifests.convert(world, call)
  const handler = handlers[call.operation.id]
  return handler === undefined ? failure(501, `the double does not implement ${call.operation.id}`) : handler(world, call)
}

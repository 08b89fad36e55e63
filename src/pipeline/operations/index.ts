// Every kind of operation: the list is the truth.

import { writeCompose } from '../commit-back/write-compose.ts'
import { commandPullRequest } from '../pull-requests/command.ts'
import { followPullRequest } from '../pull-requests/follow.ts'
import { followFailed } from '../pull-requests/unread.ts'
import { registerWebhook } from '../webhooks.ts'
import { analyzeTopology } from './analysis.ts'
import { replayDelivery } from './deliveries.ts'
import { deployEnvironmentTip, pauseEnvironment, resumeEnvironment } from './environments.ts'
import type { OperationFailure, OperationWork } from './operation.ts'
import { cancelRelease, rollbackRelease } from './releases.ts'
import { deleteEnvironment, deleteWorkspace } from './removal.ts'
import { deployService, obeyDesiredState, obeySettings, restartService } from './services.ts'
import { deployWorkspace, stopWorkspace } from './workspaces.ts'

export const operationKinds: Readonly<Record<string, OperationWork>> = {
  deploy_service: deployService,
  restart_service: restartService,
  start_service: obeyDesiredState,
  stop_service: obeyDesiredState,
  destroy_service: obeyDesiredState,
  scale_service: obeySettings,
  update_service: obeySettings,
  create_service: obeySettings,
  analyze_topology: analyzeTopology,
  reanalyze_topology: analyzeTopology,
  deploy_environment: deployEnvironmentTip,
  pause_environment: pauseEnvironment,
  resume_environment: resumeEnvironment,
  delete_environment: deleteEnvironment,
  deploy_workspace: deployWorkspace,
  stop_workspace: stopWorkspace,
  delete_workspace: deleteWorkspace,
  rollback_release: rollbackRelease,
  cancel_release: cancelRelease,
  replay_delivery: replayDelivery,
  register_webhook: registerWebhook,
  follow_pull_request: followPullRequest,
  command_pull_request: commandPullRequest,
  write_compose: writeCompose,
}

/** Of those that somebody waits for who does not look at operations. */
export const operationFailures: Readonly<Record<string, OperationFailure>> = {
  follow_pull_request: followFailed,
}

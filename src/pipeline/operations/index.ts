// Every kind of operation: the list is the truth.
import type { OperationWork } from './operation.ts'
import { deployService, obeyDesiredState, obeySettings, restartService } from './services.ts'

export const operationKinds: Readonly<Record<string, OperationWork>> = {
  deploy_service: deployService,
  restart_service: restartService,
  start_service: obeyDesiredState,
  stop_service: obeyDesiredState,
  destroy_service: obeyDesiredState,
  scale_service: obeySettings,
  update_service: obeySettings,
  create_service: obeySettings,
}

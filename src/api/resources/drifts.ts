import { driftActions } from '../actions/drifts.ts'
import { oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { one, perhapsOne } from './shapes.ts'

export const drifts: Resource = {
  type: 'drifts',
  description: 'A difference between what runs and what the live release says, from when it was found until it was over.',
  table: 'drifts',
  attributes: {
    service: text('The name of the service; empty for the network and volumes.', { sort: true, filter: 'equal' }),
    container_id: text('The container; empty for what no container is.', { filter: 'equal' }),
    field: text('What differs, such as `limits.memory` or `labels.kyozo.service`.', { sort: true, filter: 'equal' }),
    expected: text('What the live release says.'),
    actual: text('What was found. Values of variables are not told.'),
    ending: oneOf(['repaired', 'adopted', 'restored', 'gone'], 'How it was over; null while it is open.', {
      nullable: true,
      filter: 'equal',
    }),
    found_at: time('When it was found.', { sort: true, filter: 'range' }),
    ended_at: time('When it was over.', { nullable: true, filter: 'range' }),
    restore_requested_at: time('When somebody asked to put it back.', { nullable: true, filter: 'range' }),
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    environment: one('environments', 'environmentId', 'The environment.'),
    service_instance: perhapsOne('service_instances', 'serviceInstanceId', 'The service.'),
    repair: perhapsOne('repairs', 'repairId', 'What put it right.'),
  },
  read: 'drifts.read',
  subject: { workspace: 'workspaceId', service: 'serviceInstanceId' },
  ...driftActions,
}

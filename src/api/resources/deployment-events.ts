import { eventTypes } from '../../store/tables/services.ts'
import { integer, json, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { object, one, perhapsOne } from './shapes.ts'

export const deploymentEvents: Resource = {
  type: 'deployment_events',
  description: 'What happened to a service, numbered without a gap.',
  table: 'deploymentEvents',
  attributes: {
    event_type: oneOf(eventTypes, 'What happened.', { filter: 'equal' }),
    event_data: json(object, 'What there is to know about it; which members depends on the type.'),
    error_message: text('What failed.', { nullable: true }),
    duration_ms: integer('How long it took.', { nullable: true, filter: 'range' }),
    sequence_number: integer('Its number among the events of its service, from 1.', { filter: 'range' }),
    triggered_by: text('Who or what made it happen.', { nullable: true, filter: 'equal' }),
    occurred_at: time('When.', { sort: true, filter: 'range' }),
  },
  relationships: {
    service_instance: one('service_instances', 'serviceInstanceId', 'The service.'),
    release: perhapsOne('releases', 'releaseId', 'The release that it belongs to.'),
    operation: perhapsOne('operations', 'operationId', 'The operation that it belongs to.'),
    triggered_by_user: perhapsOne('users', 'triggeredById', 'Who made it happen.'),
  },
  sortWithinService: ['-occurred_at'],
  read: 'deployment_events.read',
  subject: { service: 'serviceInstanceId' },
}

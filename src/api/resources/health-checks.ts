import { integer, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { one } from './shapes.ts'

export const healthChecks: Resource = {
  type: 'health_checks',
  description: 'How the health of a service was.',
  table: 'healthChecks',
  attributes: {
    check_type: oneOf(['http', 'tcp', 'exec', 'grpc', 'docker'], 'How it was looked at.', { filter: 'equal' }),
    status: oneOf(['healthy', 'unhealthy', 'unknown'], 'What was seen.', { filter: 'equal' }),
    response_time_ms: integer('How long the answer took.', { nullable: true, filter: 'range' }),
    error_message: text('What was wrong.', { nullable: true }),
    checked_at: time('When.', { sort: true, filter: 'range' }),
  },
  relationships: { service_instance: one('service_instances', 'serviceInstanceId', 'The service.') },
  sortWithinService: ['-checked_at'],
  read: 'health_checks.read',
  subject: { service: 'serviceInstanceId' },
}

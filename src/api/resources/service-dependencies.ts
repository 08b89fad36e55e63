import { integer, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, one } from './shapes.ts'

export const serviceDependencies: Resource = {
  type: 'service_dependencies',
  description: 'Which service needs which.',
  table: 'serviceDependencies',
  attributes: {
    dependency_type: oneOf(['requires', 'optional', 'conflicts'], 'How much it needs it.', { sort: true, filter: 'equal' }),
    startup_order: integer('What starts earlier has a smaller number.', { sort: true, filter: 'range' }),
    environment_variable: text('The variable that leads there.', { nullable: true, filter: 'equal' }),
    connection_template: text('How the variable’s value is made.', { nullable: true }),
    created_at: createdAt,
  },
  relationships: {
    service_instance: one('service_instances', 'serviceInstanceId', 'The service that needs.'),
    depends_on: one('service_instances', 'dependsOnId', 'The service that is needed.'),
  },
  read: 'service_dependencies.read',
  subject: { service: 'serviceInstanceId' },
}

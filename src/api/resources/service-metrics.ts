import { metricTypes } from '../../store/tables/services.ts'
import { json, number, oneOf, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { object, one } from './shapes.ts'

export const serviceMetrics: Resource = {
  type: 'service_metrics',
  description: 'What a service used, sample after sample.',
  table: 'serviceMetrics',
  idKind: 'sequence',
  attributes: {
    metric_type: oneOf(metricTypes, 'What was measured.', { filter: 'equal' }),
    value: number('How much, in its unit.', { filter: 'range' }),
    unit: oneOf(['percent', 'bytes', 'bytes_per_second', 'count', 'per_second'], 'The unit of the value.', { filter: 'equal' }),
    metadata: json(object, 'What else was known.', { nullable: true }),
    recorded_at: time('When.', { sort: true, filter: 'range' }),
  },
  relationships: { service_instance: one('service_instances', 'serviceInstanceId', 'The service.') },
  sortWithinService: ['-recorded_at'],
  read: 'service_metrics.read',
  subject: { service: 'serviceInstanceId' },
}

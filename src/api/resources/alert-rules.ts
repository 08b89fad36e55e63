import { z } from 'zod'
import { metricTypes } from '../../store/tables/services.ts'
import { alertRuleWrites } from '../actions/alert-rules.ts'
import { flag, integer, number, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many, perhapsOne, updatedAt } from './shapes.ts'

export const alertRules: Resource = {
  type: 'alert_rules',
  description: 'When somebody wants to be told.',
  table: 'alertRules',
  attributes: {
    name: text('What it is called.', { sort: true, filter: 'equal' }),
    condition: oneOf(
      ['service_unhealthy', 'service_stopped', 'release_failed', 'host_not_told', 'metric_above', 'metric_below'],
      'What it looks for.',
      {
        sort: true,
        filter: 'equal',
      },
    ),
    metric_type: oneOf(metricTypes, 'What is measured; only for metrics.', { nullable: true, filter: 'equal' }),
    threshold: number('The value that is too high or too low; only for metrics.', { nullable: true, shape: z.number().min(0) }),
    for_seconds: integer('How long it must hold.', { shape: z.int().min(0).max(86_400) }),
    is_enabled: flag('Whether it is looked at.', { filter: 'equal' }),
    created_at: createdAt,
    updated_at: updatedAt,
  },
  relationships: {
    workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace that it is about; none is all of the team.'),
    environment: perhapsOne('environments', 'environmentId', 'The environment that it is about.'),
    service_instance: perhapsOne('service_instances', 'serviceInstanceId', 'The service that it is about.'),
    created_by: perhapsOne('users', 'createdById', 'Who made it.'),
    alerts: many('alerts', 'alertRuleId', { description: 'What came of it.' }),
  },
  read: 'alert_rules.read',
  subject: { workspace: 'workspaceId', service: 'serviceInstanceId' },
  ...alertRuleWrites,
}

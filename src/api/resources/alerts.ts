import { alertActions } from '../actions/alerts.ts'
import { number, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { one, perhapsOne } from './shapes.ts'

export const alerts: Resource = {
  type: 'alerts',
  description: 'Something that a rule found, until it is over.',
  table: 'alerts',
  attributes: {
    state: oneOf(['open', 'acknowledged', 'resolved'], 'How it stands.', { sort: true, filter: 'equal' }),
    words: text('What is wrong, as a sentence.'),
    value: number('The value that was too high or too low.', { nullable: true }),
    opened_at: time('Since when.', { sort: true, filter: 'range' }),
    acknowledged_at: time('When somebody took it on.', { nullable: true, filter: 'range' }),
    resolved_at: time('When it was over.', { nullable: true, filter: 'range' }),
  },
  relationships: {
    alert_rule: one('alert_rules', 'alertRuleId', 'The rule that found it.'),
    workspace: perhapsOne('workspaces', 'workspaceId', 'The workspace that it is about.'),
    environment: perhapsOne('environments', 'environmentId', 'The environment that it is about.'),
    service_instance: perhapsOne('service_instances', 'serviceInstanceId', 'The service that it is about.'),
    release: perhapsOne('releases', 'releaseId', 'The release that it is about.'),
    acknowledged_by: perhapsOne('users', 'acknowledgedById', 'Who took it on.'),
  },
  read: 'alerts.read',
  subject: { workspace: 'workspaceId', service: 'serviceInstanceId' },
  ...alertActions,
}

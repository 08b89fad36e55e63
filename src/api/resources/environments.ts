import { environmentWrites } from '../actions/environments.ts'
import { integer, oneOf, text, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many, one, perhapsOne, updatedAt } from './shapes.ts'

const attributes: Resource['attributes'] = {
  name: text('Its name in statuses and addresses.', { sort: true, filter: 'equal' }),
  ref: text('The Git reference that it follows.', { sort: true, filter: 'equal' }),
  kind: oneOf(['branch', 'preview'], 'A branch, or a pull request.', { sort: true, filter: 'equal' }),
  project: text('The compose project of its containers.', { filter: 'equal' }),
  host_label: text('Its name below the base domain.', { filter: 'equal' }),
  pull_request_id: text('The number of the pull request.', { nullable: true, filter: 'equal' }),
  analyzed_sha: text('The commit that was analyzed last.', { nullable: true }),
  analyzed_tree: text('The tree of that commit: the base of the next difference.', { nullable: true }),
  generation: integer('Counts the releases that were allowed to act.'),
  paused_by: text('Who paused it; null while pushes deploy.', { nullable: true }),
  paused_at: time('Since when it is paused.', { nullable: true, filter: 'range' }),
  pause_reason: text('Why it is paused.', { nullable: true }),
  expires_at: time('When it will be removed.', { nullable: true, filter: 'range' }),
  created_at: createdAt,
  updated_at: updatedAt,
}

const relationships: Resource['relationships'] = {
  workspace: one('workspaces', 'workspaceId', 'The workspace.'),
  live_release: perhapsOne('releases', 'liveReleaseId', 'The release that serves.'),
  paused_by_user: perhapsOne('users', 'pausedById', 'Who paused it.'),
  pull_requests: many('pull_requests', 'environmentId', { description: 'The pull request that it is a preview of.' }),
  releases: many('releases', 'environmentId', { description: 'Its commits that were to run.' }),
  service_instances: many('service_instances', 'environmentId', { description: 'Its services.' }),
  secrets: many('secrets', 'environmentId', { description: 'Names of its own secrets.' }),
  operations: many('operations', 'environmentId', { description: 'What was asked for.' }),
  repairs: many('repairs', 'environmentId', { description: 'What was put right without a release.' }),
  drifts: many('drifts', 'environmentId', { description: 'Differences between what runs and what was released.' }),
  port_allocations: many('port_allocations', 'environmentId', { description: 'Ports of the machine that its services were promised.' }),
  alert_rules: many('alert_rules', 'environmentId', { description: 'When somebody wants to be told.' }),
  alerts: many('alerts', 'environmentId', { description: 'What came of its alert rules.' }),
}

export const environments: Resource = {
  type: 'environments',
  description: 'A branch or a pull request of a workspace that runs.',
  table: 'environments',
  attributes,
  relationships,
  read: 'environments.read',
  subject: { workspace: 'workspaceId' },
  ...environmentWrites,
}

export const previews: Resource = {
  type: 'previews',
  description: 'The environments of pull requests.',
  table: 'environments',
  where: { kind: 'preview' },
  attributes,
  relationships,
  read: 'previews.read',
  subject: { workspace: 'workspaceId' },
}

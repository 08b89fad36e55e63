import { forgeNames } from '../../forge/index.ts'
import { workspaceWrites } from '../actions/workspaces.ts'
import { flag, json, oneOf, text } from './attribute.ts'
import type { Resource } from './resource.ts'
import { createdAt, many, object, one, quantities, updatedAt } from './shapes.ts'

export const workspaces: Resource = {
  type: 'workspaces',
  description: 'A repository whose folders run as services.',
  table: 'workspaces',
  attributes: {
    name: text('Its name in addresses, host names and container names.', { sort: true, filter: 'equal' }),
    forge: oneOf(['git', ...forgeNames], 'Where the repository is; `git` is kyozo’s own.', { sort: true, filter: 'equal' }),
    connection: text('The name of the account at the Git host.', { nullable: true, filter: 'equal' }),
    repository_name: text('The repository’s name at its Git host.', { nullable: true, filter: 'equal' }),
    repository_url: text('Where the repository can be looked at.', { nullable: true }),
    default_branch: text('The branch that is the environment production.', { filter: 'equal' }),
    container_enabled: flag('Whether its services may run.', { filter: 'equal' }),
    auto_deploy_enabled: flag('Whether a push deploys.', { filter: 'equal' }),
    keeps_webhook: flag('Whether kyozo sees to its webhook at the Git host.', { filter: 'equal' }),
    container_registry_url: text('Where images are pushed to; null is nowhere.', { nullable: true }),
    deployment_environment: oneOf(['development', 'staging', 'production'], 'What its services are run for.', { filter: 'equal' }),
    default_resource_limits: json(quantities, 'Limits of services that state none.'),
    service_topology: json(object, 'What the newest analysis found in the repository.', { nullable: true, large: true }),
    created_at: createdAt,
    updated_at: updatedAt,
  },
  relationships: {
    team: one('teams', 'teamId', 'Whose it is.'),
    environments: many('environments', 'workspaceId', { description: 'Its branches and pull requests that run.' }),
    pull_requests: many('pull_requests', 'workspaceId', { description: 'Pull requests that were heard of.' }),
    service_instances: many('service_instances', 'workspaceId', { description: 'Its services, in all environments.' }),
    releases: many('releases', 'workspaceId', { description: 'Its commits that were to run.' }),
    deliveries: many('deliveries', 'workspaceId', { description: 'What its Git host told.' }),
    ledger_checks: many('ledger_checks', 'workspaceId', { description: 'What came of comparing that with what the Git host says.' }),
    files: many('files', 'workspaceId', { description: 'The files that told what its folders are.' }),
    topology_detections: many('topology_detections', 'workspaceId', { description: 'What analyses found.' }),
    secrets: many('secrets', 'workspaceId', { description: 'Names of its secrets.' }),
    operations: many('operations', 'workspaceId', { description: 'What was asked for.' }),
    service_permissions: many('service_permissions', 'workspaceId', { description: 'Who may do what.' }),
    alert_rules: many('alert_rules', 'workspaceId', { description: 'When somebody wants to be told.' }),
    alerts: many('alerts', 'workspaceId', { description: 'What came of its alert rules.' }),
  },
  read: 'workspaces.read',
  subject: { workspace: 'id' },
  ...workspaceWrites,
}

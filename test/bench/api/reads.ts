// The ten reads that dashboards and scripts ask for most: the address at kyozo, and the statement that gives the same rows by itself.
import type { Seeded } from './seed.ts'

export interface Read {
  readonly name: string
  /** Below /api/v1. */
  path(seeded: Seeded): string
  /** What a bare server would ask the database; `$1` is the id in the path. Several are asked one after the other. */
  readonly statements: readonly string[]
}

const hour = 3_600_000

export const reads: readonly Read[] = [
  { name: 'workspaces', path: () => '/workspaces', statements: [page('workspaces', workspaceColumns())] },
  {
    name: 'one workspace',
    path: ({ workspaces }) => `/workspaces/${any(workspaces)}`,
    statements: [`select ${workspaceColumns()}, service_topology from workspaces where id = $1`],
  },
  {
    name: 'status of a workspace’s services',
    path: ({ workspaces }) => `/workspaces/${any(workspaces)}/service_status`,
    statements: [
      'select e.*, r.sha, r.state, r.reason from environments e left join releases r on r.id = e.live_release_id where e.workspace_id = $1',
      'select id, environment_id, name, status, health_status, status_reason, url, scaling_config from service_instances where workspace_id = $1 and removed_at is null',
    ],
  },
  {
    name: 'services of a workspace, with their environments',
    path: ({ workspaces }) => `/service_instances?filter[workspace]=${any(workspaces)}&include=environment`,
    statements: [
      `${page('service_instances', '*', 'workspace_id = $1 and removed_at is null')}`,
      'select * from environments where workspace_id = $1',
    ],
  },
  {
    name: 'one service',
    path: ({ services }) => `/service_instances/${any(services)}`,
    statements: [
      'select * from service_instances where id = $1',
      `select m.* from unnest(array['cpu', 'memory']) type, lateral (select metric_type, value, recorded_at from service_metrics
        where service_instance_id = $1 and metric_type = type order by recorded_at desc limit 1) m`,
    ],
  },
  {
    name: 'events of a service',
    path: ({ services }) => `/service_instances/${any(services)}/events`,
    statements: ['select * from deployment_events where service_instance_id = $1 order by occurred_at desc limit 50'],
  },
  {
    name: 'metrics of a service, the last hour',
    path: ({ services }) =>
      `/service_instances/${any(services)}/metrics?page[size]=200&filter[recorded_at][gte]=${new Date(Date.now() - hour).toISOString()}`,
    statements: [
      `select * from service_metrics where service_instance_id = $1 and recorded_at >= now() - interval '1 hour' order by recorded_at desc limit 200`,
    ],
  },
  { name: 'releases', path: () => '/releases', statements: [page('releases', releaseColumns())] },
  {
    name: 'one release, with plan and documents',
    path: ({ releases }) => `/releases/${any(releases)}`,
    statements: [
      `select ${releaseColumns()}, diff, topology, plan, plan_text, stack_spec ->> 'documentText' as compose, stack_spec ->> 'overlayText' as overlay, stack_spec -> 'differences' as differences from releases where id = $1`,
      'select * from release_services where release_id = $1 order by service',
    ],
  },
  { name: 'operations', path: () => '/operations', statements: [page('operations', '*')] },
]

function any(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)]!
}

/** A page as the API gives it when nothing is said of its size. */
function page(table: string, columns: string, where = 'team_id = (select id from teams limit 1)'): string {
  return `select ${columns} from ${table} where ${where} order by id desc limit 50`
}

function workspaceColumns(): string {
  return 'id, team_id, name, forge, connection, repository_name, repository_url, default_branch, container_enabled, auto_deploy_enabled, container_registry_url, deployment_environment, default_resource_limits, created_at, updated_at'
}

function releaseColumns(): string {
  return 'id, team_id, workspace_id, environment_id, ref, sha, tree, state, stage, reason, error_code, superseded_by, generation, attempt, timings, triggered_by, triggered_by_id, options, cancel_requested_at, cancel_requested_by, created_at, started_at, finished_at'
}

// The one table that states who may what. The API, GraphQL, the live stream and Git ask it; docs/permissions.md is made from it, and
// test/api/authorisation.test.ts walks every door as everybody and compares. Pure: a viewer's role, scopes and grants come as data.
import { KyozoError } from '../errors.ts'
import type { PermissionType, TokenScope } from '../store/tables/access.ts'
import type { Viewer } from '../store/viewer.ts'

/** What is asked for: `member` is any member of the team, `admin` an admin or owner; a permission is an admin's, or a member's who was granted it. */
export type Need = 'member' | 'admin' | 'owner' | PermissionType

interface Right {
  readonly need: Need
  /** What a token must be made for. */
  readonly scope: TokenScope
}

const reading = (need: Need = 'member'): Right => ({ need, scope: 'read' })
const deploying = (need: Need): Right => ({ need, scope: 'deploy' })
const configuring = (need: Need): Right => ({ need, scope: 'configure' })
const administering = (need: Need = 'admin'): Right => ({ need, scope: 'admin' })

/** `<resource type>.<verb>`. Reading a resource is listing it, showing it, including it and following it live. */
export const rights = {
  'teams.read': reading(),
  /** Of the default team only: who runs kyozo says who else may. */
  'teams.create': administering('owner'),
  'teams.update': administering('owner'),
  /** The people and programs of one's own team. */
  'users.read': reading(),
  'members.read': reading(),
  'members.update': administering(),
  'members.delete': administering(),
  'invitations.read': administering(),
  'invitations.create': administering(),
  'invitations.delete': administering(),
  /** One's own; an admin sees and revokes everybody's. */
  'api_tokens.read': reading(),
  'api_tokens.create': administering('member'),
  'api_tokens.delete': administering('member'),
  'service_permissions.read': reading(),
  'service_permissions.create': administering(),
  'service_permissions.revoke': administering(),
  'audit_events.read': administering(),
  'instance.read': reading(),
  /** Figures of all teams together: of the first team only. */
  'instance.measure': reading('admin'),

  'workspaces.read': reading(),
  'workspaces.create': configuring('admin'),
  'workspaces.update': configuring('modify_config'),
  'workspaces.delete': administering(),
  'workspaces.analyze_topology': deploying('deploy_service'),
  'workspaces.deploy_services': deploying('deploy_service'),
  'workspaces.stop_services': deploying('stop_service'),
  'workspaces.service_status': reading(),
  'workspaces.register_webhook': configuring('modify_config'),
  'files.read': reading(),
  'topology_detections.read': reading(),
  'topology_detections.analyze': deploying('deploy_service'),
  'topology_detections.reanalyze': deploying('deploy_service'),

  'environments.read': reading(),
  'environments.create': configuring('modify_config'),
  'environments.update': configuring('modify_config'),
  'environments.delete': configuring('delete_service'),
  'environments.deploy': deploying('deploy_service'),
  'environments.pause': deploying('stop_service'),
  'environments.resume': deploying('deploy_service'),
  'previews.read': reading(),
  'pull_requests.read': reading(),
  'pull_requests.review': deploying('deploy_service'),
  'pull_requests.deploy': deploying('deploy_service'),
  'pull_requests.destroy': deploying('stop_service'),
  'pull_requests.approve': deploying('deploy_service'),

  'deliveries.read': reading(),
  'ledger_checks.read': reading(),
  'deliveries.replay': deploying('deploy_service'),
  'releases.read': reading(),
  'releases.rollback': deploying('deploy_service'),
  'releases.cancel': deploying('deploy_service'),
  'release_services.read': reading(),
  'log_lines.read': reading('view_logs'),
  'operations.read': reading(),
  'dead_letters.read': reading(),
  'dead_letters.retry': deploying('deploy_service'),
  'repairs.read': reading(),
  'drifts.read': reading(),
  'drifts.adopt': configuring('modify_config'),
  'drifts.restore': deploying('deploy_service'),

  'service_instances.read': reading(),
  'service_instances.create': configuring('modify_config'),
  'service_instances.update': configuring('modify_config'),
  'service_instances.delete': configuring('delete_service'),
  'service_instances.deploy': deploying('deploy_service'),
  'service_instances.start': deploying('deploy_service'),
  'service_instances.stop': deploying('stop_service'),
  'service_instances.restart': deploying('stop_service'),
  'service_instances.scale': deploying('scale_service'),
  'service_instances.logs': reading('view_logs'),
  'deployment_events.read': reading(),
  'service_dependencies.read': reading(),
  'health_checks.read': reading(),
  'service_metrics.read': reading(),
  'port_allocations.read': reading(),

  /** Names and versions; a value is never read. */
  'secrets.read': reading('modify_config'),
  'secrets.create': configuring('modify_config'),
  'secrets.update': configuring('modify_config'),
  'secrets.delete': configuring('modify_config'),
  'forge_connections.read': administering(),
  'forge_connections.create': administering(),
  'forge_connections.update': administering(),
  'forge_connections.delete': administering(),

  'alert_rules.read': reading(),
  'alert_rules.create': configuring('modify_config'),
  'alert_rules.update': configuring('modify_config'),
  'alert_rules.delete': configuring('modify_config'),
  'alerts.read': reading(),
  'alerts.acknowledge': deploying('view_logs'),

  /** Cloning and fetching over HTTP. A push to a new name also asks for workspaces.create. */
  'git.read': reading(),
  'git.push': deploying('deploy_service'),
} as const satisfies Record<string, Right>

export type RightName = keyof typeof rights

/** What a permission is asked for. Without a workspace only an admin has it; without a service, a grant for the whole workspace is needed. */
export interface Subject {
  readonly workspaceId?: string | null
  readonly serviceInstanceId?: string | null
}

/** Undefined when the viewer may, else why not and who can help, as a sentence. */
export function reasonToRefuse(viewer: Viewer, right: RightName, subject: Subject = {}): string | undefined {
  const { need, scope } = rights[right]
  if (!viewer.scopes.includes(scope)) return `this token may not be used for ${right}: it was made without the scope ${scope}`
  if (isAllowed(viewer, need, subject)) return undefined
  if (need === 'owner') return `${right} is for owners of the team; ask one of them`
  if (need === 'admin') return `${right} is for owners and admins of the team; ask one of them`
  return `${right} needs the permission ${need} for this ${subject.serviceInstanceId ? 'service or its workspace' : 'workspace'}; an owner or admin of the team can grant it`
}

export function may(viewer: Viewer, right: RightName, subject: Subject = {}): boolean {
  return reasonToRefuse(viewer, right, subject) === undefined
}

/** Throws `forbidden` with the reason. */
export function assertMay(viewer: Viewer, right: RightName, subject: Subject = {}): void {
  const reason = reasonToRefuse(viewer, right, subject)
  if (reason !== undefined) throw new KyozoError('forbidden', reason)
}

function isAllowed(viewer: Viewer, need: Need, { workspaceId, serviceInstanceId }: Subject): boolean {
  switch (need) {
    case 'member':
      return true
    case 'owner':
      return viewer.role === 'owner'
    case 'admin':
      return viewer.role !== 'member'
    default:
      return (
        viewer.role !== 'member' ||
        viewer.grants.some(
          (grant) =>
            grant.permission === need &&
            grant.workspaceId === workspaceId &&
            (grant.serviceInstanceId === null || grant.serviceInstanceId === serviceInstanceId),
        )
      )
  }
}

/** Undefined when there can be rows that the viewer may read, else why not. Which rows is `reachOf`. */
export function reasonToRefuseReading(viewer: Viewer, right: RightName): string | undefined {
  const reason = reasonToRefuse(viewer, right)
  if (reason === undefined || !viewer.scopes.includes(rights[right].scope)) return reason
  const reach = reachOf(viewer, right)
  return reach.kind === 'some' && reach.workspaces.length + reach.services.length > 0 ? undefined : reason
}

/**
 * Which rows of a resource the viewer may read, where reading needs a permission: all of the team, or those of some workspaces and services.
 * `none` is empty lists. Data for the data layer, so that a listing can be narrowed before it is counted.
 */
export type Reach =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly workspaces: readonly string[]; readonly services: readonly string[] }

export function reachOf(viewer: Viewer, right: RightName): Reach {
  const { need } = rights[right]
  if (viewer.role !== 'member' || need === 'member') return { kind: 'all' }
  const granted = viewer.grants.filter((grant) => grant.permission === need)
  return {
    kind: 'some',
    workspaces: granted.filter((grant) => grant.serviceInstanceId === null).map((grant) => grant.workspaceId),
    services: granted.flatMap((grant) => grant.serviceInstanceId ?? []),
  }
}

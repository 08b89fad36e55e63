// The tables as kysely sees them; migrations/ made them. Columns are camel case here and snake case in the database. This file is the list.
import type { Generated } from 'kysely'
import type * as access from './tables/access.ts'
import type { Time } from './tables/columns.ts'
import type * as git from './tables/git.ts'
import type * as secrets from './tables/secrets.ts'
import type * as services from './tables/services.ts'

export interface Tables {
  instance: { isOnly: Generated<boolean>; id: string; createdAt: Time }
  teams: access.TeamTable
  users: access.UserTable
  sessions: access.SessionTable
  accounts: access.AccountTable
  deviceCodes: access.DeviceCodeTable
  members: access.MemberTable
  invitations: access.InvitationTable
  apiKeys: access.ApiKeyTable
  servicePermissions: access.ServicePermissionTable
  auditEvents: access.AuditEventTable
  liveEvents: access.LiveEventTable
  liveLogBatches: access.LiveLogBatchTable
  workspaces: git.WorkspaceTable
  environments: git.EnvironmentTable
  deliveries: git.DeliveryTable
  releases: git.ReleaseTable
  releaseServices: git.ReleaseServiceTable
  logChunks: git.LogChunkTable
  outbox: git.OutboxTable
  forgeConnections: git.ForgeConnectionTable
  sealingKeys: access.SealingKeyTable
  secrets: secrets.SecretTable
  retiredSecrets: secrets.RetiredSecretTable
  serviceInstances: services.ServiceInstanceTable
  routes: services.RouteTable
  files: services.FileTable
  topologyDetections: services.TopologyDetectionTable
  deploymentEvents: services.DeploymentEventTable
  serviceDependencies: services.ServiceDependencyTable
  healthChecks: services.HealthCheckTable
  serviceMetrics: services.ServiceMetricTable
  serviceMetricRollups: services.ServiceMetricRollupTable
  portAllocations: services.PortAllocationTable
  operations: services.OperationTable
  alertRules: services.AlertRuleTable
  alerts: services.AlertTable
}

// The tables as kysely sees them; migrations/ made them. Columns are camel case here and snake case in the database. This file is the list.
import type { Generated } from 'kysely'
import type * as access from './tables/access.ts'
import type * as alerts from './tables/alerts.ts'
import type { Time } from './tables/columns.ts'
import type * as composeFiles from './tables/compose-files.ts'
import type { DeadLetterTable } from './tables/dead-letters.ts'
import type * as forges from './tables/forges.ts'
import type * as git from './tables/git.ts'
import type * as previews from './tables/previews.ts'
import type * as repairs from './tables/repairs.ts'
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
  pullRequests: previews.PullRequestTable
  seededVolumes: previews.SeededVolumeTable
  composeFiles: composeFiles.ComposeFileTable
  composeTexts: composeFiles.ComposeTextTable
  composeCommits: composeFiles.ComposeCommitTable
  composeProposals: composeFiles.ComposeProposalTable
  deliveries: git.DeliveryTable
  releases: git.ReleaseTable
  releaseServices: git.ReleaseServiceTable
  logChunks: git.LogChunkTable
  outbox: git.OutboxTable
  forgeCredentials: git.ForgeCredentialTable
  forgeConnections: forges.ForgeConnectionTable
  ledgerChecks: forges.LedgerCheckTable
  sealingKeys: access.SealingKeyTable
  duties: access.DutyTable
  processes: access.ProcessTable
  forgeHosts: git.ForgeHostTable
  diskReports: git.DiskReportTable
  secrets: secrets.SecretTable
  retiredSecrets: secrets.RetiredSecretTable
  releaseValues: secrets.ReleaseValuesTable
  serviceInstances: services.ServiceInstanceTable
  routes: services.RouteTable
  files: services.FileTable
  topologyDetections: services.TopologyDetectionTable
  deploymentEvents: services.DeploymentEventTable
  serviceDependencies: services.ServiceDependencyTable
  healthChecks: services.HealthCheckTable
  containerHealth: services.ContainerHealthTable
  serviceMetrics: services.ServiceMetricTable
  serviceMetricRollups: services.ServiceMetricRollupTable
  portAllocations: services.PortAllocationTable
  operations: services.OperationTable
  deadLetters: DeadLetterTable
  alertRules: alerts.AlertRuleTable
  alerts: alerts.AlertTable
  repairs: repairs.RepairTable
  drifts: repairs.DriftTable
  serviceGuards: repairs.ServiceGuardTable
}

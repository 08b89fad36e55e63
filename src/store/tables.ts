// The tables as kysely sees them; migrations/ made them. Columns are camel case here and snake case in the database.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { TreeDiff } from '../git/source-tree.ts'
import type { StackPlan } from '../reconcile/plan.ts'
import type { ReleaseState } from '../release/states.ts'
import type { VerdictKind } from '../release/verdict.ts'
import type { StackSpec } from '../stack/stack.ts'
import type { Topology } from '../topology/topology.ts'

type Time = ColumnType<Date, Date | undefined, Date>
type OptionalTime = ColumnType<Date | null, Date | null | undefined, Date | null>
/** Written as JSON text, read as data. */
type Json<T> = ColumnType<T, string, string>
type OptionalJson<T> = ColumnType<T | null, string | null | undefined, string | null>
/** A bigint, which pg gives as text. */
type Sequence = GeneratedAlways<string>

export type ForgeName = 'git' | 'github' | 'gitea' | 'gitlab'
export type DeliveryDecision = 'accepted' | 'ignored' | 'refused'

export interface Tables {
  instance: { isOnly: Generated<boolean>; id: string; createdAt: Time }
  teams: { id: string; name: string; createdAt: Time }
  apiTokens: {
    id: string
    teamId: string
    name: string
    tokenHash: string
    createdAt: Time
    expiresAt: OptionalTime
    revokedAt: OptionalTime
  }
  workspaces: WorkspaceTable
  environments: EnvironmentTable
  deliveries: DeliveryTable
  releases: ReleaseTable
  releaseServices: ReleaseServiceTable
  logChunks: { releaseId: string; sequence: Sequence; stream: 'release' | 'build'; service: string | null; text: string; recordedAt: Time }
  outbox: OutboxTable
  secrets: SecretTable
  serviceInstances: ServiceInstanceTable
  routes: RouteTable
}

export interface WorkspaceTable {
  id: string
  teamId: string
  name: string
  forge: ForgeName
  connection: string | null
  repositoryId: string | null
  repositoryName: string | null
  repositoryUrl: string | null
  defaultBranch: Generated<string>
  containerEnabled: Generated<boolean>
  autoDeployEnabled: Generated<boolean>
  serviceTopology: OptionalJson<Topology>
  containerRegistryUrl: string | null
  deploymentEnvironment: Generated<'development' | 'staging' | 'production'>
  defaultResourceLimits: ColumnType<Record<string, string>, string | undefined, string>
  createdAt: Time
  updatedAt: Time
}

export interface EnvironmentTable {
  id: string
  teamId: string
  workspaceId: string
  name: string
  ref: string
  kind: 'branch' | 'preview'
  /** The compose project, and the label below the base domain: no two environments share either. */
  project: string
  hostLabel: string
  pullRequestId: string | null
  /** The tree and commit of the last release that was analyzed: the base of the next diff. */
  analyzedTree: string | null
  analyzedSha: string | null
  liveReleaseId: string | null
  /** Counts the releases that were allowed to act; stamped on every container. */
  generation: Generated<number>
  pausedBy: string | null
  pausedAt: OptionalTime
  pauseReason: string | null
  expiresAt: OptionalTime
  createdAt: Time
  updatedAt: Time
}

export interface DeliveryTable {
  id: string
  teamId: string | null
  workspaceId: string | null
  forge: ForgeName
  connection: string | null
  deliveryId: string
  event: string
  headers: Json<Record<string, string>>
  body: Buffer
  decision: DeliveryDecision
  reason: string
  releaseIds: Generated<string[]>
  receivedAt: Time
  processedAt: OptionalTime
}

export interface ReleaseTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string
  sequence: Sequence
  ref: string
  sha: string
  tree: string | null
  state: ReleaseState
  stage: string | null
  reason: string | null
  errorCode: string | null
  supersededBy: string | null
  generation: number | null
  attempt: Generated<number>
  leaseOwner: string | null
  leaseToken: string | null
  leaseExpiresAt: OptionalTime
  diff: OptionalJson<TreeDiff>
  topology: OptionalJson<Topology>
  stackSpec: OptionalJson<StackSpec>
  plan: OptionalJson<StackPlan>
  planText: string | null
  timings: ColumnType<Record<string, number>, string | undefined, string>
  triggeredBy: string
  createdAt: Time
  startedAt: OptionalTime
  finishedAt: OptionalTime
}

export interface ReleaseServiceTable {
  releaseId: string
  service: string
  folderPath: string | null
  verdict: VerdictKind
  words: string
  image: string | null
  configHash: string | null
  sinceSha: string | null
  url: string | null
  durationMs: number | null
}

export interface OutboxTable {
  id: string
  sequence: Sequence
  teamId: string
  kind: 'status' | 'comment' | 'deployment' | 'notification'
  connection: string
  /** What it is about: the newest row of a target wins. */
  target: string
  payload: Json<unknown>
  attempts: Generated<number>
  nextAttemptAt: Time
  claimedUntil: OptionalTime
  claimedBy: string | null
  sentAt: OptionalTime
  droppedAt: OptionalTime
  lastError: string | null
  createdAt: Time
}

export interface SecretTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string | null
  service: string | null
  name: string
  ciphertext: Buffer
  version: Generated<number>
  createdAt: Time
  updatedAt: Time
}

export interface ServiceInstanceTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string
  name: string
  folderPath: string
  serviceType: string
  status: 'detecting' | 'deployable' | 'deploying' | 'running' | 'stopped' | 'error' | 'scaling'
  healthStatus: Generated<'healthy' | 'unhealthy' | 'unknown'>
  containerId: string | null
  deploymentConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  portMappings: ColumnType<readonly { readonly container: number; readonly host: number }[], string | undefined, string>
  environmentVariables: ColumnType<readonly string[], string | undefined, string>
  resourceLimits: ColumnType<Record<string, string>, string | undefined, string>
  healthCheckConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  scalingConfig: ColumnType<Record<string, unknown>, string | undefined, string>
  deploymentLogs: string | null
  lastHealthCheckAt: OptionalTime
  startupTimeMs: number | null
  memoryUsageMb: number | null
  cpuUsagePercent: number | null
  createdById: string | null
  parentServiceId: string | null
  createdAt: Time
  updatedAt: Time
  deployedAt: OptionalTime
  lastAccessedAt: OptionalTime
}

export interface RouteTable {
  environmentId: string
  service: string
  host: string
  containerId: string
  port: number
  state: 'serving' | 'draining'
  updatedAt: Time
}

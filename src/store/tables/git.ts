// Tables of what arrives from Git and what is made of it: workspaces, environments, deliveries, releases.
import type { ColumnType, Generated } from 'kysely'
import type { TreeDiff } from '../../git/source-tree.ts'
import type { StackPlan } from '../../reconcile/plan.ts'
import type { ReleaseState } from '../../release/states.ts'
import type { VerdictKind } from '../../release/verdict.ts'
import type { StackSpec } from '../../stack/stack.ts'
import type { Topology } from '../../topology/topology.ts'
import type { Json, OptionalJson, OptionalTime, Sequence, Time } from './columns.ts'

export type ForgeName = 'git' | 'github' | 'gitea' | 'gitlab'
export type DeliveryDecision = 'accepted' | 'ignored' | 'refused'

/** What a person asked of a release beyond its commit. */
export interface ReleaseOptions {
  /** Services to start anew although nothing changed. */
  readonly redeploy?: readonly string[]
  /** Services whose containers are to be started again, one after the other. */
  readonly restart?: readonly string[]
  /** Of the commit that is live when it begins, not of the branch's tip: it overtakes no commit. */
  readonly ofLive?: true
  /** Settings changed, so the commit is analyzed anew. */
  readonly analyze?: true
  /** The release whose stack is to run again. */
  readonly rollbackTo?: string
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
  pausedById: string | null
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
  triggeredById: string | null
  /** What a person asked for beyond the commit. */
  options: ColumnType<ReleaseOptions, string | undefined, string>
  cancelRequestedAt: OptionalTime
  cancelRequestedBy: string | null
  createdAt: Time
  startedAt: OptionalTime
  finishedAt: OptionalTime
}

export interface ReleaseServiceTable {
  id: Generated<string>
  teamId: string
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
  createdAt: Time
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

export interface LogChunkTable {
  teamId: string
  releaseId: string
  sequence: Sequence
  stream: 'release' | 'build'
  service: string | null
  text: string
  recordedAt: Time
}

export interface ForgeConnectionTable {
  id: string
  teamId: string
  forge: Exclude<ForgeName, 'git'>
  name: string
  apiUrl: string
  appId: string | null
  /** Sealed: a token, or an app's private key. */
  credentials: Buffer | null
  webhookSecret: Buffer
  /** Whether a signed delivery of an unknown repository connects it as a workspace. */
  connectsRepositories: Generated<boolean>
  createdById: string | null
  createdAt: Time
  updatedAt: Time
  lastDeliveryAt: OptionalTime
  lastError: string | null
}

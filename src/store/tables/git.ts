// Tables of what arrives from Git and what is made of it: workspaces, environments, deliveries, releases.
import type { ColumnType, Generated } from 'kysely'
import type { TreeDiff } from '../../git/source-tree.ts'
import type { StackPlan } from '../../reconcile/plan.ts'
import type { ReleaseState } from '../../release/states.ts'
import type { VerdictKind } from '../../release/verdict.ts'
import type { StackSpec } from '../../stack/stack.ts'
import type { Topology } from '../../topology/topology.ts'
import type { DiskReport } from '../disk.ts'
import type { Json, OptionalJson, OptionalTime, Sequence, Time } from './columns.ts'
import type { CommitBack } from './compose-files.ts'

/** `git` for the built-in remote; otherwise a host of the list in `forge/`, which only this process's version need know. */
export type ForgeName = string
export type DeliveryDecision = 'accepted' | 'ignored' | 'refused'
/** Sent by a Git host, pushed to the built-in remote, found in the host's own list of what it sent, or seen on the branch itself. */
export type DeliveryArrival = 'sent' | 'pushed' | 'recovered' | 'swept'

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
  /** The branch had moved on before its delivery came: it ended at once. */
  readonly late?: true
  /** It runs with the values that secrets have now, not with those of then. */
  readonly currentSecrets?: true
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
  /** What the Git host said last; null before it was asked. A person may have chosen another. */
  hostDefaultBranch: string | null
  containerEnabled: Generated<boolean>
  autoDeployEnabled: Generated<boolean>
  /** Whether kyozo sees to its webhook. */
  keepsWebhook: Generated<boolean>
  /** The process that has the repository of one that is pushed to directly; null before the first push. */
  home: Generated<string | null>
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
  /** The number of the pull request. */
  pullRequestId: string | null
  /** How far its code is trusted: the team's own branch, a pull request from inside the repository, or from a fork. */
  trust: Generated<'trusted' | 'preview' | 'fork'>
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
  /** The pause that its removal made; of another time than `pausedAt` where a person has paused it since. */
  removalPausedAt: OptionalTime
  expiresAt: OptionalTime
  /** For so long it stays untouched; null for one that stays. */
  lifeSeconds: Generated<number | null>
  createdAt: Time
  updatedAt: Time
}

export interface DeliveryTable {
  id: string
  teamId: string | null
  workspaceId: string | null
  forge: ForgeName
  connection: string | null
  /** Unique for a host: the host's own id of it, or, where another connection had that first, with this connection's name. */
  deliveryId: string
  /** The host's own id; filled by the database for the version before. Unique for a connection. */
  hostDeliveryId: string | null
  event: string
  headers: Json<Record<string, string>>
  /** Null once it has been kept long enough. */
  body: Buffer | null
  /** SHA-256 of the body, in hexadecimal digits. */
  bodyDigest: string | null
  arrival: Generated<DeliveryArrival>
  /** When the host sent it first, where it came later than that. */
  sentAt: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** The branch or tag that it is about, and the commit that it points at; null for a deletion. */
  ref: string | null
  sha: string | null
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
  /** A release that waits to be tried again is not claimed before. */
  nextAttemptAt: OptionalTime
  /** What it waits for besides the time. */
  waitsFor: Generated<'engine' | 'repository' | null>
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
  /** Whether an environment can go back to it: what it needs stays. */
  isKept: Generated<boolean>
  /** What became of compose.kyozo.yaml after it; null when nobody has looked. */
  commitBack: OptionalJson<CommitBack>
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
  kind: 'status' | 'comment' | 'reply' | 'reaction' | 'deployment' | 'check' | 'notification'
  connection: string
  /** What it is about: the newest row of a connection and target wins. */
  target: string
  payload: Json<unknown>
  attempts: Generated<number>
  nextAttemptAt: Time
  claimedUntil: OptionalTime
  claimedBy: string | null
  sentAt: OptionalTime
  droppedAt: OptionalTime
  lastError: string | null
  /** Null for what was not dropped, or before anybody wrote it. */
  droppedFor: Generated<DropCause | null>
  /** Whose state it tells of. */
  releaseId: Generated<string | null>
  /** What the host calls what it was sent, where it said so. */
  remoteId: Generated<string | null>
  createdAt: Time
}

/** Something newer; kyozo is not let in; the host will not take this message; it took too long. */
export type DropCause = 'overtaken' | 'access' | 'message' | 'time'

export interface LogChunkTable {
  teamId: string
  releaseId: string
  sequence: Sequence
  stream: 'release' | 'build'
  service: string | null
  text: string
  recordedAt: Time
}

/** With which credential a connection was last used, as a hash. */
export interface ForgeCredentialTable {
  connection: string
  fingerprint: string
  changedAt: Time
}

export interface ForgeHostTable {
  /** Whose limits they are: a credential, as a hash, or a connection that has none. */
  connection: string
  spentAt: Generated<Date[]>
  failures: Generated<number>
  pauses: Generated<number>
  pausedUntil: Time | null
  updatedAt: Time
}

export interface DiskReportTable {
  owner: string
  report: Json<DiskReport>
  measuredAt: Time
}

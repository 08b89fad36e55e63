// Tables of who may do what: the access library's own under kyozo's names, grants, the audit trail, and what is told live.
import type { Generated } from 'kysely'
import type { DefaultJson, OptionalTime, Time } from './columns.ts'

export const roles = ['owner', 'admin', 'member'] as const
export type Role = (typeof roles)[number]

export const permissionTypes = [
  'deploy_service', 'stop_service', 'scale_service', 'view_logs', 'modify_config', 'delete_service',
] as const // biome-ignore format: a list
export type PermissionType = (typeof permissionTypes)[number]

/** What a token may be used for; its user's own rights bound it as well. */
export const tokenScopes = ['read', 'deploy', 'configure', 'admin'] as const
export type TokenScope = (typeof tokenScopes)[number]

/** In units of resources: `64Gi`, cores. A part that is missing is not limited. */
export interface ResourceQuota {
  readonly memory?: string
  readonly cpu?: string
  readonly services?: number
}

export interface TeamTable {
  id: string
  name: string
  slug: string
  logo: string | null
  metadata: string | null
  resourceQuota: DefaultJson<ResourceQuota>
  createdAt: Time
}

export interface UserTable {
  id: string
  name: string
  email: string
  emailVerified: Generated<boolean>
  image: string | null
  /** A program of kyozo's own, which cannot sign in. */
  isService: Generated<boolean>
  disabledAt: OptionalTime
  createdAt: Time
  updatedAt: Time
}

export interface SessionTable {
  id: string
  userId: string
  token: string
  activeTeamId: string | null
  ipAddress: string | null
  userAgent: string | null
  expiresAt: Time
  createdAt: Time
  updatedAt: Time
}

/** How a user signs in. The access library keeps the rest of the columns. */
export interface AccountTable {
  id: string
  userId: string
  accountId: string
  /** `credential` for a password, else the host's name. */
  providerId: string
  password: string | null
}

/** A terminal that waits to be let in. */
export interface DeviceCodeTable {
  id: string
  userCode: string
  userId: string | null
  clientId: string | null
  /** The team that the approving person chose. */
  scope: string | null
  status: 'pending' | 'approved' | 'denied'
  expiresAt: Time
}

export interface MemberTable {
  id: string
  teamId: string
  userId: string
  role: Role
  createdAt: Time
}

export interface InvitationTable {
  id: string
  teamId: string
  email: string
  role: Role
  status: 'pending' | 'accepted' | 'rejected' | 'canceled'
  inviterId: string
  expiresAt: Time
  createdAt: Time
}

/** Columns that only the access library needs are left out here. */
export interface ApiKeyTable {
  id: string
  teamId: string | null
  referenceId: string
  name: string | null
  /** The first characters, to tell tokens apart. */
  start: string | null
  /** SHA-256 of the token in base64url. */
  key: string
  scopes: Generated<TokenScope[]>
  enabled: Generated<boolean>
  lastRequest: OptionalTime
  expiresAt: OptionalTime
  createdAt: Time
  updatedAt: Time
}

export interface ServicePermissionTable {
  id: string
  teamId: string
  workspaceId: string
  /** Null for every service of the workspace. */
  serviceInstanceId: string | null
  userId: string
  permissionType: PermissionType
  grantedById: string | null
  grantedAt: Time
  revokedById: string | null
  revokedAt: OptionalTime
}

export interface AuditEventTable {
  id: string
  teamId: string
  actor: string
  actorId: string | null
  actorKind: 'session' | 'token' | 'system'
  /** `workspaces.update`: a resource type and what was done. */
  action: string
  subjectType: string
  subjectId: string | null
  subjectName: string | null
  details: DefaultJson<Record<string, unknown>>
  ipAddress: string | null
  occurredAt: Time
}

/** Written by triggers only. */
export interface LiveEventTable {
  position: string
  teamId: string
  workspaceId: string | null
  environmentId: string | null
  serviceInstanceId: string | null
  releaseId: string | null
  resourceType: string
  resourceId: string
  action: 'created' | 'updated' | 'deleted' | 'lines' | 'ended'
  data: DefaultJson<Record<string, unknown>>
  createdAt: Time
}

export interface LiveLogBatchTable {
  releaseId: string
  fromSequence: string
  toSequence: string
  isEnd: Generated<boolean>
}

/** Work by the clock that one of several processes does. */
export interface ProcessTable {
  /** Kept in its data directory. */
  id: string
  /** As it stands in leases. */
  name: string
  role: 'web' | 'worker' | 'all'
  version: string
  /** Where other processes ask it for repositories; null when it serves no HTTP. */
  address: string | null
  /** Sealed. */
  credential: Buffer
  startedAt: Time
  seenAt: Time
  stoppedAt: OptionalTime
}

export interface DutyTable {
  name: string
  holder: string
  heldUntil: Time
  since: Time
}

/** The keys that stored values are sealed with, each with a value that only it opens. */
export interface SealingKeyTable {
  keyId: string
  checkValue: Buffer
  createdAt: Time
}

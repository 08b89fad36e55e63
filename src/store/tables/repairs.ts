// Tables of reconciling: what was brought back, what differs, and what is held back.
import type { Generated } from 'kysely'
import type { Json, OptionalTime, Time } from './columns.ts'

export interface RepairTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string
  /** What was live. */
  releaseId: string | null
  state: Generated<'running' | 'succeeded' | 'failed' | 'yielded' | 'abandoned'>
  /** What was found. */
  reason: string
  /** What was done, or why it was not. */
  outcome: string | null
  errorCode: string | null
  generation: number
  leaseOwner: string
  leaseToken: string | null
  leaseExpiresAt: OptionalTime
  yieldRequestedAt: OptionalTime
  startedAt: Time
  finishedAt: OptionalTime
}

export interface DriftTable {
  id: string
  teamId: string
  workspaceId: string
  environmentId: string
  serviceInstanceId: string | null
  repairId: string | null
  service: string
  /** Empty for what no container is. */
  containerId: Generated<string>
  field: string
  expected: string
  actual: string
  foundAt: Time
  endedAt: OptionalTime
  ending: 'repaired' | 'adopted' | 'restored' | 'gone' | null
  restoreRequestedAt: OptionalTime
}

export interface ServiceGuardTable {
  serviceInstanceId: string
  teamId: string
  environmentId: string
  memory: Json<unknown>
  heldUntil: OptionalTime
  words: string | null
  updatedAt: Time
}

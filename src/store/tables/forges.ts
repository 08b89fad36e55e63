// Tables of what kyozo knows of Git hosts: its accounts there, and what came of comparing the ledger with them.
import type { Generated } from 'kysely'
import type { Json, OptionalTime, Time } from './columns.ts'
import type { ForgeName } from './git.ts'

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

/** A delivery that had not arrived, or a branch that had moved without one. */
export interface LedgerFinding {
  /** The host's id of the delivery; absent for a branch. */
  readonly deliveryId?: string
  readonly event: string
  readonly ref?: string
  readonly sha?: string | null
  /** When the host sent it. */
  readonly sentAt?: string
  /** What came of it, as a sentence. */
  readonly words: string
}

export interface LedgerCheckTable {
  id: string
  teamId: string
  workspaceId: string | null
  forge: ForgeName
  connection: string | null
  kind: 'branches' | 'deliveries' | 'pull_requests' | 'webhook'
  beganAt: Time
  checkedAt: Time
  checks: Generated<number>
  compared: Generated<number>
  missed: Generated<number>
  recovered: Generated<number>
  askedAgain: Generated<number>
  words: string
  error: string | null
  /** Everything that the host sent before is in the ledger, or named as missing. */
  completeUntil: OptionalTime
  found: Json<readonly LedgerFinding[]>
}

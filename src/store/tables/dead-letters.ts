// The view of what kyozo gave up.
import type { Time } from './columns.ts'

/** A view: what it shows is never written. */
export interface DeadLetterTable {
  id: string
  teamId: string
  workspaceId: string | null
  environmentId: string | null
  kind: 'release' | 'operation' | 'status' | 'comment' | 'deployment' | 'notification'
  subject: string
  reason: string
  tries: number
  firstFailedAt: Time
  lastFailedAt: Time
}

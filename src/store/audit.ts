// Who did what: written in the transaction that does it.
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { Viewer } from './viewer.ts'

export interface AuditEntry {
  /** A resource type and what was done: `workspaces.update`. */
  readonly action: string
  readonly subjectType: string
  readonly subjectId?: string | null
  readonly subjectName?: string | null
  /** Never a secret: names and what changed, not values of secrets. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly ipAddress?: string | undefined
}

export async function recordAudit(db: Executor, viewer: Viewer, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('auditEvents')
    .values({
      id: newId(),
      teamId: viewer.teamId,
      actor: viewer.name,
      actorId: viewer.userId,
      actorKind: viewer.via.kind,
      action: entry.action,
      subjectType: entry.subjectType,
      subjectId: entry.subjectId ?? null,
      subjectName: entry.subjectName ?? null,
      details: JSON.stringify(entry.details ?? {}),
      ipAddress: entry.ipAddress ?? null,
    })
    .execute()
}

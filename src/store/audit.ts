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

/** Done on kyozo's own machine, by whoever runs it. */
export function recordByOperator(db: Executor, teamId: string, entry: AuditEntry): Promise<void> {
  return recordBySystem(db, { teamId, actor: 'operator' }, entry)
}

/** Done by somebody on a Git host, who need be no user here. */
export function recordByHost(db: Executor, teamId: string, { actor, ...entry }: AuditEntry & { readonly actor: string }): Promise<void> {
  return recordBySystem(db, { teamId, actor }, entry)
}

/** What kyozo does by itself to something that people set. */
export function recordOwnAudit(db: Executor, teamId: string, entry: AuditEntry): Promise<void> {
  return recordBySystem(db, { teamId, actor: 'kyozo' }, entry)
}

async function recordBySystem(db: Executor, by: { readonly teamId: string; readonly actor: string }, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('auditEvents')
    .values({
      ...{ id: newId(), ...by, actorKind: 'system' as const, action: entry.action, subjectType: entry.subjectType },
      ...{ subjectId: entry.subjectId ?? null, subjectName: entry.subjectName ?? null, details: JSON.stringify(entry.details ?? {}) },
    })
    .execute()
}

/** Somebody tried a person's password too often. Written for every team of the person, so that an owner sees it; nothing for an address nobody has. */
export async function recordLockOut(db: Executor, at: { readonly email: string; readonly ipAddress: string }): Promise<void> {
  const teams = await db
    .selectFrom('users as u')
    .innerJoin('members as m', 'm.userId', 'u.id')
    .select(['m.teamId', 'u.id', 'u.name'])
    .where('u.email', '=', at.email)
    .execute()
  if (teams.length === 0) return
  await db
    .insertInto('auditEvents')
    .values(
      teams.map(({ teamId, id, name }) => ({
        id: newId(),
        teamId,
        actor: 'kyozo',
        actorKind: 'system' as const,
        action: 'sessions.lock_out',
        subjectType: 'users',
        subjectId: id,
        subjectName: name,
        details: JSON.stringify({ reason: 'ten tries to sign in failed within five minutes' }),
        ipAddress: at.ipAddress,
      })),
    )
    .execute()
}

// Who asks. Every read of the API is narrowed by the viewer's team in the data layer, and every act is checked against the viewer's rights.
import { KyozoError } from '../errors.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { type PermissionType, type Role, type TokenScope, tokenScopes } from './tables/access.ts'
import { hashOf } from './tokens.ts'

export interface Viewer {
  readonly teamId: string
  readonly userId: string
  /** What releases and events say: a person's name, or the name of a token of a program. */
  readonly name: string
  readonly role: Role
  /** A session has all of them. */
  readonly scopes: readonly TokenScope[]
  readonly via: { readonly kind: 'session' | 'token'; readonly id: string }
  /** What a member was granted; owners and admins need none. */
  readonly grants: readonly Grant[]
}

export interface Grant {
  readonly permission: PermissionType
  readonly workspaceId: string
  /** Null for every service of the workspace. */
  readonly serviceInstanceId: string | null
}

/** The viewer that a token stands for, or undefined when it is unknown, expired, revoked, or its user is disabled or has left the team. */
export async function viewerOf(db: Executor, value: string): Promise<Viewer | undefined> {
  const found = await db
    .selectFrom('apiKeys as k')
    .innerJoin('users as u', 'u.id', 'k.referenceId')
    .innerJoin('members as m', (join) => join.onRef('m.userId', '=', 'k.referenceId').onRef('m.teamId', '=', 'k.teamId'))
    .select(['k.id', 'k.name as tokenName', 'k.scopes', 'm.teamId', 'm.userId', 'm.role', 'u.name', 'u.isService'])
    .where('k.key', '=', hashOf(value))
    .where('k.enabled', '=', true)
    .where('u.disabledAt', 'is', null)
    .where((where) => where.or([where('k.expiresAt', 'is', null), where('k.expiresAt', '>', databaseNow)]))
    .executeTakeFirst()
  if (found === undefined) return undefined
  const { id, teamId, userId, role } = found
  return {
    teamId,
    userId,
    role,
    name: found.isService ? (found.tokenName ?? found.name) : found.name,
    scopes: found.scopes,
    via: { kind: 'token', id },
    grants: await grantsOf(db, { teamId, userId, role }),
  }
}

/** The viewer that a signed-in user is in a team, or undefined when the user is disabled or not a member. */
export async function viewerOfMember(
  db: Executor,
  asked: { readonly userId: string; readonly teamId: string; readonly sessionId: string },
): Promise<Viewer | undefined> {
  const { userId, teamId } = asked
  const found = await db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['u.name', 'm.role'])
    .where('m.userId', '=', userId)
    .where('m.teamId', '=', teamId)
    .where('u.disabledAt', 'is', null)
    .executeTakeFirst()
  if (found === undefined) return undefined
  const { name, role } = found
  return {
    teamId,
    userId,
    name,
    role,
    scopes: tokenScopes,
    via: { kind: 'session', id: asked.sessionId },
    grants: await grantsOf(db, { teamId, userId, role }),
  }
}

async function grantsOf(db: Executor, member: Pick<Viewer, 'teamId' | 'userId' | 'role'>): Promise<Grant[]> {
  if (member.role !== 'member') return []
  return db
    .selectFrom('servicePermissions')
    .select(['permissionType as permission', 'workspaceId', 'serviceInstanceId'])
    .where('teamId', '=', member.teamId)
    .where('userId', '=', member.userId)
    .where('revokedAt', 'is', null)
    .execute()
}

/**
 * The same viewer in the team of that slug. A token is of one team; only that of a program of kyozo's own acts in every team that the program is in.
 * Throws `not_found`, in the same words for a team that is not there.
 */
export async function viewerInTeam(db: Executor, viewer: Viewer, slug: string): Promise<Viewer> {
  const found = await db
    .selectFrom('members as m')
    .innerJoin('teams as t', 't.id', 'm.teamId')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.teamId', 'm.role', 'u.isService'])
    .where('m.userId', '=', viewer.userId)
    .where('t.slug', '=', slug)
    .executeTakeFirst()
  if (found?.teamId === viewer.teamId) return viewer
  if (found === undefined || !found.isService)
    throw new KyozoError('not_found', `this token acts in no team with the slug ${JSON.stringify(slug.slice(0, 60))}`)
  return { ...viewer, teamId: found.teamId, role: found.role, grants: [] }
}

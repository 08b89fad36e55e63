// Looks again at viewers who came some time ago: a stream lives longer than a session, a token, a membership or a grant may.
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import { tokenScopes } from './tables/access.ts'
import type { Grant, Viewer } from './viewer.ts'

/** The viewers as they are now, in the order asked; undefined for one that may not be here any more. Few queries, however many they are. */
export async function viewersNow(db: Executor, viewers: readonly Viewer[]): Promise<readonly (Viewer | undefined)[]> {
  const [tokens, sessions] = await Promise.all([tokensNow(db, viewers), sessionsNow(db, viewers)])
  const known = new Map([...tokens, ...sessions].map((row) => [keyOf(row.via, row.teamId), row]))
  const members = [...known.values()].filter((row) => row.role === 'member')
  const grants = await grantsNow(db, members)
  return viewers.map((viewer) => {
    const now = known.get(keyOf(viewer.via, viewer.teamId))
    if (now === undefined) return undefined
    return { ...viewer, role: now.role, scopes: now.scopes, grants: grants.get(`${now.teamId} ${now.userId}`) ?? [] }
  })
}

type Standing = Pick<Viewer, 'teamId' | 'userId' | 'role' | 'scopes' | 'via'>

function keyOf({ kind, id }: Viewer['via'], teamId: string): string {
  return `${kind} ${id} ${teamId}`
}

async function tokensNow(db: Executor, viewers: readonly Viewer[]): Promise<Standing[]> {
  const ids = idsOf(viewers, 'token')
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('apiKeys as k')
    .innerJoin('users as u', 'u.id', 'k.referenceId')
    .innerJoin('members as m', 'm.userId', 'k.referenceId')
    .select(['k.id', 'k.scopes', 'm.teamId', 'm.userId', 'm.role'])
    .where('k.id', 'in', ids)
    .where('k.enabled', '=', true)
    // Only kyozo's own program acts in other teams with its token.
    .where((where) => where.or([where('u.isService', '=', true), where('m.teamId', '=', where.ref('k.teamId'))]))
    .where('u.disabledAt', 'is', null)
    .where((where) => where.or([where('k.expiresAt', 'is', null), where('k.expiresAt', '>', databaseNow)]))
    .execute()
  return rows.map(({ id, ...row }) => ({ ...row, via: { kind: 'token', id } }))
}

async function sessionsNow(db: Executor, viewers: readonly Viewer[]): Promise<Standing[]> {
  const ids = idsOf(viewers, 'session')
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.userId')
    .innerJoin('members as m', 'm.userId', 's.userId')
    .select(['s.id', 'm.teamId', 'm.userId', 'm.role'])
    .where('s.id', 'in', ids)
    .where('s.expiresAt', '>', databaseNow)
    .where('u.disabledAt', 'is', null)
    .execute()
  return rows.map(({ id, ...row }) => ({ ...row, scopes: tokenScopes, via: { kind: 'session', id } }))
}

function idsOf(viewers: readonly Viewer[], kind: Viewer['via']['kind']): string[] {
  return [...new Set(viewers.filter(({ via }) => via.kind === kind).map(({ via }) => via.id))]
}

async function grantsNow(db: Executor, members: readonly Standing[]): Promise<ReadonlyMap<string, Grant[]>> {
  if (members.length === 0) return new Map()
  const rows = await db
    .selectFrom('servicePermissions')
    .select(['teamId', 'userId', 'permissionType as permission', 'workspaceId', 'serviceInstanceId'])
    .where('userId', 'in', [...new Set(members.map(({ userId }) => userId))])
    .where('revokedAt', 'is', null)
    .execute()
  const grants = Map.groupBy(rows, (row) => `${row.teamId} ${row.userId}`)
  return new Map([...grants].map(([key, list]) => [key, list.map(({ teamId: _, userId: __, ...grant }) => grant)]))
}

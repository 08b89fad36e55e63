// Everybody who may knock at the doors of the API, and what the table of rights says they find behind them. Shared by the tests that walk the doors.
import { sql } from 'kysely'
import { may, reasonToRefuseReading, type Subject } from '../../src/access/rights.ts'
import { resources } from '../../src/api/resources/index.ts'
import type { Resource } from '../../src/api/resources/resource.ts'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { type PermissionType, permissionTypes, type Role, type TokenScope, tokenScopes } from '../../src/store/tables/access.ts'
import { hashOf, newTokenValue } from '../../src/store/tokens.ts'
import { type Viewer, viewerOf } from '../../src/store/viewer.ts'
import { type Served, serveHere } from '../support/served.ts'
import { type World, world } from './world.ts'

export interface Actor {
  readonly name: string
  readonly token: string | undefined
  readonly viewer: Viewer | undefined
}

export type Row = Readonly<Record<string, unknown>> & { readonly id: string }

export interface Everybody {
  readonly kyozo: Served
  readonly ours: World
  readonly theirs: World
  readonly actors: readonly Actor[]
  /** Resource type → the rows of our team. */
  readonly rowsByType: ReadonlyMap<string, readonly Row[]>
  /** Ids of the other team's rows in a text: none may ever come back. */
  foreignIn(text: string): string[]
  /** At most four rows of a kind: of a service, of its neighbour, of the workspace itself and of the other one. */
  samples(resource: Resource): readonly Row[]
  /** Undefined for a row that is there for the viewer; else what asking for it answers. */
  hiddenAs(viewer: Viewer | undefined, resource: Resource, row: Row): 401 | 403 | 404 | undefined
}

/** Two teams with rows of every kind, and people and tokens of all sorts in the first one. */
export async function everybody(): Promise<Everybody> {
  const kyozo = await serveHere({ KYOZO_API_RATE: '1000000' })
  const { db } = kyozo
  const ours = await world(db, kyozo.teamId)
  const theirs = await world(db)
  const actors = await makeActors(db, { ours, theirs })
  const rowsByType = new Map<string, readonly Row[]>()
  for (const resource of resources) rowsByType.set(resource.type, await rowsOf(db, resource, ours.teamId))
  const foreign = await Promise.all(resources.map((resource) => rowsOf(db, resource, theirs.teamId)))
  const foreignIds = new Set(foreign.flat().flatMap(({ id }) => (id.length === 36 ? id : [])))
  return {
    kyozo,
    ours,
    theirs,
    actors,
    rowsByType,
    foreignIn: (text) => (text.match(uuids) ?? []).filter((id) => foreignIds.has(id)),
    samples(resource) {
      const byPlace = new Map(rowsByType.get(resource.type)!.map((row) => [JSON.stringify(subjectOf(resource, row)), row]))
      return [...byPlace.values()].slice(0, 4)
    },
    hiddenAs(viewer, resource, row) {
      if (viewer === undefined) return 401
      if (reasonToRefuseReading(viewer, resource.read) !== undefined) return 403
      const isOwn = resource.ownColumn === undefined || viewer.role !== 'member' || row[resource.ownColumn] === viewer.userId
      const isThere = viewer.teamId === ours.teamId && isOwn && may(viewer, resource.read, subjectOf(resource, row))
      return isThere ? undefined : 404
    },
  }
}

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

async function makeActors(db: Database, { ours, theirs }: Pick<Everybody, 'ours' | 'theirs'>): Promise<Actor[]> {
  const { teamId, workspaceId, serviceId } = ours
  const actors: Actor[] = [{ name: 'nobody', token: undefined, viewer: undefined }]
  for (const role of ['owner', 'admin', 'member'] as const) actors.push(await actor(db, { name: role, teamId, role }))
  for (const permission of permissionTypes) {
    actors.push(await actor(db, { name: `member with ${permission} for the workspace`, teamId, grants: [{ permission, workspaceId }] }))
    actors.push(
      await actor(db, { name: `member with ${permission} for one service`, teamId, grants: [{ permission, workspaceId, serviceId }] }),
    )
  }
  for (const scope of tokenScopes)
    actors.push(await actor(db, { name: `owner's token for ${scope}`, teamId, role: 'owner', scopes: [scope] }))
  actors.push(await actor(db, { name: 'owner of another team', teamId: theirs.teamId, role: 'owner' }))
  return actors
}

interface Making {
  readonly name: string
  readonly teamId: string
  readonly role?: Role
  readonly scopes?: readonly TokenScope[]
  readonly grants?: readonly { readonly permission: PermissionType; readonly workspaceId: string; readonly serviceId?: string }[]
}

async function actor(db: Database, { name, teamId, role = 'member', scopes = tokenScopes, grants = [] }: Making): Promise<Actor> {
  const [userId, token] = [newId(), newTokenValue()]
  await db
    .insertInto('users')
    .values({ id: userId, name, email: `${userId}@example.com` })
    .execute()
  await db.insertInto('members').values({ id: newId(), teamId, userId, role }).execute()
  await db
    .insertInto('apiKeys')
    .values({ id: newId(), teamId, referenceId: userId, name, key: hashOf(token), scopes: [...scopes] })
    .execute()
  for (const { permission, workspaceId, serviceId = null } of grants)
    await db
      .insertInto('servicePermissions')
      .values({ id: newId(), teamId, workspaceId, serviceInstanceId: serviceId, userId, permissionType: permission })
      .execute()
  return { name, token, viewer: (await viewerOf(db, token))! }
}

/** Asked of the database itself: what there is, whoever may see it. */
export async function rowsOf(db: Database, { table, where = {}, hidden }: Resource, teamId: string): Promise<readonly Row[]> {
  const all = sql`select * from ${sql.table(snake(table))}`
  const ofTeam =
    table === 'teams'
      ? sql`where id = ${teamId}`
      : table === 'users'
        ? sql`where id in (select user_id from members where team_id = ${teamId})`
        : sql`where team_id = ${teamId}`
  const { rows } = await sql<Row>`${all} ${ofTeam}`.execute(db)
  return rows
    .filter((row) => Object.entries(where).every(([column, value]) => row[column] === value))
    .filter((row) => hidden === undefined || row[hidden.column] === null)
    .map((row) => ({ ...row, id: String(row.id) }))
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

export function subjectOf({ subject }: Resource, row: Row): Subject {
  const idIn = (column: string | undefined) => (column === undefined ? null : ((row[column] ?? null) as string | null))
  return { workspaceId: idIn(subject.workspace), serviceInstanceId: idIn(subject.service) }
}

// What members were granted beyond reading: by whom, when, and until when. A grant is never deleted.
import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import type { PermissionType, ServicePermissionTable } from './tables/access.ts'
import type { Viewer } from './viewer.ts'

export type ServicePermission = Selectable<ServicePermissionTable>

export interface NewGrant {
  readonly userId: string
  readonly workspaceId: string
  readonly serviceInstanceId: string | null
  readonly permissionType: PermissionType
}

/** Undefined when the user has this grant already. */
export function grantPermission(db: Executor, viewer: Viewer, grant: NewGrant): Promise<ServicePermission | undefined> {
  return db
    .insertInto('servicePermissions')
    .values({ id: newId(), teamId: viewer.teamId, ...grant, grantedById: viewer.userId })
    .onConflict((conflict) =>
      conflict
        .expression(sql`workspace_id, coalesce(service_instance_id, '00000000-0000-0000-0000-000000000000'), user_id, permission_type`)
        .where('revokedAt', 'is', null)
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst()
}

/** Undefined when it was revoked before. */
export function revokePermission(db: Executor, viewer: Viewer, id: string): Promise<ServicePermission | undefined> {
  return db
    .updateTable('servicePermissions')
    .set({ revokedAt: sql<Date>`now()`, revokedById: viewer.userId })
    .where('teamId', '=', viewer.teamId)
    .where('id', '=', id)
    .where('revokedAt', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

export function workspaceOfService(db: Executor, viewer: Viewer, id: string): Promise<{ workspaceId: string } | undefined> {
  return db.selectFrom('serviceInstances').select('workspaceId').where('teamId', '=', viewer.teamId).where('id', '=', id).executeTakeFirst()
}

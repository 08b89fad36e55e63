// Grants: what a member may do beyond reading, given and taken back with who and when.
import { z } from 'zod'
import { KyozoError, type Problem } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { findUser } from '../../store/people.ts'
import { grantPermission, revokePermission, workspaceOfService } from '../../store/service-permissions.ts'
import { type PermissionType, permissionTypes } from '../../store/tables/access.ts'
import type { Viewer } from '../../store/viewer.ts'
import type { ActionContext } from '../resources/action-context.ts'
import type { Action, Creation, WriteRequest } from '../resources/resource.ts'

export const createServicePermission: Creation = {
  right: 'service_permissions.create',
  description: 'Grants a member a permission for one service, or for every service of a workspace.',
  attributes: { permission_type: z.enum(permissionTypes) },
  relationships: {
    user: { type: 'users', isRequired: true },
    workspace: { type: 'workspaces', isRequired: false },
    service_instance: { type: 'service_instances', isRequired: false },
  },
  run(context, request) {
    const permissionType = request.attributes.permission_type as PermissionType
    return context.db.transaction().execute(async (trx) => {
      const { viewer } = request
      const user = await findUser(trx, String(request.related.user!.id))
      if (user === undefined || user.isService) throw problem('user', 'must be a person; programs may do what their tokens say')
      const place = await placeOf({ ...context, db: trx as ActionContext['db'] }, request)
      const made = await grantPermission(trx, viewer, { userId: user.id, ...place, permissionType })
      if (made === undefined) throw new KyozoError('conflict', `${user.name} has the permission ${permissionType} there already`)
      await recordAudit(trx, viewer, {
        action: 'service_permissions.create',
        subjectType: 'service_permissions',
        subjectId: made.id,
        subjectName: user.name,
        details: { permission_type: permissionType, workspace: place.workspaceId, service_instance: place.serviceInstanceId },
        ipAddress: context.ipAddress,
      })
      return { kind: 'row', id: made.id }
    })
  },
}

export const revokeServicePermission: Action = {
  right: 'service_permissions.revoke',
  description: 'Takes a grant back, at once. It stays readable, with who took it back and when.',
  attributes: {},
  run({ db, ipAddress }, { viewer, row }) {
    return db.transaction().execute(async (trx) => {
      const revoked = await revokePermission(trx, viewer, String(row.id))
      if (revoked === undefined) throw new KyozoError('state_conflict', 'this grant was taken back before')
      await recordAudit(trx, viewer, {
        action: 'service_permissions.revoke',
        subjectType: 'service_permissions',
        subjectId: revoked.id,
        details: { permission_type: revoked.permissionType, user: revoked.userId },
        ipAddress,
      })
      return { kind: 'done' }
    })
  },
}

async function placeOf(
  { db }: ActionContext,
  { viewer, related }: WriteRequest,
): Promise<{ workspaceId: string; serviceInstanceId: string | null }> {
  const { workspace, service_instance: service } = related
  if (service == null) {
    if (workspace == null) throw problem('workspace', 'must be given, or service_instance: a grant is for one of them')
    return { workspaceId: String(workspace.id), serviceInstanceId: null }
  }
  const { workspaceId } = await serviceIn(db, viewer, String(service.id))
  if (workspace != null && workspace.id !== workspaceId)
    throw problem('service_instance', 'must be a service of the workspace that is given')
  return { workspaceId, serviceInstanceId: String(service.id) }
}

async function serviceIn(db: ActionContext['db'], viewer: Viewer, id: string): Promise<{ workspaceId: string }> {
  const found = await workspaceOfService(db, viewer, id)
  if (found === undefined) throw problem('service_instance', 'must be a service of this team')
  return found
}

function problem(relationship: string, rule: string): KyozoError {
  const message = `${relationship} ${rule}`
  const problems: Problem[] = [{ source: { pointer: `/data/relationships/${relationship}` }, message }]
  return new KyozoError('invalid', message, { problems })
}

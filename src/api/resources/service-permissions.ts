import { permissionTypes } from '../../store/tables/access.ts'
import { createServicePermission, revokeServicePermission } from '../actions/service-permissions.ts'
import { oneOf, time } from './attribute.ts'
import type { Resource } from './resource.ts'
import { one, perhapsOne } from './shapes.ts'

export const servicePermissions: Resource = {
  type: 'service_permissions',
  description: 'What members may do beyond reading, by whom and since when. Without a service it holds for every service of the workspace.',
  table: 'servicePermissions',
  attributes: {
    permission_type: oneOf(permissionTypes, 'What may be done.', { sort: true, filter: 'equal' }),
    granted_at: time('Since when it holds.', { sort: true, filter: 'range' }),
    revoked_at: time('When it was taken back; null while it holds.', { nullable: true, filter: 'range' }),
  },
  relationships: {
    workspace: one('workspaces', 'workspaceId', 'The workspace.'),
    service_instance: perhapsOne('service_instances', 'serviceInstanceId', 'The service; none is every service of the workspace.'),
    user: one('users', 'userId', 'Who was granted it.'),
    granted_by: perhapsOne('users', 'grantedById', 'Who granted it.'),
    revoked_by: perhapsOne('users', 'revokedById', 'Who took it back.'),
  },
  read: 'service_permissions.read',
  subject: { workspace: 'workspaceId', service: 'serviceInstanceId' },
  create: createServicePermission,
  actions: { revoke: revokeServicePermission },
}

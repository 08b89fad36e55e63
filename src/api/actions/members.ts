// What becomes of members.
import { z } from 'zod'
import { type Role, roles } from '../../store/tables/access.ts'
import type { Change, Removal } from '../resources/resource.ts'

export const updateMember: Change = {
  right: 'members.update',
  description:
    'Gives a member another role. Their logins, and their tokens and invitations in this team end. Only owners make owners, and the last one stays.',
  attributes: { role: z.enum(roles) },
  async run({ access, ipAddress }, { viewer, row, attributes }) {
    if (attributes.role !== undefined)
      await access.changeRole(viewer, { memberId: String(row.id), role: attributes.role as Role }, { ipAddress })
    return { kind: 'done' }
  },
}

export const removeMember: Removal = {
  right: 'members.delete',
  description: 'Ends a membership, with all that was granted to the person and their logins, tokens and invitations.',
  async run({ access, ipAddress }, { viewer, row }) {
    await access.removeMember(viewer, String(row.id), { ipAddress })
    return { kind: 'done' }
  },
}

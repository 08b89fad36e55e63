// Asking people to join the team.
import { z } from 'zod'
import { type Role, roles } from '../../store/tables/access.ts'
import type { Creation, Removal } from '../resources/resource.ts'

export const createInvitation: Creation = {
  right: 'invitations.create',
  description: 'Asks a person to join the team. The answer has the address of the page to send to them; it works once, for seven days.',
  attributes: { email: z.email().max(320).toLowerCase(), role: z.enum(roles).default('member') },
  once: { url: z.string() },
  async run({ access, ipAddress }, { viewer, attributes }) {
    const { email, role = 'member' } = attributes as { email: string; role?: Role }
    const { id, url } = await access.invite(viewer, { email: email.toLowerCase(), role }, { ipAddress })
    return { kind: 'row', id, once: { url } }
  },
}

export const cancelInvitation: Removal = {
  right: 'invitations.delete',
  description: 'Takes an invitation back.',
  async run({ access, ipAddress }, { viewer, row }) {
    await access.cancelInvitation(viewer, String(row.id), { ipAddress })
    return { kind: 'done' }
  },
}

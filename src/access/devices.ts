// Letting a terminal in: it shows a code, a signed-in person types it, and the terminal gets an API token that can be listed and revoked.
import { KyozoError } from '../errors.ts'
import { recordAudit } from '../store/audit.ts'
import { setDeviceTeam } from '../store/devices.ts'
import type { Access } from './access.ts'
import type { AccessContext } from './better-auth.ts'
import { terminalClient } from './library.ts'
import { translated } from './translate.ts'

export function deviceAccess({ db, within, library }: AccessContext): Pick<Access, 'reviewDevice' | 'answerDevice'> {
  return {
    async reviewDevice(code, headers) {
      const found = await translated(() => library.api.deviceVerify({ query: { user_code: code }, headers }))
      if (found.status !== 'pending' || !('client_id' in found) || found.client_id !== terminalClient)
        throw new KyozoError('invalid', 'no terminal waits with this code', { hint: 'type the code that the terminal shows' })
    },

    answerDevice({ code, isApproved, viewer }, headers) {
      return db.transaction().execute(async (trx) => {
        const userCode = code.replace(/[^a-zA-Z0-9]/g, '').toUpperCase()
        await setDeviceTeam(trx, viewer, userCode)
        const { api } = within(trx)
        await translated(() => (isApproved ? api.deviceApprove : api.deviceDeny)({ body: { userCode }, headers }))
        await recordAudit(trx, viewer, {
          action: isApproved ? 'sessions.approve_terminal' : 'sessions.deny_terminal',
          subjectType: 'users',
          subjectId: viewer.userId,
          subjectName: viewer.name,
        })
      })
    },
  }
}

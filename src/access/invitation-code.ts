// What the address of an invitation ends with: its id, and a proof of having been told. The id alone stands in lists and in the audit trail, so who
// reads those cannot join in another's place.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

export interface InvitationCodes {
  codeFor(invitationId: string): string
  /** The invitation's id, or undefined for what is no code of ours. */
  read(code: string): string | undefined
}

/** With the key that secrets are sealed with, from which another is derived. */
export function invitationCodes(key: Buffer): InvitationCodes {
  const own = Buffer.from(hkdfSync('sha256', key, 'kyozo', 'invitations', 32))
  const proofOf = (id: string) => createHmac('sha256', own).update(id).digest('base64url').slice(0, proofCharacters)
  return {
    codeFor: (id) => `${id}.${proofOf(id)}`,
    read(code) {
      const [, id = '', proof = ''] = shape.exec(code) ?? []
      return id !== '' && timingSafeEqual(Buffer.from(proof), Buffer.from(proofOf(id))) ? id : undefined
    },
  }
}

/** 192 bits. */
const proofCharacters = 32
const shape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{32})$/

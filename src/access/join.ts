// Becoming a member by an invitation: as a new person with a password, or as who is signed in.
import { KyozoError } from '../errors.ts'
import { recordAudit } from '../store/audit.ts'
import type { Executor } from '../store/database.ts'
import { type Invitation, pendingInvitation } from '../store/invitations.ts'
import { findUserByEmail, holdTeam, membershipsOf } from '../store/people.ts'
import { tokenScopes } from '../store/tables/access.ts'
import type { Access, Session } from './access.ts'
import { actingAs, joiningAs } from './acting.ts'
import type { AccessContext } from './better-auth.ts'
import { translated } from './translate.ts'

const personName = /^[^\p{Cc}\p{Cs}]{1,100}$/u

export function joining(context: AccessContext): Pick<Access, 'invitationOf' | 'join' | 'acceptInvitation'> {
  const { db, within, library, invitationCodes } = context
  return {
    async invitationOf(code) {
      const id = invitationCodes.read(code)
      return id === undefined ? undefined : pendingInvitation(db, id)
    },

    async join(code, { name, password }, headers) {
      if (!personName.test(name)) throw new KyozoError('invalid', 'a name must be 1 to 100 characters, and hold no control characters')
      const email = await db.transaction().execute(async (trx) => {
        const invitation = await acceptable(trx, invitationCodes.read(code))
        if ((await findUserByEmail(trx, invitation.email)) !== undefined)
          throw new KyozoError('conflict', `${invitation.email} has an account here already`, { hint: 'sign in to accept the invitation' })
        const made = await translated(() =>
          joiningAs(invitation.email, () => within(trx).api.signUpEmail({ body: { email: invitation.email, name, password } })),
        )
        await accept(context, trx, { invitation, session: { id: '', userId: made.user.id, name, email: invitation.email } })
        return invitation.email
      })
      const { headers: cookies } = await translated(() =>
        library.api.signInEmail({ body: { email, password }, headers, returnHeaders: true }),
      )
      return new Response(null, { status: 204, headers: cookies })
    },

    async acceptInvitation(code, headers) {
      const session = await context.sessionOf(headers)
      if (session === undefined) throw new KyozoError('unauthorized', 'nobody is signed in', { hint: 'sign in, or make an account' })
      await db.transaction().execute(async (trx) => {
        const invitation = await acceptable(trx, invitationCodes.read(code))
        if (invitation.email !== session.email) throw notThere()
        await accept(context, trx, { invitation, session })
      })
    },
  }
}

/** Of two who accept at the same moment the second waits, and finds nothing. */
async function acceptable(trx: Executor, id: string | undefined): Promise<Invitation> {
  if (id === undefined) throw notThere()
  const found = await pendingInvitation(trx, id)
  if (found === undefined) throw notThere()
  await holdTeam(trx, found.teamId)
  const still = await pendingInvitation(trx, id)
  if (still === undefined) throw notThere()
  return still
}

async function accept(
  { within }: AccessContext,
  trx: Parameters<AccessContext['within']>[0],
  { invitation, session }: { readonly invitation: Invitation; readonly session: Omit<Session, 'activeTeamId'> },
): Promise<void> {
  const { teamId, role } = invitation
  const { userId, name, email } = session
  if ((await membershipsOf(trx, userId)).some((membership) => membership.teamId === teamId))
    throw new KyozoError('conflict', `you are a member of ${invitation.team} already`)
  const actor = {
    user: { id: userId, name, email, emailVerified: true },
    session: { id: session.id, token: '', userId, activeOrganizationId: teamId },
  }
  await translated(() =>
    actingAs(actor, () => within(trx).api.acceptInvitation({ body: { invitationId: invitation.id }, headers: new Headers() })),
  )
  const viewer = { teamId, userId, name, role, scopes: tokenScopes, via: { kind: 'session', id: session.id } as const, grants: [] }
  await recordAudit(trx, viewer, {
    action: 'invitations.accept',
    subjectType: 'invitations',
    subjectId: invitation.id,
    subjectName: email,
    details: { role },
  })
}

/** The same words for one that never was, is used up, has expired or is somebody else's. */
function notThere(): KyozoError {
  return new KyozoError('not_found', 'there is no invitation for you at this address, or it was used or has expired', {
    hint: 'ask who invited you for a new one',
  })
}

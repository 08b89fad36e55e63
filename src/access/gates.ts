// Who may become a user, and who may have a session. The library asks before it stores either, whatever door the request came through.
import type { BetterAuthOptions } from 'better-auth'
import { APIError } from 'better-auth/api'
import type { Executor } from '../store/database.ts'
import { pendingInvitationFor } from '../store/invitations.ts'
import { entryOf } from '../store/people.ts'
import { isJoining } from './acting.ts'

export function userGates(db: Executor): NonNullable<BetterAuthOptions['databaseHooks']> {
  return {
    user: {
      create: {
        async before(user) {
          if (isJoining(user.email)) return
          // From a Git host: the host vouches for the address, and an invitation must wait for it.
          if (!user.emailVerified) throw refusal('email_not_verified', 'the host has not verified this address')
          if ((await pendingInvitationFor(db, user.email)) === undefined)
            throw refusal('invitation_required', 'nobody has invited this address')
        },
      },
    },
    session: {
      create: {
        async before(session) {
          const entry = await entryOf(db, session.userId)
          if (entry === 'open') return
          throw refusal(entry, entry === 'user_disabled' ? 'this user is disabled' : 'this user belongs to no team')
        },
      },
    },
  }
}

function refusal(code: string, message: string): APIError {
  return new APIError('FORBIDDEN', { code, message })
}

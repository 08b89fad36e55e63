// Invitations to a team. The access library makes and accepts them; here is what kyozo asks about them.
import { type Selectable, sql } from 'kysely'
import type { Executor } from './database.ts'
import type { InvitationTable } from './tables/access.ts'

export type Invitation = Selectable<InvitationTable> & { readonly team: string; readonly inviter: string }

const pending = (db: Executor) =>
  db
    .selectFrom('invitations as i')
    .innerJoin('teams as t', 't.id', 'i.teamId')
    .innerJoin('users as u', 'u.id', 'i.inviterId')
    .selectAll('i')
    .select(['t.name as team', 'u.name as inviter'])
    .where('i.status', '=', 'pending')
    .where('i.expiresAt', '>', sql<Date>`now()`)

/** One that can still be accepted. */
export function pendingInvitation(db: Executor, id: string): Promise<Invitation | undefined> {
  return pending(db).where('i.id', '=', id).executeTakeFirst()
}

/** What somebody without the right any more has asked for is not answered. */
export async function cancelInvitationsOf(db: Executor, inviter: { readonly teamId: string; readonly userId: string }): Promise<void> {
  await db
    .updateTable('invitations')
    .set({ status: 'canceled' })
    .where('teamId', '=', inviter.teamId)
    .where('inviterId', '=', inviter.userId)
    .where('status', '=', 'pending')
    .execute()
}

export function pendingInvitationFor(db: Executor, email: string): Promise<Invitation | undefined> {
  return pending(db).where('i.email', '=', email.toLowerCase()).orderBy('i.id').executeTakeFirst()
}

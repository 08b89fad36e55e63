// People: users who sign in, their memberships, and what ends when they lose rights.
import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Database, Executor } from './database.ts'
import type { MemberTable, Role, UserTable } from './tables/access.ts'

export type User = Selectable<UserTable>

export interface Member extends Selectable<MemberTable> {
  readonly name: string
  readonly email: string
  readonly isService: boolean
}

export function findUser(db: Executor, id: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

export function findUserByEmail(db: Executor, email: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('email', '=', email.toLowerCase()).executeTakeFirst()
}

/** Whether a user may have a session: not one of kyozo's own programs, not disabled, and of a team or invited to one. */
export async function entryOf(db: Executor, userId: string): Promise<'open' | 'user_disabled' | 'no_team'> {
  const found = await db
    .selectFrom('users as u')
    .select((select) => [
      'u.isService',
      'u.disabledAt',
      select.exists(select.selectFrom('members as m').select('m.id').whereRef('m.userId', '=', 'u.id')).as('isMember'),
      select
        .exists(
          select
            .selectFrom('invitations as i')
            .select('i.id')
            .whereRef('i.email', '=', 'u.email')
            .where('i.status', '=', 'pending')
            .where('i.expiresAt', '>', sql<Date>`now()`),
        )
        .as('isInvited'),
    ])
    .where('u.id', '=', userId)
    .executeTakeFirst()
  if (found === undefined || found.isService || found.disabledAt !== null) return 'user_disabled'
  return found.isMember || found.isInvited ? 'open' : 'no_team'
}

export function findMember(db: Executor, at: { readonly teamId: string; readonly memberId: string }): Promise<Member | undefined> {
  return db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .selectAll('m')
    .select(['u.name', 'u.email', 'u.isService'])
    .where('m.teamId', '=', at.teamId)
    .where('m.id', '=', at.memberId)
    .executeTakeFirst()
}

export interface Membership {
  readonly teamId: string
  readonly slug: string
  readonly name: string
  readonly role: Role
}

/** The teams of a user, the first joined first. */
export function membershipsOf(db: Executor, userId: string): Promise<Membership[]> {
  return db
    .selectFrom('members as m')
    .innerJoin('teams as t', 't.id', 'm.teamId')
    .select(['m.teamId', 't.slug', 't.name', 'm.role'])
    .where('m.userId', '=', userId)
    .orderBy('m.createdAt')
    .orderBy('m.id')
    .execute()
}

/** Until the transaction ends, nobody else changes who belongs to the team. */
export async function holdTeam(db: Executor, teamId: string): Promise<void> {
  await db.selectFrom('teams').select('id').where('id', '=', teamId).forNoKeyUpdate().execute()
}

/** Owners who can sign in. kyozo's own program is an owner as well, and does not count. */
export async function ownersOf(db: Executor, teamId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select('m.id')
    .where('m.teamId', '=', teamId)
    .where('m.role', '=', 'owner')
    .where('u.isService', '=', false)
    .where('u.disabledAt', 'is', null)
    .execute()
  return rows.map(({ id }) => id)
}

/** Ends what a user signed in with before now; the session to keep is the one the request came with. */
export async function endSessions(db: Executor, userId: string, options: { readonly except?: string } = {}): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('userId', '=', userId)
    .$if(options.except !== undefined, (query) => query.where('id', '<>', options.except!))
    .execute()
}

/** Tokens of a user, in one team or everywhere. They stay as rows, so that what they did can still be read. */
export async function endTokens(
  db: Executor,
  userId: string,
  options: { readonly teamId?: string; readonly except?: string } = {},
): Promise<void> {
  await db
    .updateTable('apiKeys')
    .set({ enabled: false, updatedAt: new Date() })
    .where('referenceId', '=', userId)
    .where('enabled', '=', true)
    .$if(options.teamId !== undefined, (query) => query.where('teamId', '=', options.teamId!))
    .$if(options.except !== undefined, (query) => query.where('id', '<>', options.except!))
    .execute()
}

/** Grants end with the membership: whoever is invited again begins without them. */
export async function endGrants(
  db: Executor,
  at: { readonly teamId: string; readonly userId: string; readonly by: string },
): Promise<void> {
  await db
    .updateTable('servicePermissions')
    .set({ revokedAt: sql<Date>`now()`, revokedById: at.by })
    .where('teamId', '=', at.teamId)
    .where('userId', '=', at.userId)
    .where('revokedAt', 'is', null)
    .execute()
}

/** From this moment the user can do nothing: sessions and tokens end in the same transaction. */
export async function disableUser(db: Database, userId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('users').set({ disabledAt: sql<Date>`now()`, updatedAt: sql<Date>`now()` }).where('id', '=', userId).execute()
    await endSessions(trx, userId)
    await endTokens(trx, userId)
  })
}

export async function endSession(db: Executor, token: string): Promise<void> {
  await db.deleteFrom('sessions').where('token', '=', token).execute()
}

export function sessionOfToken(db: Executor, token: string): Promise<{ id: string; userId: string } | undefined> {
  return db.selectFrom('sessions').select(['id', 'userId']).where('token', '=', token).executeTakeFirst()
}

/** Makes the first person, an owner of the team, when there is none. Two processes that start at once make one. */
export async function makeFirstPerson(
  db: Database,
  person: { readonly teamId: string; readonly name: string; readonly email: string; readonly passwordHash: string },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await holdTeam(trx, person.teamId)
    if (await hasPerson(trx)) return false
    const userId = newId()
    await trx.insertInto('users').values({ id: userId, name: person.name, email: person.email, emailVerified: true }).execute()
    await trx
      .insertInto('accounts')
      .values({ id: newId(), userId, accountId: userId, providerId: 'credential', password: person.passwordHash })
      .execute()
    await trx.insertInto('members').values({ id: newId(), teamId: person.teamId, userId, role: 'owner' }).execute()
    return true
  })
}

export async function hasPerson(db: Executor): Promise<boolean> {
  return (await db.selectFrom('users').select('id').where('isService', '=', false).limit(1).executeTakeFirst()) !== undefined
}

/** Logins, half-done sign-ins and terminals whose time is over. They count for nothing already; this is only room. */
export async function deleteSpentLogins(db: Executor): Promise<void> {
  for (const table of ['sessions', 'verifications', 'device_codes'] as const)
    await sql`delete from ${sql.table(table)} where expires_at < now() - interval '1 day'`.execute(db)
}

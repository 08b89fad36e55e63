// Teams and who belongs to them. The library knows organizations; kyozo adds what it does not: a program is no person, rights end with sessions
// and tokens, and everything is written down.
import { KyozoError } from '../errors.ts'
import { recordAudit } from '../store/audit.ts'
import type { Database, Executor } from '../store/database.ts'
import { cancelInvitationsOf, pendingInvitation } from '../store/invitations.ts'
import { endGrants, endSessions, endTokens, findMember, findUser, holdTeam, type Member, ownersOf } from '../store/people.ts'
import { holdTeamNames, isTaken } from '../store/teams.ts'
import type { Viewer } from '../store/viewer.ts'
import type { Access } from './access.ts'
import { actingAs } from './acting.ts'
import type { AccessContext } from './better-auth.ts'
import { translated } from './translate.ts'

type MemberAccess = Pick<Access, 'createTeam' | 'invite' | 'cancelInvitation' | 'changeRole' | 'removeMember'>

export function memberAccess(context: AccessContext): MemberAccess {
  const { db, within, baseUrl, invitationCodes } = context
  return {
    createTeam: (viewer, team, origin) =>
      db.transaction().execute(async (trx) => {
        await holdTeamNames(trx)
        if (await isTaken(trx, team))
          throw new KyozoError('conflict', `there is a team named ${team.name} or with the slug ${team.slug} already`)
        const made = await asViewer(trx, viewer, () =>
          within(trx).api.createOrganization({ body: { ...team, keepCurrentActiveOrganization: true }, headers: new Headers() }),
        )
        const { id } = made
        const entry = { action: 'teams.create', subjectType: 'teams', subjectId: id, subjectName: team.name, ...origin }
        await recordAudit(trx, viewer, entry)
        await recordAudit(trx, { ...viewer, teamId: id }, entry)
        return { id }
      }),

    invite: (viewer, { email, role }, origin) =>
      db.transaction().execute(async (trx) => {
        await holdTeam(trx, viewer.teamId)
        if (role === 'owner' && viewer.role !== 'owner') throw onlyOwners('make others owners')
        const made = await asViewer(trx, viewer, () =>
          within(trx).api.createInvitation({ body: { email, role, organizationId: viewer.teamId }, headers: new Headers() }),
        )
        await recordAudit(trx, viewer, {
          action: 'invitations.create',
          subjectType: 'invitations',
          subjectId: made.id,
          subjectName: made.email,
          details: { role },
          ...origin,
        })
        const code = invitationCodes.codeFor(made.id)
        return { id: made.id, code, url: `${baseUrl}/invitations/${code}` }
      }),

    cancelInvitation: (viewer, id, origin) =>
      db.transaction().execute(async (trx) => {
        const found = await pendingInvitation(trx, id)
        if (found?.teamId !== viewer.teamId)
          throw new KyozoError('not_found', 'there is no invitation with this id that waits for an answer')
        await asViewer(trx, viewer, () => within(trx).api.cancelInvitation({ body: { invitationId: id }, headers: new Headers() }))
        await recordAudit(trx, viewer, {
          action: 'invitations.delete',
          subjectType: 'invitations',
          subjectId: id,
          subjectName: found.email,
          ...origin,
        })
      }),

    changeRole: (viewer, { memberId, role }, origin) =>
      changeMember(db, viewer, memberId, async (trx, member) => {
        if (member.role === role) return
        if (role === 'owner' && viewer.role !== 'owner') throw onlyOwners('make others owners')
        if (member.role === 'owner') await assertAnotherOwner(trx, member)
        await asViewer(trx, viewer, () =>
          within(trx).api.updateMemberRole({ body: { memberId, role, organizationId: viewer.teamId }, headers: new Headers() }),
        )
        await endOtherAccess(trx, viewer, member)
        await cancelInvitationsOf(trx, member)
        await recordAudit(trx, viewer, { ...about(member, 'members.update'), details: { role, before: member.role }, ...origin })
      }),

    removeMember: (viewer, memberId, origin) =>
      changeMember(db, viewer, memberId, async (trx, member) => {
        if (member.role === 'owner') await assertAnotherOwner(trx, member)
        await asViewer(trx, viewer, () =>
          within(trx).api.removeMember({ body: { memberIdOrEmail: memberId, organizationId: viewer.teamId }, headers: new Headers() }),
        )
        await endSessions(trx, member.userId)
        await endTokens(trx, member.userId, { teamId: viewer.teamId })
        await cancelInvitationsOf(trx, member)
        await endGrants(trx, { teamId: viewer.teamId, userId: member.userId, by: viewer.userId })
        await recordAudit(trx, viewer, { ...about(member, 'members.delete'), details: { role: member.role }, ...origin })
      }),
  }
}

/** Changes to one team's members follow each other, so that two owners cannot both make the other the last one and then leave. */
function changeMember(
  db: Database,
  viewer: Viewer,
  memberId: string,
  change: (trx: Executor, member: Member) => Promise<void>,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await holdTeam(trx, viewer.teamId)
    const member = await findMember(trx, { teamId: viewer.teamId, memberId })
    if (member === undefined) throw new KyozoError('not_found', 'there is no resource of type members with this id')
    if (member.isService) throw new KyozoError('forbidden', `${member.name} is kyozo's own program for this team; it stays an owner`)
    if (member.role === 'owner' && viewer.role !== 'owner') throw onlyOwners('change or remove an owner')
    await change(trx, member)
  })
}

async function assertAnotherOwner(trx: Executor, member: Member): Promise<void> {
  const others = (await ownersOf(trx, member.teamId)).filter((id) => id !== member.id)
  if (others.length === 0)
    throw new KyozoError('conflict', `${member.name} is the last owner of this team`, { hint: 'make somebody else an owner first' })
}

/** The login that makes the change goes on: whoever steps down sees it done. */
async function endOtherAccess(trx: Executor, viewer: Viewer, member: Member): Promise<void> {
  const isOwn = viewer.userId === member.userId
  await endSessions(trx, member.userId, isOwn && viewer.via.kind === 'session' ? { except: viewer.via.id } : {})
  await endTokens(trx, member.userId, {
    teamId: viewer.teamId,
    ...(isOwn && viewer.via.kind === 'token' ? { except: viewer.via.id } : {}),
  })
}

function about(member: Member, action: string) {
  return { action, subjectType: 'members', subjectId: member.id, subjectName: member.name }
}

function onlyOwners(what: string): KyozoError {
  return new KyozoError('forbidden', `only an owner of the team can ${what}; ask one of them`)
}

async function asViewer<T>(trx: Executor, viewer: Viewer, work: () => Promise<T>): Promise<T> {
  const user = await findUser(trx, viewer.userId)
  if (user === undefined) throw new KyozoError('unauthorized', 'the user of this request exists no more')
  const { id, name, email, emailVerified } = user
  const session = { id: viewer.via.id, token: '', userId: id, activeOrganizationId: viewer.teamId }
  return translated(() => actingAs({ user: { id, name, email, emailVerified }, session }, work))
}

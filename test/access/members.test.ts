// Who belongs to a team: invitations, roles, and what ends with them.
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.ts'
import { newId } from '../../src/ids.ts'
import type { Database } from '../../src/store/database.ts'
import { grantPermission } from '../../src/store/service-permissions.ts'
import { viewerOf } from '../../src/store/viewer.ts'
import { team, workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { accessOn, automation, cookieOf, password, person, viewerOfPerson, withCookie } from './scene.ts'

let db: Database
let access: Access
let teamId: string

beforeAll(async () => {
  db = (await testDatabase()).db
  access = accessOn(db)
  teamId = await team(db)
})

const gone = { code: 'not_found', message: expect.stringContaining('there is no invitation for you at this address') }

it('an invitation makes a person and a membership once, and says so in the audit trail', async () => {
  const { id, code, url } = await access.invite(await automation(db, teamId), { email: 'Grace@Example.com', role: 'admin' })
  expect(url).toBe(`http://kyozo.test/invitations/${code}`)
  const cookie = cookieOf(await access.join(code, { name: 'Grace', password }, new Headers()))
  expect(await access.viewerOfSession(withCookie(cookie))).toMatchObject({ name: 'Grace', role: 'admin', teamId })
  await expect(access.join(code, { name: 'Mallory', password }, new Headers())).rejects.toMatchObject(gone)
  const trail = await db
    .selectFrom('auditEvents')
    .select(['action', 'actor', 'subjectName'])
    .where('subjectId', '=', id)
    .orderBy('id')
    .execute()
  expect(trail).toEqual([
    { action: 'invitations.create', actor: 'automation', subjectName: 'grace@example.com' },
    { action: 'invitations.accept', actor: 'Grace', subjectName: 'grace@example.com' },
  ])
})

it('of fifty who join by one invitation at once, one does', async () => {
  const { code } = await access.invite(await automation(db, teamId), { email: `race-${newId()}@example.com`, role: 'member' })
  const joins = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) => access.join(code, { name: `Racer ${at}`, password }, new Headers())),
  )
  expect(joins.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

it('an invitation that was taken back, has expired, is somebody else’s or never was is not there', async () => {
  const program = await automation(db, teamId)
  const canceled = await access.invite(program, { email: 'a@example.com', role: 'member' })
  await access.cancelInvitation(program, canceled.id)
  const expired = await access.invite(program, { email: 'b@example.com', role: 'member' })
  await db
    .updateTable('invitations')
    .set({ expiresAt: new Date(0) })
    .where('id', '=', expired.id)
    .execute()
  const others = await access.invite(program, { email: 'c@example.com', role: 'member' })
  const ada = await person(db, access, { teamId })
  for (const code of [canceled.code, expired.code, newId()])
    await expect(access.join(code, { name: 'X', password }, new Headers())).rejects.toMatchObject(gone)
  for (const code of [canceled.code, others.code, newId()])
    await expect(access.acceptInvitation(code, withCookie(ada.cookie))).rejects.toMatchObject(gone)
})

it('who lists invitations cannot join by one: its id is not its address', async () => {
  const { id, code } = await access.invite(await automation(db, teamId), { email: 'boss@example.com', role: 'owner' })
  const ada = await person(db, access, { teamId, role: 'admin' })
  const forged = [id, id.toUpperCase(), `${id}.`, `${id}.${'A'.repeat(32)}`, code.replace(id, newId()), `${code}A`]
  for (const attempt of forged) {
    await expect(access.join(attempt, { name: 'Boss', password }, new Headers())).rejects.toMatchObject(gone)
    await expect(access.acceptInvitation(attempt, withCookie(ada.cookie))).rejects.toMatchObject(gone)
    expect(await access.invitationOf(attempt)).toBeUndefined()
  }
  expect(await access.invitationOf(code)).toMatchObject({ id, role: 'owner' })
})

it.each(['removed', 'made a member'])('what an admin who is %s has asked for is not answered', async (end) => {
  const ada = await person(db, access, { teamId, role: 'admin' })
  const { code } = await access.invite(await viewerOfPerson(db, { ...ada, teamId }), { email: `${newId()}@example.com`, role: 'admin' })
  const program = await automation(db, teamId)
  if (end === 'removed') await access.removeMember(program, ada.memberId)
  else await access.changeRole(program, { memberId: ada.memberId, role: 'member' })
  await expect(access.join(code, { name: 'Ada again', password }, new Headers())).rejects.toMatchObject(gone)
})

it('another team’s invitation cannot be taken back', async () => {
  const { id } = await access.invite(await automation(db, teamId), { email: 'd@example.com', role: 'member' })
  await expect(access.cancelInvitation(await automation(db, await team(db)), id)).rejects.toMatchObject({ code: 'not_found' })
  const { status } = await db.selectFrom('invitations').select('status').where('id', '=', id).executeTakeFirstOrThrow()
  expect(status).toBe('pending')
})

it('who has an account signs in to accept, and keeps the password', async () => {
  const ada = await person(db, access, { teamId: await team(db) })
  const { code } = await access.invite(await automation(db, teamId), { email: ada.email, role: 'member' })
  await expect(access.join(code, { name: 'Ada', password: 'another password' }, new Headers())).rejects.toMatchObject({ code: 'conflict' })
  await access.acceptInvitation(code, withCookie(ada.cookie))
  await expect(access.acceptInvitation(code, withCookie(ada.cookie))).rejects.toMatchObject(gone)
  expect((await access.signIn({ email: ada.email, password }, new Headers())).status).toBe(204)
})

it('a new role ends the logins and the tokens in this team, at once', async () => {
  const ada = await person(db, access, { teamId, role: 'admin' })
  const viewer = await viewerOfPerson(db, { ...ada, teamId })
  const token = await access.createToken(viewer, { name: 'ci', scopes: ['read'], expiresAt: null })
  await access.changeRole(await automation(db, teamId), { memberId: ada.memberId, role: 'member' })
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toBeUndefined()
  expect(await viewerOf(db, token.value)).toBeUndefined()
  const again = cookieOf(await access.signIn({ email: ada.email, password }, new Headers()))
  expect(await access.viewerOfSession(withCookie(again))).toMatchObject({ role: 'member' })
})

it('a removed member has no login, no token and no grant left, and cannot sign in', async () => {
  const ada = await person(db, access, { teamId })
  const program = await automation(db, teamId)
  const token = await access.createToken(await viewerOfPerson(db, { ...ada, teamId }), { name: 'ci', scopes: ['read'], expiresAt: null })
  const { workspace } = await workspaceWithEnvironment(db, teamId)
  const grant = await grantPermission(db, program, {
    userId: ada.userId,
    workspaceId: workspace.id,
    serviceInstanceId: null,
    permissionType: 'deploy_service',
  })
  await access.removeMember(program, ada.memberId)
  expect(await access.viewerOfSession(withCookie(ada.cookie))).toBeUndefined()
  expect(await viewerOf(db, token.value)).toBeUndefined()
  const { revokedById } = await db
    .selectFrom('servicePermissions')
    .select('revokedById')
    .where('id', '=', grant!.id)
    .executeTakeFirstOrThrow()
  expect(revokedById).toBe(program.userId)
  await expect(access.signIn({ email: ada.email, password }, new Headers())).rejects.toMatchObject({ code: 'unauthorized' })
})

it('an admin makes no owner, changes none and removes none', async () => {
  const admin = await viewerOfPerson(db, { ...(await person(db, access, { teamId, role: 'admin', name: 'Eve' })), teamId })
  const owner = await person(db, access, { teamId, role: 'owner', name: 'Olga' })
  const member = await person(db, access, { teamId })
  const refusal = { code: 'forbidden', message: expect.stringContaining('only an owner of the team can') }
  await expect(access.invite(admin, { email: 'x@example.com', role: 'owner' })).rejects.toMatchObject(refusal)
  await expect(access.changeRole(admin, { memberId: member.memberId, role: 'owner' })).rejects.toMatchObject(refusal)
  await expect(access.changeRole(admin, { memberId: owner.memberId, role: 'member' })).rejects.toMatchObject(refusal)
  await expect(access.removeMember(admin, owner.memberId)).rejects.toMatchObject(refusal)
})

it('the last owner stays one, even when two step down at the same moment', async () => {
  const small = await team(db)
  const [one, two] = [
    await person(db, access, { teamId: small, role: 'owner' }),
    await person(db, access, { teamId: small, role: 'owner', name: 'Bob' }),
  ]
  const steps = await Promise.allSettled(
    [one, two].map(async (each) =>
      access.changeRole(await viewerOfPerson(db, { ...each, teamId: small }), { memberId: each.memberId, role: 'member' }),
    ),
  )
  expect(steps.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const owners = await db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select('m.id')
    .where('m.teamId', '=', small)
    .where('m.role', '=', 'owner')
    .where('u.isService', '=', false)
    .execute()
  expect(owners).toHaveLength(1)
})

it('kyozo’s own program stays an owner', async () => {
  const program = await automation(db, teamId)
  const { id } = await db
    .selectFrom('members')
    .select('id')
    .where('userId', '=', program.userId)
    .where('teamId', '=', teamId)
    .executeTakeFirstOrThrow()
  await expect(access.removeMember(program, id)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(access.changeRole(program, { memberId: id, role: 'member' })).rejects.toMatchObject({ code: 'forbidden' })
})

it('another team’s member is as if there were none', async () => {
  const ada = await person(db, access, { teamId })
  const stranger = await automation(db, await team(db))
  const refusal = { code: 'not_found', message: 'there is no resource of type members with this id' }
  for (const id of [ada.memberId, newId()]) {
    await expect(access.removeMember(stranger, id)).rejects.toMatchObject(refusal)
    await expect(access.changeRole(stranger, { memberId: id, role: 'admin' })).rejects.toMatchObject(refusal)
  }
})

it('nobody is invited twice, or who is a member already', async () => {
  const program = await automation(db, teamId)
  const ada = await person(db, access, { teamId })
  await expect(access.invite(program, { email: ada.email, role: 'member' })).rejects.toMatchObject({ code: 'invalid' })
  await access.invite(program, { email: 'twice@example.com', role: 'member' })
  await expect(access.invite(program, { email: 'twice@example.com', role: 'member' })).rejects.toMatchObject({ code: 'invalid' })
})

it('a team’s name and slug are given once', async () => {
  const ada = await person(db, access, { teamId, role: 'owner' })
  const viewer = await viewerOfPerson(db, { ...ada, teamId })
  const { id } = await access.createTeam(viewer, { name: 'Blue', slug: 'blue' })
  expect(await access.viewerOfSession(withCookie(ada.cookie), { team: 'blue' })).toMatchObject({ teamId: id, role: 'owner' })
  await expect(access.createTeam(viewer, { name: 'blue', slug: 'other' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(access.createTeam(viewer, { name: 'Other', slug: 'blue' })).rejects.toMatchObject({ code: 'conflict' })
})

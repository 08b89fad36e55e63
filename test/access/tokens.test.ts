// API tokens: shown once, kept as a hash, bounded by scopes and by who made them, and gone at once when revoked.
import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import type { Access } from '../../src/access/access.ts'
import { reasonToRefuse } from '../../src/access/rights.ts'
import type { Database } from '../../src/store/database.ts'
import { defaultTeam } from '../../src/store/instance.ts'
import { noteTokenUse } from '../../src/store/tokens.ts'
import { viewerInTeam, viewerOf } from '../../src/store/viewer.ts'
import { team } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'
import { accessOn, automation, type Person, person, viewerOfPerson } from './scene.ts'

let db: Database
let access: Access
let teamId: string
let ada: Person

beforeAll(async () => {
  db = (await testDatabase()).db
  access = accessOn(db)
  teamId = await defaultTeam(db)
  ada = await person(db, access, { teamId })
})

const asAda = () => viewerOfPerson(db, { userId: ada.userId, teamId })

it('a token is kept as a hash, with enough of it to tell it from others', async () => {
  const { id, value } = await access.createToken(await asAda(), { name: 'ci', scopes: ['read', 'deploy'], expiresAt: null })
  expect(value).toMatch(/^kyozo_[\w-]{43}$/)
  const row = await db.selectFrom('apiKeys').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    teamId,
    referenceId: ada.userId,
    name: 'ci',
    start: value.slice(0, 10),
    key: createHash('sha256').update(value).digest('base64url'),
    scopes: ['read', 'deploy'],
    enabled: true,
    expiresAt: null,
  })
  expect(JSON.stringify(row)).not.toContain(value.slice(11))
  expect(await viewerOf(db, value)).toMatchObject({ teamId, userId: ada.userId, name: 'Ada', role: 'member', scopes: ['read', 'deploy'] })
  const trail = await db.selectFrom('auditEvents').selectAll().where('subjectId', '=', id).execute()
  expect(trail).toMatchObject([
    { action: 'api_tokens.create', actor: 'Ada', actorId: ada.userId, subjectName: 'ci', details: { scopes: ['read', 'deploy'] } },
  ])
})

it('a token without a scope may not do what the scope is for, whoever made it', async () => {
  const owner = await automation(db, teamId)
  const { value } = await access.createToken(owner, { name: 'reader', scopes: ['read'], expiresAt: null })
  const viewer = (await viewerOf(db, value))!
  expect(reasonToRefuse(viewer, 'workspaces.read')).toBeUndefined()
  expect(reasonToRefuse(viewer, 'workspaces.delete')).toBe(
    'this token may not be used for workspaces.delete: it was made without the scope admin',
  )
})

it('a token cannot make one with more scopes than its own', async () => {
  const { value } = await access.createToken(await asAda(), { name: 'admin only', scopes: ['read', 'admin'], expiresAt: null })
  const viewer = (await viewerOf(db, value))!
  await expect(access.createToken(viewer, { name: 'more', scopes: ['read', 'deploy'], expiresAt: null })).rejects.toMatchObject({
    code: 'forbidden',
    message: 'a token made with this one cannot have the scope deploy: this one has it not',
  })
})

it('a token cannot make one that lasts longer than itself, nor any once it is revoked', async () => {
  const end = new Date(Date.now() + 3_600_000)
  const { id, value } = await access.createToken(await asAda(), { name: 'short', scopes: ['admin'], expiresAt: end })
  const viewer = (await viewerOf(db, value))!
  const refused = { code: 'forbidden', message: `a token made with this one cannot last longer: this one ends at ${end.toISOString()}` }
  for (const expiresAt of [null, new Date(end.getTime() + 1)])
    await expect(access.createToken(viewer, { name: 'longer', scopes: ['admin'], expiresAt })).rejects.toMatchObject(refused)
  const made = await access.createToken(viewer, { name: 'as long', scopes: ['admin'] })
  const row = await db.selectFrom('apiKeys').select('expiresAt').where('id', '=', made.id).executeTakeFirstOrThrow()
  expect(row.expiresAt).toEqual(end)
  await access.revokeToken(viewer, id)
  await expect(access.createToken(viewer, { name: 'late', scopes: ['admin'] })).rejects.toMatchObject({ code: 'unauthorized' })
})

it('a token is refused from the moment it is revoked or expires', async () => {
  const revoked = await access.createToken(await asAda(), { name: 'a', scopes: ['read'], expiresAt: null })
  await access.revokeToken(await asAda(), revoked.id)
  expect(await viewerOf(db, revoked.value)).toBeUndefined()
  const expired = await access.createToken(await asAda(), { name: 'b', scopes: ['read'], expiresAt: new Date(Date.now() + 3_600_000) })
  expect(await viewerOf(db, expired.value)).toMatchObject({ userId: ada.userId })
  await db
    .updateTable('apiKeys')
    .set({ expiresAt: new Date(Date.now() - 1_000) })
    .where('id', '=', expired.id)
    .execute()
  expect(await viewerOf(db, expired.value)).toBeUndefined()
})

it('a member revokes their own tokens only, an admin anybody’s of the team, and nobody another team’s', async () => {
  const gone = { code: 'not_found', message: 'there is no resource of type api_tokens with this id' }
  const token = await access.createToken(await asAda(), { name: 'mine', scopes: ['read'], expiresAt: null })
  const bob = await person(db, access, { teamId, name: 'Bob' })
  await expect(access.revokeToken(await viewerOfPerson(db, { ...bob, teamId }), token.id)).rejects.toMatchObject(gone)
  await expect(access.revokeToken(await automation(db, await team(db)), token.id)).rejects.toMatchObject(gone)
  const eve = await person(db, access, { teamId, role: 'admin', name: 'Eve' })
  await access.revokeToken(await viewerOfPerson(db, { ...eve, teamId }), token.id)
  expect(await viewerOf(db, token.value)).toBeUndefined()
})

it('a token acts in its own team only; that of kyozo’s own program in every team that it made', async () => {
  const program = await automation(db, teamId)
  const { id } = await access.createTeam(program, { name: 'Second', slug: 'second' })
  expect(await viewerInTeam(db, program, 'second')).toMatchObject({ teamId: id, role: 'owner' })
  const token = await access.createToken(await asAda(), { name: 'mine', scopes: ['read'], expiresAt: null })
  const viewer = (await viewerOf(db, token.value))!
  expect(await viewerInTeam(db, viewer, 'default')).toEqual(viewer)
  for (const slug of ['second', 'nothing'])
    await expect(viewerInTeam(db, viewer, slug)).rejects.toMatchObject({
      code: 'not_found',
      message: `this token acts in no team with the slug "${slug}"`,
    })
})

it('a token knows when it was used last, to the minute', async () => {
  const { id } = await access.createToken(await asAda(), { name: 'used', scopes: ['read'], expiresAt: null })
  const lastUse = async () =>
    (await db.selectFrom('apiKeys').select('lastRequest').where('id', '=', id).executeTakeFirstOrThrow()).lastRequest
  const useAt = (when: Date) => db.updateTable('apiKeys').set({ lastRequest: when }).where('id', '=', id).execute()
  expect(await lastUse()).toBeNull()
  await noteTokenUse(db, id)
  expect(await lastUse()).toBeInstanceOf(Date)
  const [recently, before] = [new Date(Date.now() - 30_000), new Date(Date.now() - 90_000)]
  await useAt(recently)
  await noteTokenUse(db, id)
  expect(await lastUse()).toEqual(recently)
  await useAt(before)
  await noteTokenUse(db, id)
  expect((await lastUse())!.getTime()).toBeGreaterThan(recently.getTime())
})

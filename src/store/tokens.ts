// Tokens of kyozo's own service user: the operator's, and the one of the first run. People's tokens are made by the access library in the same table.
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow, inSeconds } from './instance.ts'
import { type TokenScope, tokenScopes } from './tables/access.ts'
import type { Viewer } from './viewer.ts'

/** Makes a token with all rights in the team and returns it; only its hash is kept, so this is the one time it can be shown. One of that name is replaced. */
export async function createToken(
  db: Executor,
  token: { readonly teamId: string; readonly name: string; readonly value?: string },
): Promise<string> {
  const value = token.value ?? newTokenValue()
  const userId = await serviceUser(db, token.teamId)
  await db
    .deleteFrom('apiKeys')
    .where('referenceId', '=', userId)
    .where('teamId', '=', token.teamId)
    .where('name', '=', token.name)
    .execute()
  await db
    .insertInto('apiKeys')
    .values({
      id: newId(),
      teamId: token.teamId,
      referenceId: userId,
      name: token.name,
      start: value.slice(0, shownCharacters),
      key: hashOf(value),
      scopes: [...tokenScopes],
    })
    // The same value under another name: the operator's token may be the one of the first run.
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ name: token.name, enabled: true, expiresAt: null }))
    .execute()
  return value
}

export async function hasToken(db: Executor, token: { readonly teamId: string; readonly name: string }): Promise<boolean> {
  const found = await db
    .selectFrom('apiKeys')
    .select('id')
    .where('teamId', '=', token.teamId)
    .where('name', '=', token.name)
    .where('enabled', '=', true)
    .executeTakeFirst()
  return found !== undefined
}

/** Notes that a token is used, at most once a minute: whoever finds an old token wants to know whether anything still needs it. */
export async function noteTokenUse(db: Executor, id: string): Promise<void> {
  await db
    .updateTable('apiKeys')
    .set({ lastRequest: databaseNow })
    .where('id', '=', id)
    .where((where) => where.or([where('lastRequest', 'is', null), where('lastRequest', '<', inSeconds(-60))]))
    .execute()
}

/** Enough to tell tokens apart, too little to use. */
export const shownCharacters = 10
export const tokenPrefix = 'kyozo_'

export function newTokenValue(): string {
  return `${tokenPrefix}${randomBytes(32).toString('base64url')}`
}

/** 256 random bits need no slow hash. Spelt as the access library spells it. */
export function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}

/** The program that acts for the team without a person; an owner, so that automation can do everything. */
async function serviceUser(db: Executor, teamId: string): Promise<string> {
  const email = `automation+${teamId}@kyozo.invalid`
  const known = await db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select('u.id')
    .where('m.teamId', '=', teamId)
    .where('u.isService', '=', true)
    .executeTakeFirst()
  if (known !== undefined) return known.id
  await db
    .insertInto('users')
    .values({ id: newId(), name: 'automation', email, isService: true })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const user = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirstOrThrow()
  await db
    .insertInto('members')
    .values({ id: newId(), teamId, userId: user.id, role: sql`'owner'` })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return user.id
}

/** Until when a token is accepted, null for good; undefined when it was revoked. Until the transaction ends, nobody revokes it. */
export async function holdTokenEnd(db: Executor, id: string): Promise<Date | null | undefined> {
  const found = await db
    .selectFrom('apiKeys')
    .select('expiresAt')
    .where('id', '=', id)
    .where('enabled', '=', true)
    .forShare()
    .executeTakeFirst()
  return found?.expiresAt
}

/** What the access library does not know of a token that it made. */
export async function describeToken(
  db: Executor,
  id: string,
  token: { readonly teamId: string; readonly scopes: readonly TokenScope[]; readonly expiresAt: Date | null },
): Promise<void> {
  await db
    .updateTable('apiKeys')
    .set({ teamId: token.teamId, scopes: [...token.scopes], expiresAt: token.expiresAt })
    .where('id', '=', id)
    .execute()
}

/** Undefined when the viewer has no such token; an owner or admin has everybody's of the team. */
export function deleteToken(db: Executor, viewer: Viewer, id: string): Promise<{ name: string | null } | undefined> {
  return db
    .deleteFrom('apiKeys')
    .where('teamId', '=', viewer.teamId)
    .where('id', '=', id)
    .$if(viewer.role === 'member', (query) => query.where('referenceId', '=', viewer.userId))
    .returning('name')
    .executeTakeFirst()
}

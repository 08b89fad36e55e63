import { createHash, randomBytes } from 'node:crypto'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'

/** Who asks. Every read of the API is narrowed by it here, in the data layer. */
export interface Viewer {
  readonly teamId: string
  readonly name: string
}

/** Makes a token and returns it; only its hash is kept, so this is the one time it can be shown. An existing token of that name is replaced. */
export async function createToken(
  db: Executor,
  token: { readonly teamId: string; readonly name: string; readonly value?: string },
): Promise<string> {
  const value = token.value ?? `kyozo_${randomBytes(32).toString('base64url')}`
  const tokenHash = hashOf(value)
  await db
    .insertInto('apiTokens')
    .values({ id: newId(), teamId: token.teamId, name: token.name, tokenHash })
    .onConflict((conflict) => conflict.columns(['teamId', 'name']).doUpdateSet({ tokenHash, revokedAt: null }))
    .execute()
  return value
}

export async function hasToken(db: Executor, token: { readonly teamId: string; readonly name: string }): Promise<boolean> {
  const found = await db
    .selectFrom('apiTokens')
    .select('id')
    .where('teamId', '=', token.teamId)
    .where('name', '=', token.name)
    .where('revokedAt', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

/** The team a token belongs to, or undefined when it is unknown, expired or revoked. */
export async function viewerOf(db: Executor, value: string): Promise<Viewer | undefined> {
  const found = await db
    .selectFrom('apiTokens')
    .select(['teamId', 'name'])
    .where('tokenHash', '=', hashOf(value))
    .where('revokedAt', 'is', null)
    .where((where) => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', databaseNow)]))
    .executeTakeFirst()
  return found
}

function hashOf(value: string): string {
  return createHash('sha256').update(value).digest('hex')
}

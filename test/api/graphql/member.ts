// A member of a team with just these permissions, as a token.
import { newId } from '../../../src/ids.ts'
import type { Database } from '../../../src/store/database.ts'
import { type PermissionType, type TokenScope, tokenScopes } from '../../../src/store/tables/access.ts'
import { hashOf, newTokenValue } from '../../../src/store/tokens.ts'

interface Granted {
  readonly workspaceId: string
  readonly serviceInstanceId?: string
  readonly permission: PermissionType
}

export async function memberToken(
  db: Database,
  teamId: string,
  grants: readonly Granted[] = [],
  scopes: readonly TokenScope[] = tokenScopes,
): Promise<string> {
  const userId = newId()
  await db
    .insertInto('users')
    .values({ id: userId, name: 'Ada', email: `${userId}@example.com` })
    .execute()
  await db.insertInto('members').values({ id: newId(), teamId, userId, role: 'member' }).execute()
  for (const { permission, ...at } of grants)
    await db
      .insertInto('servicePermissions')
      .values({ id: newId(), teamId, userId, permissionType: permission, grantedById: userId, ...at } as never)
      .execute()
  const value = newTokenValue()
  await db
    .insertInto('apiKeys')
    .values({ id: newId(), teamId, referenceId: userId, name: 'test', start: value.slice(0, 10), key: hashOf(value), scopes: [...scopes] })
    .execute()
  return value
}

// Values that kyozo keeps encrypted. The caller encrypts: the key never comes here.
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'

export interface SecretScope {
  readonly teamId: string
  readonly workspaceId: string
  readonly environmentId: string
}

export interface StoredSecret {
  readonly name: string
  readonly ciphertext: Buffer
  readonly version: number
}

export function listSecrets(db: Executor, scope: SecretScope): Promise<StoredSecret[]> {
  return db
    .selectFrom('secrets')
    .select(['name', 'ciphertext', 'version'])
    .where('workspaceId', '=', scope.workspaceId)
    .where((where) => where.or([where('environmentId', '=', scope.environmentId), where('environmentId', 'is', null)]))
    .orderBy('name')
    .execute()
}

/** Keeps the first value that a name was given: a generated password must not change under a running database. */
export async function addSecretOnce(
  db: Executor,
  scope: SecretScope,
  secret: { readonly name: string; readonly ciphertext: Buffer },
): Promise<void> {
  await db
    .insertInto('secrets')
    .values({ id: newId(), ...scope, service: null, ...secret })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

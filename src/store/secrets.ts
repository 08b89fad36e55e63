// Values that kyozo keeps encrypted. The caller encrypts: the key never comes here.
import type { Selectable } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { SecretTable } from './tables/services.ts'
import type { Viewer } from './viewer.ts'

export interface SecretScope {
  readonly teamId: string
  readonly workspaceId: string
  readonly environmentId: string
}

export type StoredSecret = Pick<
  Selectable<SecretTable>,
  'id' | 'workspaceId' | 'environmentId' | 'service' | 'name' | 'ciphertext' | 'version' | 'isMade'
>

/** Where a secret belongs. It is part of what is sealed: a row that is copied to another place does not open. */
export function placeOf(secret: Pick<StoredSecret, 'workspaceId' | 'environmentId' | 'service' | 'name'>): string {
  const service = secret.service === null ? '' : `@${secret.service}`
  return `${secret.workspaceId}/${secret.environmentId ?? ''}/${secret.name}${service}`
}

/** Those of the environment and of its workspace, by name. */
export function listSecrets(db: Executor, scope: Omit<SecretScope, 'teamId'>): Promise<StoredSecret[]> {
  return db
    .selectFrom('secrets')
    .select(['id', 'workspaceId', 'environmentId', 'service', 'name', 'ciphertext', 'version', 'isMade'])
    .where('workspaceId', '=', scope.workspaceId)
    .where((where) => where.or([where('environmentId', '=', scope.environmentId), where('environmentId', 'is', null)]))
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export interface SealedValue {
  readonly ciphertext: Buffer
  readonly keyId: string
}

/** Keeps the first value that a name was given: a generated password must not change under a running database. */
export async function addSecretOnce(db: Executor, scope: SecretScope, secret: SealedValue & { readonly name: string }): Promise<void> {
  await db
    .insertInto('secrets')
    .values({ id: newId(), ...scope, service: null, isMade: true, ...secret })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export interface NewSecret extends SealedValue {
  readonly id: string
  readonly teamId: string
  readonly workspaceId: string
  readonly environmentId: string | null
  readonly service: string | null
  readonly name: string
  readonly createdById: string
}

/** False when the scope has a secret of that name. */
export async function addSecret(db: Executor, secret: NewSecret): Promise<boolean> {
  const made = await db
    .insertInto('secrets')
    .values({ ...secret, updatedById: secret.createdById })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** The new version, or undefined when the row is gone. */
export async function replaceSecret(
  db: Executor,
  id: string,
  change: SealedValue & { readonly updatedById: string },
): Promise<number | undefined> {
  const changed = await db
    .updateTable('secrets')
    .set((set) => ({ ...change, version: set('version', '+', 1), updatedAt: databaseNow }))
    .where('id', '=', id)
    .where('isMade', '=', false)
    .returning('version')
    .executeTakeFirst()
  return changed?.version
}

/** Whether there was one to remove. */
export async function removeSecret(db: Executor, id: string): Promise<boolean> {
  const gone = await db.deleteFrom('secrets').where('id', '=', id).where('isMade', '=', false).returning('id').executeTakeFirst()
  return gone !== undefined
}

export async function countSecrets(db: Executor, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('secrets')
    .select((select) => select.fn.countAll<string>().as('count'))
    .where('workspaceId', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Held until the transaction ends; undefined when it is gone or another team's. */
export function holdSecret(
  db: Executor,
  viewer: Pick<Viewer, 'teamId'>,
  id: string,
): Promise<(StoredSecret & { readonly keyId: string }) | undefined> {
  return db
    .selectFrom('secrets')
    .select(['id', 'workspaceId', 'environmentId', 'service', 'name', 'ciphertext', 'version', 'isMade', 'keyId'])
    .where('teamId', '=', viewer.teamId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

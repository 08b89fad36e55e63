// Values that kyozo keeps encrypted. The caller encrypts: the key never comes here.
import { type Selectable, sql } from 'kysely'
import { newId } from '../ids.ts'
import type { Executor } from './database.ts'
import { databaseNow } from './instance.ts'
import type { SecretTable } from './tables/secrets.ts'
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

export type RetiredSecret = Pick<StoredSecret, 'workspaceId' | 'environmentId' | 'service' | 'name' | 'ciphertext'>

/** Values that containers of the environment may still have been started with. */
export function listRetiredSecrets(db: Executor, scope: Omit<SecretScope, 'teamId'>): Promise<RetiredSecret[]> {
  return db
    .selectFrom('retiredSecrets')
    .select(['workspaceId', 'environmentId', 'service', 'name', 'ciphertext'])
    .where('workspaceId', '=', scope.workspaceId)
    .where((where) => where.or([where('environmentId', '=', scope.environmentId), where('environmentId', 'is', null)]))
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
  await retireValue(db, id)
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
  await retireValue(db, id)
  const gone = await db.deleteFrom('secrets').where('id', '=', id).where('isMade', '=', false).returning('id').executeTakeFirst()
  return gone !== undefined
}

/** Of one secret; a container that was started with an older one has seen as many releases fail. */
const retiredKept = 10

/** Keeps the value that is about to go. */
async function retireValue(db: Executor, id: string): Promise<void> {
  await sql`insert into retired_secrets (id, team_id, workspace_id, environment_id, service, name, ciphertext, key_id)
    select ${newId()}, team_id, workspace_id, environment_id, service, name, ciphertext, key_id from secrets where id = ${id} and not is_made`.execute(
    db,
  )
  await sql`delete from retired_secrets where id in (
    select r.id from retired_secrets r join secrets s on r.workspace_id = s.workspace_id and r.name = s.name
      and r.environment_id is not distinct from s.environment_id and r.service is not distinct from s.service
    where s.id = ${id} order by r.id desc offset ${retiredKept})`.execute(db)
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

// Which values count as secrets of an environment.
import { randomBytes } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { environmentSecrets } from '../../src/pipeline/environment-secrets.ts'
import { createVault } from '../../src/secrets/vault.ts'
import type { Database } from '../../src/store/database.ts'
import type { Environment } from '../../src/store/environments.ts'
import { addSecret, placeOf, removeSecret, replaceSecret } from '../../src/store/secrets.ts'
import { workspaceWithEnvironment } from '../store/rows.ts'
import { testDatabase } from '../support/database.ts'

const vault = createVault(randomBytes(32))
let db: Database
let environment: Environment
let userId: string

beforeAll(async () => {
  db = (await testDatabase()).db
  environment = (await workspaceWithEnvironment(db)).environment
  userId = newId()
  await db
    .insertInto('users')
    .values({ id: userId, name: 'Ada', email: `${userId}@example.com` })
    .execute()
})

async function set(name: string, value: string): Promise<string> {
  const { teamId, workspaceId } = environment
  const secret = { id: newId(), teamId, workspaceId, environmentId: null, service: null, name }
  await addSecret(db, { ...secret, ciphertext: vault.seal(placeOf(secret), value), keyId: vault.keyId, createdById: userId })
  return secret.id
}

async function replace(id: string, value: string): Promise<void> {
  const row = await db.selectFrom('secrets').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  await replaceSecret(db, id, { ciphertext: vault.seal(placeOf(row), value), keyId: vault.keyId, updatedById: userId })
}

const values = async () => (await environmentSecrets({ db, vault }, environment)).values.toSorted()
const given = async () => (await environmentSecrets({ db, vault }, environment)).available.map(({ name }) => name)

it('what was replaced or removed is given to nobody, and stays hidden: a container from before may still print it', async () => {
  const id = await set('STRIPE_KEY', 'first value')
  await replace(id, 'second value')
  expect(await values()).toEqual(['first value', 'second value'])
  await removeSecret(db, id)
  expect(await values()).toEqual(['first value', 'second value'])
  expect(await given()).toEqual([])
  const other = (await workspaceWithEnvironment(db)).environment
  expect((await environmentSecrets({ db, vault }, other)).values).toEqual([])
})

it('of a value that changes every hour the last ten are remembered', async () => {
  await db.deleteFrom('retiredSecrets').execute()
  const id = await set('HOURLY', 'value 00')
  for (let at = 1; at <= 12; at++) await replace(id, `value ${String(at).padStart(2, '0')}`)
  expect(await values()).toEqual(Array.from({ length: 11 }, (_, at) => `value ${String(at + 2).padStart(2, '0')}`))
})

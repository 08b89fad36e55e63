// A new key takes over what older ones sealed, and a wrong key never starts.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { newId } from '../../src/ids.ts'
import { createVault, type Vault } from '../../src/secrets/vault.ts'
import type { Database } from '../../src/store/database.ts'
import { addConnection, connectionPlaces } from '../../src/store/forge-connections.ts'
import { findReleaseValues, keepRelease, releaseValuesPlace } from '../../src/store/kept-releases.ts'
import { queueRelease } from '../../src/store/releases.ts'
import { checkKeys, keysInUse, resealAll } from '../../src/store/sealing-keys.ts'
import { listRetiredSecrets, listSecrets, placeOf } from '../../src/store/secrets.ts'
import { testDatabase } from '../support/database.ts'
import { workspaceWithEnvironment } from './rows.ts'

const [old, next] = [randomBytes(32), randomBytes(32)]

async function fill(db: Database, vault: Vault, count: number) {
  const { workspace, environment } = await workspaceWithEnvironment(db)
  const scope = { teamId: workspace.teamId, workspaceId: workspace.id, environmentId: environment.id }
  const rows = Array.from({ length: count }, (_, at) => {
    const place = { ...scope, service: null, name: `NAME_${at}` }
    return {
      id: newId(),
      ...place,
      ciphertext: vault.seal(placeOf(place), `value ${at}`),
      keyId: vault.keyId,
      createdById: null,
      updatedById: null,
    }
  })
  await db.insertInto('secrets').values(rows).execute()
  const { createdById: _, updatedById: __, ...retired } = rows[0]!
  await db.insertInto('retiredSecrets').values(retired).execute()
  const { release } = await queueRelease(db, { ...scope, ref: 'refs/heads/main', sha: '1'.repeat(40), triggeredBy: 'mona' })
  await keepRelease(db, release, {
    kept: 10,
    values: { ciphertext: vault.seal(releaseValuesPlace(release.id), 'of then'), keyId: vault.keyId },
  })
  const id = newId()
  const places = connectionPlaces(id)
  await addConnection(db, {
    id,
    teamId: workspace.teamId,
    forge: 'github',
    name: `c-${id.slice(-12)}`,
    apiUrl: 'https://api.github.com',
    appId: null,
    credentials: vault.seal(places.credentials, 'token'),
    webhookSecret: vault.seal(places.webhookSecret, 'hook'),
    createdById: null,
    lastError: null,
  })
  return { scope, connection: id, releaseId: release.id }
}

it('a new key takes over every value while others do the same, and then the old one can go', async () => {
  const { db } = await testDatabase()
  const before = createVault(old)
  await checkKeys(db, before)
  const { scope, connection, releaseId } = await fill(db, before, 250)
  const vault = createVault(next, [old])
  await checkKeys(db, vault)
  const interrupted = new AbortController()
  interrupted.abort(new Error('stopped'))
  await expect(resealAll(db, vault, interrupted.signal)).rejects.toThrow('stopped')
  const moved = await Promise.all([resealAll(db, vault), resealAll(db, vault)])
  expect(moved[0] + moved[1]).toBe(253)
  expect(await resealAll(db, vault)).toBe(0)
  expect(await keysInUse(db)).toEqual([vault.keyId])

  const alone = createVault(next)
  await checkKeys(db, alone)
  const secrets = await listSecrets(db, scope)
  expect(secrets.map((secret) => alone.open(placeOf(secret), secret.ciphertext)).sort()).toEqual(
    Array.from({ length: 250 }, (_, at) => `value ${at}`).sort(),
  )
  const retired = await listRetiredSecrets(db, scope)
  expect(retired.map((secret) => alone.open(placeOf(secret), secret.ciphertext))).toEqual(['value 0'])
  expect(alone.open(releaseValuesPlace(releaseId), (await findReleaseValues(db, releaseId))!)).toBe('of then')
  const row = await db.selectFrom('forgeConnections').selectAll().where('id', '=', connection).executeTakeFirstOrThrow()
  expect(alone.open(connectionPlaces(connection).webhookSecret, row.webhookSecret)).toBe('hook')
  expect(await db.selectFrom('sealingKeys').select('keyId').execute()).toEqual([{ keyId: alone.keyId }])
})

it('a wrong key does not start, whether or not anything is sealed since keys have names', async () => {
  const { db } = await testDatabase()
  const vault = createVault(old)
  await fill(db, vault, 1)
  const wrong = {
    code: 'config_invalid',
    message: `the secrets in the database are sealed with key ${vault.keyId}, which this kyozo was not given`,
  }
  await expect(checkKeys(db, createVault(next))).rejects.toMatchObject(wrong)
  await checkKeys(db, vault)
  await db.deleteFrom('forgeConnections').execute()
  await db.deleteFrom('retiredSecrets').execute()
  await db.deleteFrom('releaseValues').execute()
  await expect(checkKeys(db, createVault(next))).rejects.toMatchObject(wrong)

  await db.updateTable('secrets').set({ keyId: 'first' }).execute()
  await expect(checkKeys(db, createVault(next))).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('sealed with another key'),
  })
  await checkKeys(db, vault)
  expect(await resealAll(db, vault)).toBe(1)
  expect(await keysInUse(db)).toEqual([vault.keyId])
  const stored = await sql<{ text: string }>`select encode(ciphertext, 'escape') as text from secrets`.execute(db)
  expect(stored.rows.some(({ text }) => text.includes('value 0'))).toBe(false)
})

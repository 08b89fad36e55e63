// Which keys the stored values are sealed with: checked before anything is served, and moved to a new key while everything runs.
import { sql } from 'kysely'
import { KyozoError } from '../errors.ts'
import type { Vault } from '../secrets/vault.ts'
import type { Database, Executor } from './database.ts'
import { connectionPlaces } from './forge-connections.ts'
import { releaseValuesPlace } from './kept-releases.ts'
import { placeOf } from './secrets.ts'

const checkPlace = (keyId: string) => `check/${keyId}`
const checkText = 'kyozo'

/** Of rows from before keys had ids. */
const firstKey = 'first'

/**
 * Throws `config_invalid` when something stored is sealed with a key that the vault does not have: a wrong key ends the start, and never a
 * release. Remembers the keys that are in use.
 */
export async function checkKeys(db: Executor, vault: Vault): Promise<void> {
  const missing = (await keysInUse(db)).filter((id) => id !== firstKey && !vault.keyIds.includes(id))
  if (missing.length > 0) throw wrongKey(`key ${missing.join(' and key ')}`)
  const known = await db.selectFrom('sealingKeys').selectAll().execute()
  for (const { keyId, checkValue } of known) {
    // A key that nothing is sealed with any more was given up.
    if (!vault.keyIds.includes(keyId)) await db.deleteFrom('sealingKeys').where('keyId', '=', keyId).execute()
    else if (vault.open(checkPlace(keyId), checkValue) !== checkText) throw wrongKey(`key ${keyId}`)
  }
  await checkFirst(db, vault)
  await db
    .insertInto('sealingKeys')
    .values({ keyId: vault.keyId, checkValue: vault.seal(checkPlace(vault.keyId), checkText) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function checkFirst(db: Executor, vault: Vault): Promise<void> {
  const secret = await db.selectFrom('secrets').selectAll().where('keyId', '=', firstKey).limit(1).executeTakeFirst()
  if (secret === undefined) return
  try {
    vault.open(placeOf(secret), secret.ciphertext)
  } catch (error) {
    throw wrongKey('another key', error)
  }
}

function wrongKey(key: string, cause?: unknown): KyozoError {
  return new KyozoError('config_invalid', `the secrets in the database are sealed with ${key}, which this kyozo was not given`, {
    hint: 'restore KYOZO_SECRET_KEY or secret.key in the data directory, or give the older key in KYOZO_OLD_SECRET_KEYS',
    cause,
  })
}

/** Ids of the keys that open what is stored. */
export async function keysInUse(db: Executor): Promise<readonly string[]> {
  const { rows } = await sql<{ keyId: string }>`
    select key_id as "keyId" from secrets group by 1
    union select key_id from retired_secrets group by 1
    union select key_id from release_values group by 1
    union select encode(substring(webhook_secret from 2 for 8), 'hex') from forge_connections
    union select encode(substring(credentials from 2 for 8), 'hex') from forge_connections where credentials is not null
    order by 1`.execute(db)
  return rows.map((row) => row.keyId)
}

/** One transaction each: what was moved stays moved when kyozo ends in between. */
const batchRows = 100

/** Seals everything with the vault's key that another key has sealed. Others may do the same at once, and everything may be used meanwhile. */
export async function resealAll(db: Database, vault: Vault, signal?: AbortSignal): Promise<number> {
  let moved = 0
  for (const batch of [resealIn('secrets'), resealIn('retiredSecrets'), resealReleases, resealConnections]) {
    for (;;) {
      signal?.throwIfAborted()
      const rows = await db.transaction().execute((trx) => batch(trx, vault))
      moved += rows
      if (rows < batchRows) break
    }
  }
  return moved
}

function resealIn(table: 'secrets' | 'retiredSecrets') {
  return async (trx: Executor, vault: Vault): Promise<number> => {
    const rows = await trx
      .selectFrom(table)
      .select(['id', 'workspaceId', 'environmentId', 'service', 'name', 'ciphertext'])
      .where('keyId', '!=', vault.keyId)
      .limit(batchRows)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const row of rows) {
      const place = placeOf(row)
      const ciphertext = vault.seal(place, vault.open(place, row.ciphertext))
      await trx.updateTable(table).set({ ciphertext, keyId: vault.keyId }).where('id', '=', row.id).execute()
    }
    return rows.length
  }
}

async function resealReleases(trx: Executor, vault: Vault): Promise<number> {
  const rows = await trx
    .selectFrom('releaseValues')
    .select(['releaseId', 'ciphertext'])
    .where('keyId', '!=', vault.keyId)
    .limit(batchRows)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const { releaseId, ciphertext } of rows) {
    const place = releaseValuesPlace(releaseId)
    const again = vault.seal(place, vault.open(place, ciphertext))
    await trx.updateTable('releaseValues').set({ ciphertext: again, keyId: vault.keyId }).where('releaseId', '=', releaseId).execute()
  }
  return rows.length
}

async function resealConnections(trx: Executor, vault: Vault): Promise<number> {
  const key = Buffer.from(vault.keyId, 'hex')
  const rows = await trx
    .selectFrom('forgeConnections')
    .select(['id', 'credentials', 'webhookSecret'])
    .where(
      sql<boolean>`(substring(webhook_secret from 2 for 8) <> ${key} or (credentials is not null and substring(credentials from 2 for 8) <> ${key}))`,
    )
    .limit(batchRows)
    .forUpdate()
    .skipLocked()
    .execute()
  for (const { id, credentials, webhookSecret } of rows) {
    const places = connectionPlaces(id)
    const again = (place: string, sealed: Buffer) => vault.seal(place, vault.open(place, sealed))
    const change = {
      webhookSecret: again(places.webhookSecret, webhookSecret),
      credentials: credentials === null ? null : again(places.credentials, credentials),
    }
    await trx.updateTable('forgeConnections').set(change).where('id', '=', id).execute()
  }
  return rows.length
}

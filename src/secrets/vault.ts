// Encryption at rest: AES-256-GCM, a fresh nonce for each value, and the place a value belongs to as associated data, so that a row copied
// elsewhere does not open. What is sealed names its key, so that a new key can take over one value after the other.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { KyozoError } from '../errors.ts'

export interface Vault {
  /** Of the key that seals: 16 hexadecimal digits, a fingerprint. */
  readonly keyId: string
  /** Of all keys that open. */
  readonly keyIds: readonly string[]
  seal(place: string, value: string): Buffer
  /** Throws `config_invalid` when none of the keys is the one that sealed it. */
  open(place: string, sealed: Buffer): string
  /** Whether the key that seals now sealed it too. */
  isCurrent(sealed: Buffer): boolean
}

const nonceBytes = 12
const tagBytes = 16
const idBytes = 8
/** Named no key: whichever opens it. */
const firstFormat = 1
const format = 2

export function createVault(active: Buffer, older: readonly Buffer[] = []): Vault {
  const keys = new Map([active, ...older].reverse().map((key) => [keyIdOf(key), key]))
  const keyId = keyIdOf(active)
  return {
    keyId,
    keyIds: [...keys.keys()],
    seal(place, value) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', active, nonce).setAAD(Buffer.from(place))
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([format]), Buffer.from(keyId, 'hex'), nonce, cipher.getAuthTag(), text])
    },
    open(place, sealed) {
      const candidates = candidatesFor(sealed, keys)
      for (const key of candidates) {
        const text = tryKey(place, sealed, key)
        if (text !== undefined) return text
      }
      throw unreadable(place, sealed)
    },
    isCurrent: (sealed) => sealedBy(sealed) === keyId,
  }
}

/** A fingerprint: it names a key and tells nothing of it. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256')
    .update('kyozo key ')
    .update(key)
    .digest('hex')
    .slice(0, idBytes * 2)
}

/** The id of the key that sealed a value; undefined for one of the first format. */
export function sealedBy(sealed: Buffer): string | undefined {
  return sealed[0] === format ? sealed.subarray(1, 1 + idBytes).toString('hex') : undefined
}

function candidatesFor(sealed: Buffer, keys: ReadonlyMap<string, Buffer>): readonly Buffer[] {
  const id = sealedBy(sealed)
  if (id === undefined) return sealed[0] === firstFormat ? [...keys.values()] : []
  const key = keys.get(id)
  return key === undefined ? [] : [key]
}

function tryKey(place: string, sealed: Buffer, key: Buffer): string | undefined {
  const start = sealed[0] === format ? 1 + idBytes : 1
  const [nonceEnd, tagEnd] = [start + nonceBytes, start + nonceBytes + tagBytes]
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(start, nonceEnd), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(nonceEnd, tagEnd))
    return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]).toString('utf8')
  } catch {
    // Another key's, another place's, or damaged: GCM does not tell them apart.
    return undefined
  }
}

function unreadable(place: string, sealed: Buffer): KyozoError {
  const id = sealedBy(sealed)
  return new KyozoError(
    'config_invalid',
    `the secret ${place} cannot be read with ${id === undefined ? 'this key' : `the keys given: key ${id} sealed it, or it was changed since`}`,
    { hint: 'restore the key that this database was used with (KYOZO_SECRET_KEY or secret.key in the data directory)' },
  )
}

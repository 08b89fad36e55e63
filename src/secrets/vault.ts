// Encryption at rest: AES-256-GCM, a fresh nonce for each value, and the place a value belongs to as associated data, so that a row copied
// elsewhere does not open.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'

export interface Vault {
  seal(place: string, value: string): Buffer
  /** Throws `config_invalid` when the key is not the one that sealed it. */
  open(place: string, sealed: Buffer): string
}

const nonceBytes = 12
const tagBytes = 16
const formatVersion = 1

export function createVault(key: Buffer): Vault {
  return {
    seal(place, value) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place))
      const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.from([formatVersion]), nonce, cipher.getAuthTag(), text])
    },
    open(place, sealed) {
      try {
        if (sealed[0] !== formatVersion) throw new Error(`sealed in format ${sealed[0]}, which this version does not know`)
        const nonce = sealed.subarray(1, 1 + nonceBytes)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place))
        decipher.setAuthTag(sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes))
        return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes + tagBytes)), decipher.final()]).toString('utf8')
      } catch (error) {
        throw new KyozoError('config_invalid', `the secret ${place} cannot be read with this key`, {
          hint: 'restore the key that this database was used with (KYOZO_SECRET_KEY or secret.key in the data directory)',
          cause: error,
        })
      }
    },
  }
}

/** The key from the environment, or the one in the data directory, made on the first run with mode 0600. */
export async function secretKey(dataDir: string, given: string | undefined): Promise<Buffer> {
  if (given !== undefined) return Buffer.from(given, 'hex')
  const file = path.join(dataDir, 'secret.key')
  await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await chmod(file, 0o600)
  const text = (await readFile(file, 'utf8')).trim()
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new KyozoError('config_invalid', `${file} does not hold a key of 64 hexadecimal digits`, {
      hint: 'restore it from a backup; without it the stored secrets cannot be read',
    })
  return Buffer.from(text, 'hex')
}

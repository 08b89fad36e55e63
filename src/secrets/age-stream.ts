// Whole files in the age format (age-encryption.org/v1) as streams, to recipients or under a passphrase.
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter } from 'age-encryption'
import { KyozoError } from '../errors.ts'

export interface Encryption {
  /** `age1…`. */
  readonly recipients: readonly string[]
  readonly passphrase?: string | undefined
}

export interface Decryption {
  /** `AGE-SECRET-KEY-1…`. */
  readonly identities: readonly string[]
  readonly passphrase?: string | undefined
}

/** How an age file begins. */
export const ageHeader = 'age-encryption.org/v1'

/** Throws `invalid` for a recipient that is none. */
export async function encrypted(plain: Readable, { recipients, passphrase }: Encryption): Promise<Readable> {
  const encrypter = new Encrypter()
  if (passphrase !== undefined) encrypter.setPassphrase(passphrase)
  for (const recipient of recipients) addRecipient(encrypter, recipient)
  return fromWeb(await encrypter.encrypt(toWeb(plain)))
}

/** Throws `secret_unreadable` when nothing that was given opens it. */
export async function decrypted(sealed: Readable, { identities, passphrase }: Decryption): Promise<Readable> {
  const decrypter = new Decrypter()
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase)
  for (const identity of identities) addIdentity(decrypter, identity)
  try {
    return fromWeb(await decrypter.decrypt(toWeb(sealed)))
  } catch (error) {
    throw new KyozoError('secret_unreadable', 'the file is encrypted, and what was given does not open it', {
      hint: 'give the identity of one of its recipients, or its passphrase',
      cause: error,
    })
  }
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient)
  } catch {
    throw new KyozoError('invalid', `${JSON.stringify(recipient)} is no age recipient`, { hint: 'age-keygen prints one: age1…' })
  }
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity)
  } catch {
    throw new KyozoError('invalid', 'the identity is no whole age identity', { hint: 'copy the line AGE-SECRET-KEY-1… whole' })
  }
}

// Node's own types of web streams and those of the library describe the same thing.
function toWeb(stream: Readable): globalThis.ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as unknown as globalThis.ReadableStream<Uint8Array>
}

function fromWeb(stream: globalThis.ReadableStream<Uint8Array>): Readable {
  return Readable.fromWeb(stream as unknown as ReadableStream<Uint8Array>)
}

// The age format (age-encryption.org/v1), armored or not.
import { armor, Decrypter } from 'age-encryption'
import { unreadable } from './unreadable.ts'

export interface AgeRequest {
  /** What it is called in a message. */
  readonly file: string
  readonly identities: readonly string[]
}

/** Throws `secret_unreadable` when none of the identities is a recipient's, and when the file was changed. */
export async function openAge(content: Buffer, { file, identities }: AgeRequest): Promise<Buffer> {
  const bytes = withoutArmor(content, file)
  const decrypter = new Decrypter()
  for (const identity of identities) addIdentity(decrypter, identity, file)
  try {
    return Buffer.from(await decrypter.decrypt(bytes))
  } catch (error) {
    const isOtherKey = error instanceof Error && /no identity matched/i.test(error.message)
    throw isOtherKey
      ? unreadable(
          file,
          'is encrypted to other keys than the one in SOPS_AGE_KEY',
          "set SOPS_AGE_KEY to the identity of one of the file's recipients",
        )
      : unreadable(file, 'was changed after it was encrypted, or is no age file', 'encrypt it again')
  }
}

function withoutArmor(content: Buffer, file: string): Uint8Array {
  const start = content.subarray(0, 64).toString('latin1').trimStart()
  if (!start.startsWith('-----BEGIN AGE')) return content
  try {
    return armor.decode(content.toString('latin1'))
  } catch {
    throw unreadable(file, 'was changed after it was encrypted: its armor is broken', 'encrypt it again')
  }
}

function addIdentity(decrypter: Decrypter, identity: string, file: string): void {
  try {
    decrypter.addIdentity(identity)
  } catch {
    throw unreadable(file, 'cannot be opened: SOPS_AGE_KEY is no whole age identity', 'copy the line AGE-SECRET-KEY-1… whole')
  }
}

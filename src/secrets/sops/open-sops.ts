// Opens a file that SOPS encrypted: the data key by age, each value by AES-256-GCM under it with its place as associated data, and at the end the
// digest of all values, so that none was taken out, added or moved. https://getsops.io/docs/#encryption-protocol
import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { openAge } from '../age.ts'
import { unreadable } from '../unreadable.ts'
import { readLeaves, type SopsFormat, type StoredLeaf } from './leaves.ts'
import type { Metadata } from './metadata.ts'

export type { SopsFormat } from './leaves.ts'

export interface OpenedLeaf {
  readonly path: readonly string[]
  readonly value: string
  /** As the file has it. */
  readonly stored: string
}

export interface SopsRequest {
  readonly file: string
  readonly text: string
  readonly format: SopsFormat
  readonly identities: readonly string[]
}

/** Every value of the file in order. Throws `secret_unreadable`. */
export async function openSops(request: SopsRequest): Promise<readonly OpenedLeaf[]> {
  const { file } = request
  const { leaves, metadata } = readLeaves(file, request)
  const key = await dataKey(metadata, request)
  // Makes a digest of encrypted values alone another one than that of all.
  const digest = createHash('sha512').update(metadata.isDigestOfEncryptedOnly ? encryptedOnlyStart : '')
  const opened = leaves.map((leaf) => {
    const isEncrypted = metadata.isEncrypted(leaf.path, valuePattern.test(leaf.stored))
    const { bytes, kind } = isEncrypted ? openLeaf(leaf, { key, file }) : { bytes: leaf.plain, kind: 'str' }
    if (isEncrypted || !metadata.isDigestOfEncryptedOnly) digest.update(bytes)
    return { path: leaf.path, stored: leaf.stored, value: isEncrypted ? wordsOf(bytes, kind) : leaf.stored }
  })
  assertDigest(metadata, { key, file, digest: digest.digest('hex').toUpperCase() })
  return opened
}

const encryptedOnlyStart = Buffer.from('8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69', 'hex')

async function dataKey({ sealedKeys }: Metadata, { file, identities }: SopsRequest): Promise<Buffer> {
  let failure: unknown
  for (const sealed of sealedKeys) {
    try {
      const key = await openAge(Buffer.from(sealed), { file, identities })
      if (key.length === 32) return key
      failure = changed(file)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

const valuePattern = /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]/

interface Opening {
  readonly key: Buffer
  readonly file: string
}

/** What is empty is not encrypted. */
function openLeaf({ path, stored, isText }: StoredLeaf, opening: Opening): { readonly bytes: string; readonly kind: string } {
  if (isText && stored === '') return { bytes: '', kind: 'str' }
  const opened = isText ? open(stored, { ...opening, place: `${path.join(':')}:` }) : undefined
  if (opened === undefined)
    throw unreadable(opening.file, `was changed after it was encrypted: ${path.join('.')} cannot be opened`, 'edit it with sops only')
  return opened
}

function open(
  stored: string,
  { key, place }: Opening & { readonly place: string },
): { readonly bytes: string; readonly kind: string } | undefined {
  const [, data, nonce, tag, kind] = valuePattern.exec(stored) ?? []
  if (data === undefined || nonce === undefined || tag === undefined || kind === undefined) return undefined
  const tagBytes = Buffer.from(tag, 'base64')
  if (tagBytes.length !== 16) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64')).setAAD(Buffer.from(place)).setAuthTag(tagBytes)
    const bytes = Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()])
    return { bytes: bytes.toString('utf8'), kind }
  } catch {
    return undefined
  }
}

/** SOPS spells truth as Python does; programs look for the other spelling. */
function wordsOf(bytes: string, kind: string): string {
  return kind === 'bool' ? bytes.toLowerCase() : bytes
}

function assertDigest(metadata: Metadata, { key, file, digest }: Opening & { readonly digest: string }): void {
  const sealed = open(metadata.sealedDigest, { key, file, place: metadata.lastModified })?.bytes ?? ''
  const isSame = sealed.length === digest.length && timingSafeEqual(Buffer.from(sealed), Buffer.from(digest))
  if (!isSame) throw changed(file)
}

function changed(file: string) {
  return unreadable(file, 'was changed after it was encrypted: its digest is another one', 'edit it with sops only')
}

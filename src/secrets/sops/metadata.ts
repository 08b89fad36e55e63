// What a SOPS file says of its own encryption: to whom the data key is sealed, which values are encrypted, and the sealed digest of all of them.
import { z } from 'zod'
import { unreadable } from '../unreadable.ts'

const text = z.coerce.string()
const flag = z.preprocess((value) => value === true || value === 'true' || value === 'True', z.boolean())

const schema = z.object({
  age: z
    .array(z.object({ enc: text }))
    .nullish()
    .transform((list) => list ?? []),
  key_groups: z
    .array(z.unknown())
    .nullish()
    .transform((list) => list ?? []),
  lastmodified: z.union([z.string(), z.date().transform((date) => date.toISOString())]),
  mac: text.default(''),
  mac_only_encrypted: flag.default(false),
  unencrypted_suffix: text.optional(),
  encrypted_suffix: text.optional(),
  unencrypted_regex: text.optional(),
  encrypted_regex: text.optional(),
  unencrypted_comment_regex: text.optional(),
  encrypted_comment_regex: text.optional(),
})

export interface Metadata {
  /** The data key, sealed to each recipient: armored age files. */
  readonly sealedKeys: readonly string[]
  readonly lastModified: string
  readonly sealedDigest: string
  readonly isDigestOfEncryptedOnly: boolean
  /** Whether the value at a path is encrypted; `looksEncrypted` decides where comments do. */
  readonly isEncrypted: (path: readonly string[], looksEncrypted: boolean) => boolean
}

export function metadataOf(file: string, data: unknown): Metadata {
  if (data === undefined)
    throw unreadable(file, 'is not encrypted: it has no SOPS metadata', 'encrypt it (sops -e -i), and replace the secrets that it held')
  const parsed = schema.safeParse(data)
  if (!parsed.success) throw unreadable(file, 'has SOPS metadata that cannot be read', 'encrypt it again')
  const said = parsed.data
  if (said.key_groups.length > 0)
    throw unreadable(file, 'splits its key over several groups, which kyozo does not put together', 'encrypt it to one group of keys')
  if (said.age.length === 0)
    throw unreadable(file, 'is encrypted to no age key', 'add an age recipient in .sops.yaml and run sops updatekeys')
  return {
    sealedKeys: said.age.map(({ enc }) => enc),
    lastModified: rfc3339(said.lastmodified),
    sealedDigest: said.mac,
    isDigestOfEncryptedOnly: said.mac_only_encrypted,
    isEncrypted: ruleOf(file, said),
  }
}

/** To the second, as SOPS writes it again. */
function rfc3339(time: string): string {
  return time.replace(/\.\d+/, '').replace(/\+00:00$/, 'Z')
}

function ruleOf(file: string, said: z.infer<typeof schema>): Metadata['isEncrypted'] {
  const { encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex } = said
  if (said.encrypted_comment_regex || said.unencrypted_comment_regex) return (_, looksEncrypted) => looksEncrypted
  if (encrypted_suffix) return (path) => path.some((word) => word.endsWith(encrypted_suffix))
  if (encrypted_regex) {
    const pattern = patternOf(file, encrypted_regex)
    return (path) => path.some((word) => pattern.test(word))
  }
  if (unencrypted_regex) {
    const pattern = patternOf(file, unencrypted_regex)
    return (path) => !path.some((word) => pattern.test(word))
  }
  return (path) => !path.some((word) => word.endsWith(unencrypted_suffix || '_unencrypted'))
}

/** Whoever may push writes it: a pattern that could take for ever is not run. */
function patternOf(file: string, source: string): RegExp {
  const flags = /^\(\?i\)/.test(source) ? 'i' : ''
  const plain = source.replace(/^\(\?i\)/, '')
  try {
    const isQuick = plain.length <= 500 && !/\)[*+{]|\\\d/.test(plain) && (plain.match(/[*+{]/g) ?? []).length <= 3
    if (isQuick) return new RegExp(plain, flags)
  } catch {
    // Go's syntax knows what this one does not.
  }
  throw unreadable(
    file,
    'names its values by a pattern that kyozo does not run',
    'use encrypted_suffix, or a list of names such as ^(PASSWORD|TOKEN)$',
  )
}

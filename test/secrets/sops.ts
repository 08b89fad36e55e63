// Encrypts as the description of SOPS says (https://getsops.io/docs/#encryption-protocol), written apart from what reads it.
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { armor, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'

export interface AgeKey {
  readonly identity: string
  readonly recipient: string
}

export async function ageKey(): Promise<AgeKey> {
  const identity = await generateIdentity()
  return { identity, recipient: await identityToRecipient(identity) }
}

export async function ageEncrypt(text: string | Uint8Array, recipients: readonly string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(text)
}

/** Type and value of each leaf in order, with its path. */
export type Leaf = readonly [path: string, value: string | number | boolean]

export interface Sealed {
  readonly values: ReadonlyMap<string, string>
  readonly mac: string
  readonly lastModified: string
  readonly keys: readonly { readonly recipient: string; readonly enc: string }[]
}

interface Sealing {
  readonly recipients: readonly string[]
  readonly isPlain?: (path: string) => boolean
  /** The data key. Default is a random one. */
  readonly key?: Buffer
  /** Ciphertexts that somebody else made with the key, by path. */
  readonly known?: Readonly<Record<string, string>>
}

export async function seal(
  leaves: readonly Leaf[],
  { recipients, isPlain = () => false, key = randomBytes(32), known = {} }: Sealing,
): Promise<Sealed> {
  const lastModified = '2026-05-22T20:15:29Z'
  const digest = createHash('sha512')
  const values = new Map<string, string>()
  for (const [path, value] of leaves) {
    const bytes = spelled(value)
    digest.update(bytes)
    values.set(path, isPlain(path) ? String(value) : (known[path] ?? sealValue(key, { bytes, kind: kindOf(value), place: `${path}:` })))
  }
  const keys = await Promise.all(
    recipients.map(async (recipient) => ({ recipient, enc: armor.encode(await ageEncrypt(key, [recipient])) })),
  )
  const mac = sealValue(key, { bytes: digest.digest('hex').toUpperCase(), kind: 'str', place: lastModified })
  return { values, mac, lastModified, keys }
}

function sealValue(key: Buffer, { bytes, kind, place }: { readonly bytes: string; readonly kind: string; readonly place: string }): string {
  if (bytes === '') return ''
  const iv = randomBytes(32)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(place))
  const data = Buffer.concat([cipher.update(bytes), cipher.final()])
  return `ENC[AES256_GCM,data:${data.toString('base64')},iv:${iv.toString('base64')},tag:${cipher.getAuthTag().toString('base64')},type:${kind}]`
}

function spelled(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)
}

function kindOf(value: string | number | boolean): string {
  if (typeof value === 'string') return 'str'
  return typeof value === 'boolean' ? 'bool' : Number.isInteger(value) ? 'int' : 'float'
}

export function asYaml({ values, mac, lastModified, keys }: Sealed, more = ''): string {
  const lines = [...values].map(([name, value]) => `${name}: ${value === '' ? '""' : value}`)
  const age = keys.flatMap(({ recipient, enc }) => [
    `        - recipient: ${recipient}`,
    '          enc: |',
    ...enc
      .trimEnd()
      .split('\n')
      .map((line) => `            ${line}`),
  ])
  const said = [`    lastmodified: "${lastModified}"`, `    mac: ${mac}`, `    version: 3.13.1${more}`]
  return `${[...lines, 'sops:', '    age:', ...age, ...said].join('\n')}\n`
}

export function asJson({ values, mac, lastModified, keys }: Sealed): string {
  const sops = { age: keys, lastmodified: lastModified, mac, unencrypted_suffix: '_unencrypted', version: '3.13.1' }
  return JSON.stringify({ ...Object.fromEntries(values), sops }, null, '\t')
}

export function asDotenv({ values, mac, lastModified, keys }: Sealed): string {
  const lines = [...values].map(([name, value]) => `${name}=${value}`)
  const age = keys.flatMap(({ recipient, enc }, at) => [
    `sops_age__list_${at}__map_enc=${enc.trimEnd().replaceAll('\n', '\\n')}\\n`,
    `sops_age__list_${at}__map_recipient=${recipient}`,
  ])
  const said = [`sops_lastmodified=${lastModified}`, `sops_mac=${mac}`, 'sops_unencrypted_suffix=_unencrypted', 'sops_version=3.13.1']
  return `#ENC[AES256_GCM,data:c29tZSBjb21tZW50,iv:AA==,tag:AA==,type:comment]\n${[...lines, ...age, ...said].join('\n')}\n`
}

import { randomBytes } from 'node:crypto'
import { armor } from 'age-encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { openAge } from '../../src/secrets/age.ts'
import { encryptedFile } from '../../src/secrets/encrypted-file.ts'
import { plainBytes } from '../../src/secrets/sops/plain-bytes.ts'
import { type AgeKey, ageEncrypt, ageKey, asDotenv, asJson, asYaml, type Leaf, seal } from './sops.ts'

let key: AgeKey
let other: AgeKey
beforeAll(async () => {
  key = await ageKey()
  other = await ageKey()
})

function read(file: string, content: string | Uint8Array, identity: string | undefined = key.identity) {
  return encryptedFile.read({
    at: file,
    credentials: new Map(identity === '' ? [] : [['SOPS_AGE_KEY', identity]]),
    readFile: async () => Buffer.from(content),
  })
}

async function valuesOf(file: string, content: string | Uint8Array, identity?: string) {
  return Object.fromEntries([...(await read(file, content, identity))].map(([name, { value }]) => [name, value]))
}

const leaves: readonly Leaf[] = [
  ['PASSWORD', 'pässwörd "1" $x'],
  ['PORTS', 8080],
  ['RATE', 0.25],
  ['IS_ON', true],
  ['EMPTY', ''],
  ['PEM', '-----BEGIN-----\nabc\n-----END-----\n'],
]
const expected = {
  PASSWORD: 'pässwörd "1" $x',
  PORTS: '8080',
  RATE: '0.25',
  IS_ON: 'true',
  EMPTY: '',
  PEM: '-----BEGIN-----\nabc\n-----END-----\n',
}

describe('a file that SOPS encrypted', () => {
  it.each([
    ['YAML', 'secrets.enc.yaml', asYaml],
    ['JSON', 'secrets.json', asJson],
    ['dotenv', '.env', asDotenv],
  ])('opens as %s', async (_, file, write) => {
    const sealed = await seal(leaves, { recipients: [other.recipient, key.recipient] })
    expect(await valuesOf(file, write(sealed))).toEqual(expected)
    // What age-keygen writes, with a key that does not fit in front.
    const keys = `# created: 2026-01-01\n# public key: ${(await ageKey()).recipient}\n${(await ageKey()).identity}\n${key.identity}\n`
    expect(await valuesOf(file, write(sealed), keys)).toEqual(expected)
  })

  it('keeps what its suffix leaves in the open, and counts it', async () => {
    const open: readonly Leaf[] = [...leaves, ['LEVEL_unencrypted', 'info'], ['LIMIT_unencrypted', 3]]
    const sealed = await seal(open, { recipients: [key.recipient], isPlain: (path) => path.endsWith('_unencrypted') })
    const text = asYaml(sealed, '\n    unencrypted_suffix: _unencrypted')
    expect(await valuesOf('s.yaml', text)).toEqual({ ...expected, LEVEL_unencrypted: 'info', LIMIT_unencrypted: '3' })
    await expect(read('s.yaml', text.replace('LIMIT_unencrypted: 3', 'LIMIT_unencrypted: 4'))).rejects.toMatchObject(changed('s.yaml'))
  })

  it('says another version exactly of what has another ciphertext', async () => {
    const one = await seal(leaves, { recipients: [key.recipient] })
    const [first, again] = [await read('s.yaml', asYaml(one)), await read('s.yaml', asYaml(one))]
    expect([...again]).toEqual([...first])
    const two = await read('s.yaml', asYaml(await seal(leaves, { recipients: [key.recipient] })))
    expect(two.get('PASSWORD')?.version).not.toBe(first.get('PASSWORD')?.version)
    expect(first.get('PASSWORD')?.version).toMatch(/^[0-9a-f]{16}$/)
  })

  const changed = (file: string) => ({
    code: 'secret_unreadable',
    message: expect.stringMatching(new RegExp(`^the secrets file ${file} was changed after it was encrypted`)),
  })

  it('does not open when a value was changed, moved, taken out or added', async () => {
    const sealed = await seal(leaves, { recipients: [key.recipient] })
    const text = asYaml(sealed)
    const [password, pem] = [sealed.values.get('PASSWORD')!, sealed.values.get('PEM')!]
    const changes = [
      text.replace(password, pem),
      text.replace(/data:(.)/, (_, first: string) => `data:${first === 'A' ? 'B' : 'A'}`),
      text.replace(/^PASSWORD: .*\n/m, ''),
      text.replace(/^PASSWORD: (.*)$/m, 'SECRET: $1'),
      `X: ${password}\n${text}`,
      text.replace(/^PASSWORD: .*$/m, 'PASSWORD: in the open'),
      text.replace(/^PASSWORD: .*$/m, 'PASSWORD: ""'),
      text.replace('"2026-05-22', '"2026-05-23'),
      text.replace(/^ {4}mac: .*\n/m, ''),
      // The order counts too.
      text.replace(/^(PORTS: .*\n)(RATE: .*\n)/m, '$2$1'),
    ]
    for (const change of changes) {
      expect(change).not.toBe(text)
      await expect(read('s.yaml', change)).rejects.toMatchObject(changed('s.yaml'))
    }
  })

  it.each<[string, (text: string) => string, string | undefined, string]>([
    ['there is no key', (text) => text, '', 'the secrets file s.yaml cannot be opened: there is no key'],
    ['the key is another one', (text) => text, 'other', 'the secrets file s.yaml is encrypted to other keys than the one in SOPS_AGE_KEY'],
    [
      'the key is a public one',
      (text) => text,
      'public',
      'the secrets file s.yaml cannot be opened: SOPS_AGE_KEY holds a line that is no age identity',
    ],
    ['the key is cut', (text) => text, 'cut', 'the secrets file s.yaml cannot be opened: SOPS_AGE_KEY is no whole age identity'],
    [
      'it is not encrypted',
      () => 'PASSWORD: in the open\n',
      undefined,
      'the secrets file s.yaml is not encrypted: it has no SOPS metadata',
    ],
    ['it is a list', () => '- a\n', undefined, 'the secrets file s.yaml is not a map of names and values'],
    ['it is not YAML', () => 'a: [\n', undefined, 'the secrets file s.yaml is not one YAML document (BAD_INDENT)'],
    [
      'no age key opens it',
      (text) => text.replace(/ {4}age:[\s\S]*? {4}lastmodified/, '    pgp: []\n    lastmodified'),
      undefined,
      'the secrets file s.yaml is encrypted to no age key',
    ],
    [
      'its key is split',
      (text) => `${text}    key_groups: [{}]\n`,
      undefined,
      'the secrets file s.yaml splits its key over several groups, which kyozo does not put together',
    ],
  ])('says so when %s', async (_, change, identity, message) => {
    const sealed = await seal(leaves, { recipients: [key.recipient] })
    const given = { other: other.identity, public: key.recipient, cut: key.identity.slice(0, -3) }[identity ?? ''] ?? identity
    const error = await read('s.yaml', change(asYaml(sealed)), given).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code: 'secret_unreadable', message, hint: expect.any(String) })
    expect(JSON.stringify(error)).not.toMatch(new RegExp(`pässwörd|${key.identity.slice(20, 40)}|${other.identity.slice(20, 40)}`))
  })

  it.each([
    ['PORT', 'the secrets file s.yaml has PORT, which is set by kyozo to the port that it asks; say another port in kyozo.yaml'],
    ['KYOZO_X', 'the secrets file s.yaml has KYOZO_X, which begins with KYOZO_, which kyozo keeps for itself'],
    ['db:password', 'the secrets file s.yaml has db:password, which must be letters, digits and _, at most 128, and begin with no digit'],
  ])('refuses the name %s', async (name, message) => {
    const sealed = await seal([[name, 'some value']], { recipients: [key.recipient] })
    await expect(read('s.yaml', asYaml(sealed).replace('db:password:', '"db:password":'))).rejects.toMatchObject({ message })
  })

  it('does not follow aliases that multiply', async () => {
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...['b', 'c', 'd', 'e', 'f', 'g'].map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(', ')}]`),
    ]
    await expect(read('s.yaml', `${bomb.join('\n')}\nsops: {}\n`)).rejects.toMatchObject({
      message: 'the secrets file s.yaml holds more than 2000 values',
    })
  })
})

describe('a dotenv file that age encrypted', () => {
  const text = `# settings\nexport A=one # first\nB="two\\nlines \\"x\\""\nC='raw $x\\n'\n\nD="\nover lines"\nE=\n`

  it('opens, armored or not', async () => {
    const bytes = await ageEncrypt(text, [key.recipient])
    const values = { A: 'one', B: 'two\nlines "x"', C: 'raw $x\\n', D: '\nover lines', E: '' }
    expect(await valuesOf('prod.env.age', bytes)).toEqual(values)
    expect(await valuesOf('prod.env.age', armor.encode(bytes))).toEqual(values)
  })

  it('has another version of exactly what has another value, although all of it looks different each time', async () => {
    const [one, two] = await Promise.all(
      [text, text.replace('one', 'ONE')].map(async (plain) => read('p.age', await ageEncrypt(plain, [key.recipient]))),
    )
    const differing = [...one!].filter(([name, { version }]) => two!.get(name)?.version !== version).map(([name]) => name)
    expect(differing).toEqual(['A'])
  })

  it('says what is wrong with it, and where', async () => {
    const bytes = await ageEncrypt(text, [key.recipient])
    const damaged = Buffer.from(bytes)
    damaged[damaged.length - 1]! ^= 1
    await expect(read('p.age', damaged)).rejects.toMatchObject({
      message: 'the secrets file p.age was changed after it was encrypted, or is no age file',
    })
    await expect(read('p.age', randomBytes(100))).rejects.toMatchObject({ code: 'secret_unreadable' })
    await expect(read('p.age', await ageEncrypt('A=1\nhello\n', [key.recipient]))).rejects.toMatchObject({
      message: 'the secrets file p.age holds no NAME=value on line 2',
    })
    await expect(read('p.age', bytes, other.identity)).rejects.toMatchObject({
      message: expect.stringContaining('encrypted to other keys'),
    })
  })
})

it('opens what the age program of others encrypted', async () => {
  // The test vector of the SOPS project, age/keysource_test.go.
  const encrypted = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBvY2t2NkdLUGRvY3l2OGNy
MVJWcUhCOEZrUG8yeCtnRnhxL0I5NFk4YjJFCmE4SVQ3MEdyZkFqRWpSa2F0NVhF
VDUybzBxdS9nSGpHSVRVMUI0UEVqZkkKLS0tIGJjeGhNQ0Y5L2VZRVVYSm90djFF
bzdnQ3UwTGljMmtrbWNMV1MxYkFzUFUK4xjOZOTGdcbzuwUY/zeBXhcF+Md3e5PQ
EylloI7MNGbadPGb
-----END AGE ENCRYPTED FILE-----`
  const identities = ['AGE-SECRET-KEY-1G0Q5K9TV4REQ3ZSQRMTMG8NSWQGYT0T7TZ33RAZEE0GZYVZN0APSU24RK7']
  expect((await openAge(Buffer.from(encrypted), { file: 'vector', identities })).toString()).toBe('data')
})

it.each([
  ['true', 'True'],
  ['False', 'False'],
  ['042', '34'],
  ['0x1F', '31'],
  ['1_000', '1000'],
  ['-7', '-7'],
  ['1e21', '1000000000000000000000'],
  ['1.50', '1.5'],
  ['1.5e-7', '0.00000015'],
  ['18446744073709551616', '18446744073709552000'],
  ['2026-01-02', '2026-01-02T00:00:00Z'],
  ['2026-01-02T03:04:05.600Z', '2026-01-02T03:04:05.6Z'],
  ['yes', 'yes'],
  ['1.2.3', '1.2.3'],
])('counts the plain value %s as %s', (source, bytes) => {
  expect(plainBytes(source)).toBe(bytes)
})

it('opens what SOPS itself encrypted', async () => {
  // The test vector of the SOPS project, aes/cipher_test.go.
  const bar = 'ENC[AES256_GCM,data:oYyi,iv:MyIDYbT718JRr11QtBkcj3Dwm4k1aCGZBVeZf0EyV8o=,tag:t5z2Z023Up0kxwCgw1gNxg==,type:str]'
  const sealed = await seal([['bar', 'foo']], { recipients: [key.recipient], key: Buffer.from('f'.repeat(32)), known: { bar } })
  expect(await valuesOf('s.yaml', asYaml(sealed))).toEqual({ bar: 'foo' })
})

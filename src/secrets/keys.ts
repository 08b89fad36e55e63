// Where the keys come from: the environment, or a file in the data directory that only kyozo may read. The first seals, all open.
import { randomBytes } from 'node:crypto'
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { KyozoError } from '../errors.ts'

export interface SecretKeys {
  readonly active: Buffer
  readonly older: readonly Buffer[]
}

export interface GivenKeys {
  /** KYOZO_SECRET_KEY: 64 hexadecimal digits. Default is the file, made on the first run with mode 0600. */
  readonly active?: string | undefined
  /** KYOZO_OLD_SECRET_KEYS. Default is none. */
  readonly older?: readonly string[] | undefined
}

/** Throws `config_invalid`, as one line, for a file that others may read, and for a key that is none or can be guessed. */
export async function secretKeys(dataDir: string, given: GivenKeys = {}): Promise<SecretKeys> {
  const fromFile = given.active === undefined ? await keysOfFile(keyFileOf(dataDir)) : []
  const fromEnvironment = [...(given.active === undefined ? [] : [given.active]), ...(given.older ?? [])]
  const [active, ...older] = [...fromFile, ...fromEnvironment].map((text) => Buffer.from(text, 'hex'))
  for (const key of [active!, ...older]) refuseGuessable(key)
  return { active: active!, older }
}

/** Puts a new key before those of the file: from its next start on kyozo seals with it and still opens with the others. */
export async function addKey(dataDir: string): Promise<void> {
  const file = keyFileOf(dataDir)
  const known = await keysOfFile(file)
  await writeWhole(file, [randomBytes(32).toString('hex'), ...known])
}

function keyFileOf(dataDir: string): string {
  return path.join(dataDir, 'secret.key')
}

async function keysOfFile(file: string): Promise<readonly string[]> {
  await writeFile(file, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await refuseReadable(file)
  const lines = (await readFile(file, 'utf8'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length > 0 && lines.every((line) => /^[0-9a-f]{64}$/.test(line))) return lines
  throw new KyozoError('config_invalid', `${file} does not hold a key of 64 hexadecimal digits on each line`, {
    hint: 'restore it from a backup; without it the stored secrets cannot be read',
  })
}

/** Whoever could read it may have kept it: closing the file again is for a person to decide. */
async function refuseReadable(file: string): Promise<void> {
  const { mode, uid } = await stat(file)
  const shown = `0${(mode & 0o777).toString(8)}`
  if ((mode & 0o077) !== 0)
    throw new KyozoError('config_invalid', `${file} holds the secret key and others may read or change it (mode ${shown})`, {
      hint: `run: chmod 600 ${file}; if somebody else may have read it, change the key after that`,
    })
  const self = process.getuid?.()
  if (self !== undefined && uid !== self)
    throw new KyozoError('config_invalid', `${file} holds the secret key and belongs to another user (uid ${uid})`, {
      hint: `run kyozo as that user, or: chown ${self} ${file}`,
    })
}

/** 32 random bytes have fewer than 16 different ones about never; `00…`, `0123…` and a repeated word have. */
const fewestDifferentBytes = 16

function refuseGuessable(key: Buffer): void {
  if (new Set(key).size >= fewestDifferentBytes) return
  throw new KyozoError('config_invalid', 'the secret key is a pattern that can be guessed', {
    hint: 'make one with: openssl rand -hex 32',
  })
}

async function writeWhole(file: string, keys: readonly string[]): Promise<void> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w', 0o600)
  try {
    await handle.writeFile(`${keys.join('\n')}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(partial, file)
}

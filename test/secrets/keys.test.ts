import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addKey, secretKeys } from '../../src/secrets/keys.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kyozo-key-'))
  file = path.join(folder, 'secret.key')
})
afterEach(() => rm(folder, { recursive: true }))

const hex = () => randomBytes(32).toString('hex')

it('makes a key on the first run, keeps it on the next, and lets nobody else read it', async () => {
  const first = await secretKeys(folder)
  expect(first).toEqual({ active: expect.any(Buffer), older: [] })
  expect(first.active).toHaveLength(32)
  expect(await secretKeys(folder)).toEqual(first)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it("takes the operator's keys without touching the disk", async () => {
  const [active, old] = [hex(), hex()]
  const keys = await secretKeys('/nonexistent', { active, older: [old] })
  expect(keys).toEqual({ active: Buffer.from(active, 'hex'), older: [Buffer.from(old, 'hex')] })
})

it('seals with the key that was added last and keeps the others', async () => {
  const { active } = await secretKeys(folder)
  await addKey(folder)
  const both = await secretKeys(folder)
  expect(both.older).toEqual([active])
  expect(both.active.equals(active)).toBe(false)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('does not start with a damaged key, and does not replace it', async () => {
  await writeFile(file, 'half a key', { mode: 0o600 })
  await expect(secretKeys(folder)).rejects.toMatchObject({ code: 'config_invalid', hint: expect.stringContaining('backup') })
  expect(await readFile(file, 'utf8')).toBe('half a key')
})

it.each([0o644, 0o640, 0o604, 0o660])('does not start with a key that others may read (mode %o), and says so in one line', async (mode) => {
  await writeFile(file, hex())
  await chmod(file, mode)
  const error = await secretKeys(folder).catch((thrown: unknown) => thrown as Error)
  expect(error).toMatchObject({ code: 'config_invalid', hint: expect.stringContaining(`chmod 600 ${file}`) })
  expect((error as Error).message).toBe(`${file} holds the secret key and others may read or change it (mode 0${mode.toString(8)})`)
  expect((await stat(file)).mode & 0o777).toBe(mode)
})

it.each(['00'.repeat(32), 'deadbeef'.repeat(8), '0123456789abcdef'.repeat(4)])(
  'does not start with a key that can be guessed: %s',
  async (key) => {
    await expect(secretKeys(folder, { active: key })).rejects.toMatchObject({
      code: 'config_invalid',
      message: 'the secret key is a pattern that can be guessed',
    })
  },
)

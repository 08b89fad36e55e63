import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVault, secretKey } from '../../src/secrets/vault.ts'

describe('a sealed value', () => {
  const vault = createVault(randomBytes(32))
  const unreadable = expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('shop/production/password') })

  it('opens at its place, and never looks the same twice', () => {
    const [one, two] = [vault.seal('p', 'geheim ✓'), vault.seal('p', 'geheim ✓')]
    expect([vault.open('p', one), vault.open('p', two)]).toEqual(['geheim ✓', 'geheim ✓'])
    expect(one.equals(two)).toBe(false)
    expect(one.includes('geheim')).toBe(false)
  })

  it('opens nowhere else and with no other key', () => {
    const sealed = vault.seal('shop/staging/password', 'geheim')
    expect(() => vault.open('shop/production/password', sealed)).toThrow(unreadable)
    expect(() => createVault(randomBytes(32)).open('shop/production/password', vault.seal('shop/production/password', 'x'))).toThrow(
      unreadable,
    )
  })

  it('does not open once any of its bytes has changed or is missing', () => {
    const sealed = vault.seal('shop/production/password', 'geheim')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at]! ^= 1
      expect(() => vault.open('shop/production/password', changed)).toThrow(unreadable)
      expect(() => vault.open('shop/production/password', sealed.subarray(0, at))).toThrow(unreadable)
    }
  })
})

describe('the key', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kyozo-key-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('is made on the first run, is the same on the next, and nobody else may read it', async () => {
    const first = await secretKey(folder, undefined)
    expect(first).toHaveLength(32)
    expect(await secretKey(folder, undefined)).toEqual(first)
    const file = path.join(folder, 'secret.key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await readFile(file, 'utf8')).trim()).toBe(first.toString('hex'))
  })

  it('of the operator is taken without touching the disk', async () => {
    expect(await secretKey('/nonexistent', 'ab'.repeat(32))).toEqual(Buffer.alloc(32, 0xab))
  })

  it('that is damaged stops the start and is not replaced', async () => {
    await writeFile(path.join(folder, 'secret.key'), 'half a key')
    await expect(secretKey(folder, undefined)).rejects.toMatchObject({ code: 'config_invalid', hint: expect.stringContaining('backup') })
    expect(await readFile(path.join(folder, 'secret.key'), 'utf8')).toBe('half a key')
  })
})

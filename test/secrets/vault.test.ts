import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createVault, keyIdOf, sealedBy } from '../../src/secrets/vault.ts'

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

describe('a new key', () => {
  const [old, next] = [randomBytes(32), randomBytes(32)]

  it('seals, while what the old one sealed still opens', () => {
    const before = createVault(old)
    const vault = createVault(next, [old])
    const [first, second] = [before.seal('p', 'one'), vault.seal('p', 'two')]
    expect([vault.open('p', first), vault.open('p', second)]).toEqual(['one', 'two'])
    expect([sealedBy(first), sealedBy(second)]).toEqual([keyIdOf(old), keyIdOf(next)])
    expect([vault.isCurrent(first), vault.isCurrent(second)]).toEqual([false, true])
    expect({ id: vault.keyId, ids: [...vault.keyIds].sort() }).toEqual({ id: keyIdOf(next), ids: [keyIdOf(old), keyIdOf(next)].sort() })
  })

  it('opens nothing of the old one once that is gone, and says which key it was', () => {
    const sealed = createVault(old).seal('p', 'one')
    expect(() => createVault(next).open('p', sealed)).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(`key ${keyIdOf(old)} sealed it`) }),
    )
  })

  it('opens what was sealed before keys had names', () => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', old, nonce).setAAD(Buffer.from('p'))
    const text = Buffer.concat([cipher.update('from before'), cipher.final()])
    const sealed = Buffer.concat([Buffer.from([1]), nonce, cipher.getAuthTag(), text])
    expect(createVault(next, [old]).open('p', sealed)).toBe('from before')
    expect(createVault(next, [old]).isCurrent(sealed)).toBe(false)
  })
})

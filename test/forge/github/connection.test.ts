import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { cloneUrl } from '../../../src/forge/forge.ts'
import { githubConnection } from '../../../src/forge/github/connection.ts'

const settings = { apiUrl: 'https://api.github.com', webUrl: 'https://github.com', webhookSecret: 'a long random text' }
const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()

describe('a connection to GitHub', () => {
  it('can do without a credential, have a token, or be an app, which is preferred', () => {
    expect(githubConnection(settings)).toEqual({ name: 'main', forge: 'github', ...settings, credential: { kind: 'none' } })
    expect(githubConnection({ ...settings, token: 't' }).credential).toEqual({ kind: 'token', token: 't' })
    const app = { id: '7', privateKey: pem }
    expect(githubConnection({ ...settings, token: 't', app }).credential).toEqual({ kind: 'app', appId: '7', privateKey: pem })
  })

  it('takes a key whose line breaks were written as \\n', () => {
    const app = { id: '7', privateKey: pem.replaceAll('\n', '\\n') }
    expect(githubConnection({ ...settings, app }).credential).toEqual({ kind: 'app', appId: '7', privateKey: pem })
  })

  it('does not come to be with an empty secret, which would verify nothing', () => {
    expect(() => githubConnection({ ...settings, webhookSecret: '' })).toThrow('the GitHub webhook secret is empty')
  })

  it.each([
    ['no key', 'hello'],
    ['a key of another kind', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['half a key', pem.slice(0, 400)],
  ])('does not come to be with %s for its app, and does not repeat it', (_, privateKey) => {
    const make = () => githubConnection({ ...settings, app: { id: '7', privateKey } })
    expect(make).toThrow("the GitHub App's private key is not an RSA key in PEM form")
    expect(make).not.toThrow(privateKey)
  })
})

describe('a clone address', () => {
  const connection = githubConnection({ ...settings, webUrl: 'https://git.example/' })

  it('is on the host of the connection', () => {
    expect(cloneUrl(connection, 'acme/shop.js')).toBe('https://git.example/acme/shop.js.git')
  })

  it.each(['shop', 'a/b/c', '../etc', 'a/..', './a', 'a/b?x=1', 'a/b#c', 'a b/c', 'a%2fb/c', '@evil.example/x', 'a/b\n', '', '/', 'a/'])(
    'is not made of %j',
    (fullName) => {
      expect(() => cloneUrl(connection, fullName)).toThrow('not of the form owner/name')
    },
  )
})

import { describe, expect, it } from 'vitest'
import { cloneUrl } from '../../../src/forge/forge.ts'
import { giteaConnection } from '../../../src/forge/gitea/connection.ts'
import { ownConnections } from '../../../src/forge/own-connections.ts'

const webhookSecret = 'a long random text'

describe('a connection to Gitea', () => {
  it.each([
    ['the site', 'https://git.example'],
    ['the site with a slash', 'https://git.example/'],
    ['its API', 'https://git.example/api/v1'],
    ['its API with a slash', 'https://git.example/api/v1/'],
  ])('is made from the address of %s', (_, apiUrl) => {
    expect(giteaConnection({ apiUrl, webhookSecret })).toEqual({
      name: 'main',
      forge: 'gitea',
      apiUrl: 'https://git.example/api/v1',
      webUrl: 'https://git.example',
      webhookSecret,
      credential: { kind: 'none' },
    })
  })

  it('may lie below a path, and be cloned from elsewhere', () => {
    const connection = giteaConnection({
      apiUrl: 'http://gitea:3000/git/api/v1',
      webUrl: 'https://git.example/git/',
      webhookSecret,
      token: 't',
    })
    expect(connection).toMatchObject({
      apiUrl: 'http://gitea:3000/git/api/v1',
      webUrl: 'https://git.example/git',
      credential: { kind: 'token', token: 't' },
    })
    expect(cloneUrl(connection, 'acme/shop')).toBe('https://git.example/git/acme/shop.git')
  })

  it.each([
    [
      'with an empty secret, which would verify nothing',
      { apiUrl: 'https://git.example', webhookSecret: '' },
      'the Gitea webhook secret is empty',
    ],
    ['without an address, since there is no usual one', { webhookSecret }, 'the address of the Gitea server is missing'],
    [
      'as an app',
      { apiUrl: 'https://git.example', webhookSecret, app: { id: '7', privateKey: 'k' } },
      'an app was given for Gitea, which has none',
    ],
  ])('does not come to be %s', (_, settings, words) => {
    expect(() => giteaConnection(settings)).toThrow(words)
  })

  it('of the operator has the name that its deliveries are sent to', () => {
    expect(ownConnections([{ forge: 'gitea', apiUrl: 'https://git.example', webhookSecret }])).toMatchObject([
      { name: 'main-gitea', forge: 'gitea', apiUrl: 'https://git.example/api/v1' },
    ])
  })
})

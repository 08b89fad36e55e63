import { describe, expect, it } from 'vitest'
import { cloneUrl, groupPath, isGroupPath } from '../../../src/forge/forge.ts'
import { gitlabConnection } from '../../../src/forge/gitlab/connection.ts'

const webhookSecret = 'a long random text'

describe('a connection to GitLab', () => {
  it('leads to gitlab.com when nothing else is said, and has a token or none', () => {
    const rest = { name: 'main', forge: 'gitlab', apiUrl: 'https://gitlab.com/api/v4', webUrl: 'https://gitlab.com', webhookSecret }
    expect(gitlabConnection({ webhookSecret })).toEqual({ ...rest, credential: { kind: 'none' } })
    expect(gitlabConnection({ webhookSecret, token: 't' })).toEqual({ ...rest, credential: { kind: 'token', token: 't' } })
  })

  it.each([
    ['https://git.example', 'https://git.example'],
    ['https://git.example/', 'https://git.example'],
    ['https://git.example/api/v4', 'https://git.example'],
    ['https://git.example/api/v4/', 'https://git.example'],
    ['https://git.example/api', 'https://git.example'],
    ['https://example.com/gitlab', 'https://example.com/gitlab'],
    ['https://example.com/gitlab/api/v4', 'https://example.com/gitlab'],
    ['http://10.0.0.5:8929/api/v4', 'http://10.0.0.5:8929'],
  ])('to %s finds the API and the site', (apiUrl, site) => {
    expect(gitlabConnection({ apiUrl, webhookSecret })).toMatchObject({ apiUrl: `${site}/api/v4`, webUrl: site })
  })

  it('takes another address for Git and for links', () => {
    const connection = gitlabConnection({ apiUrl: 'http://gitlab:80', webUrl: 'https://git.example/', webhookSecret })
    expect(connection).toMatchObject({ apiUrl: 'http://gitlab:80/api/v4', webUrl: 'https://git.example' })
  })

  it('does not come to be with an empty secret, nor as an app', () => {
    expect(() => gitlabConnection({ webhookSecret: '' })).toThrow('the GitLab webhook secret is empty')
    expect(() => gitlabConnection({ webhookSecret, app: { id: '1', privateKey: 'k' } })).toThrow('GitLab has no apps')
  })
})

describe('the path of a project', () => {
  const connection = gitlabConnection({ apiUrl: 'https://git.example', webhookSecret })
  const deep = Array.from({ length: 20 }, (_, at) => `g${at}`).join('/')

  it.each(['acme/shop', 'acme/team/shop.js', `${deep}/shop`, '_a/b-', `${'a'.repeat(255)}/b`])('may be %s', (path) => {
    expect(cloneUrl(connection, path, groupPath)).toBe(`https://git.example/${path}.git`)
  })

  it.each([
    ...['shop', '', '/', 'a/', '/a', 'a//b', '../etc', 'a/..', './a', 'a/./b', 'a/b/../c', 'a/b?x=1', 'a/b#c', 'a b/c', 'a%2fb/c', 'a/b\n'],
    ...['@evil.example/x', 'a/-/tree', 'a/-x', 'a/b.git', 'a/b.git/c', 'a/b.atom', `${'a'.repeat(256)}/b`, `${deep}/g20/shop`, 'ä/b'],
  ])('is never %j', (path) => {
    expect(isGroupPath(path)).toBe(false)
    expect(() => cloneUrl(connection, path, groupPath)).toThrow('not of the form group/subgroup/name')
  })

  it('has two parts at a host without groups in groups', () => {
    expect(() => cloneUrl(connection, 'a/b/c')).toThrow('not of the form owner/name')
  })
})

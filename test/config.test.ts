import { totalmem } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/config.ts'

function problemOf(environment: Record<string, string>): string {
  try {
    readConfig(environment)
  } catch (error) {
    expect(error).toMatchObject({ code: 'config_invalid' })
    return (error as Error).message
  }
  return 'none'
}

describe('the configuration', () => {
  it('of nothing is what the documentation says', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      forges: [],
      previewMemoryBytes: Math.floor(totalmem() / 2),
      port: 4400,
      dataDir: path.resolve('data'),
      baseUrl: 'http://127.0.0.1:4400',
      processUrl: 'http://127.0.0.1:4400',
      baseDomain: 'localhost',
      corsOrigins: [],
      trustedProxies: [],
      apiRate: 12_000,
      webhookRate: 6_000,
      oldSecretKeys: [],
      allowsPrivateForges: false,
      role: 'all',
      logLevel: 'info',
      concurrentBuilds: 2,
      buildMemoryBytes: 4 * 1024 ** 3,
      buildDeadlineMs: 900_000,
      forkBuildsAreOffline: false,
      healthDeadlineMs: 60_000,
      stopMs: 25_000,
      ledgerCheckMs: 300_000,
      keptReleases: 10,
      diskSoft: { percent: 5 },
      diskHard: { bytes: 1024 ** 3 },
      cacheLimitBytes: 20 * 1024 ** 3,
      portRange: { from: 20_000, to: 29_999 },
      portAddress: '127.0.0.1',
    })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ KYOZO_PORT: '', DATABASE_URL: '', KYOZO_ADMIN_TOKEN: '' })).toEqual(readConfig({}))
  })

  it.each([
    ['0.0.0.0', 'http://localhost:80'],
    ['::', 'http://localhost:80'],
    ['::1', 'http://[::1]:80'],
    ['kyozo.example', 'http://kyozo.example:80'],
  ])('that listens on %s is reached at %s', (host, baseUrl) => {
    const config = readConfig({ KYOZO_HOST: host, KYOZO_PORT: '80' })
    expect(config.baseUrl).toBe(baseUrl)
    expect(URL.canParse(config.baseUrl)).toBe(true)
  })

  it('takes addresses without the slash at their end and names in lower case', () => {
    expect(readConfig({ KYOZO_BASE_URL: 'https://deploy.example/kyozo//', KYOZO_BASE_DOMAIN: 'Apps.Example' })).toMatchObject({
      baseUrl: 'https://deploy.example/kyozo',
      baseDomain: 'apps.example',
    })
  })

  it('names everything that is wrong at once, and none of the values', () => {
    const problem = problemOf({
      KYOZO_PORT: '70000',
      KYOZO_ADMIN_TOKEN: 'short',
      KYOZO_SECRET_KEY: 'not-a-key',
      DATABASE_URL: 'mysql://u:geheim@h/db',
      KYOZO_ROLE: 'boss',
    })
    for (const name of ['KYOZO_PORT', 'KYOZO_ADMIN_TOKEN', 'KYOZO_SECRET_KEY', 'DATABASE_URL', 'KYOZO_ROLE'])
      expect(problem).toContain(name)
    for (const value of ['not-a-key', 'geheim']) expect(problem).not.toContain(value)
  })

  it.each([
    ['KYOZO_BASE_URL', 'ftp://example'],
    ['KYOZO_BASE_URL', 'javascript:alert(1)'],
    ['KYOZO_BASE_DOMAIN', 'a/b'],
    ['KYOZO_PORT', '12.5'],
    ['KYOZO_CONCURRENT_BUILDS', '0'],
    ['KYOZO_HEALTH_SECONDS', 'soon'],
    ['KYOZO_PORT_RANGE', '80-90'],
    ['KYOZO_PORT_RANGE', '30000-20000'],
    ['KYOZO_PORT_ADDRESS', 'everywhere'],
  ])('does not take %s=%s', (name, value) => {
    expect(problemOf({ [name]: value })).toContain(name)
  })
})

describe('the connection to a Git host', () => {
  it('is read for whatever host its variables name', () => {
    const variables = {
      KYOZO_GITHUB_WEBHOOK_SECRET: 'geheim',
      KYOZO_GITHUB_API_URL: 'https://github.example/api/v3/',
      KYOZO_GITHUB_TOKEN: 't',
      KYOZO_GITLAB_WEBHOOK_SECRET: 'auch',
      KYOZO_ADMIN_TOKEN: 'x'.repeat(40),
    }
    expect(readConfig(variables).forges).toEqual([
      { forge: 'github', apiUrl: 'https://github.example/api/v3', token: 't', webhookSecret: 'geheim' },
      { forge: 'gitlab', webhookSecret: 'auch' },
    ])
  })

  it('is none without a secret, and a credential without one is a mistake', () => {
    expect(readConfig({}).forges).toEqual([])
    expect(problemOf({ KYOZO_GITEA_TOKEN: 't' })).toContain('without KYOZO_GITEA_WEBHOOK_SECRET')
    const secret = { KYOZO_GITHUB_WEBHOOK_SECRET: 'geheim' }
    expect(problemOf({ ...secret, KYOZO_GITHUB_APP_ID: '1' })).toContain('both KYOZO_GITHUB_APP_ID and KYOZO_GITHUB_PRIVATE_KEY')
  })
})

describe('who may be believed and who may call', () => {
  it.each(['10.0.0.0/8', 'loopback', '::1, 192.0.2.1', 'fd00::/8'])('takes %s for proxies', (value) => {
    expect(readConfig({ KYOZO_TRUSTED_PROXIES: value }).trustedProxies).toEqual(value.split(', '))
  })

  it.each(['everybody', '10.0.0.0/64', '1.2.3', '10.0.0.0/8/8', 'true'])('refuses %s for proxies', (value) => {
    expect(problemOf({ KYOZO_TRUSTED_PROXIES: value })).toContain('KYOZO_TRUSTED_PROXIES must be addresses or networks')
  })

  it.each(['*', 'https://a.example/path', 'a.example', 'null', 'https://a.example/'])('refuses %s for an origin', (value) => {
    expect(problemOf({ KYOZO_CORS_ORIGINS: value })).toContain('KYOZO_CORS_ORIGINS must be origins')
  })

  it('signs people in with GitHub only with both halves of the OAuth app', () => {
    expect(problemOf({ KYOZO_GITHUB_OAUTH_CLIENT_ID: 'x' })).toContain('needs both')
    expect(readConfig({ KYOZO_GITHUB_OAUTH_CLIENT_ID: 'x', KYOZO_GITHUB_OAUTH_CLIENT_SECRET: 'y' }).githubSignIn).toEqual({
      clientId: 'x',
      clientSecret: 'y',
      apiUrl: 'https://api.github.com',
      webUrl: 'https://github.com',
    })
  })
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables are those of the files under test.
import { describe, expect, it } from 'vitest'
import { ordinaryDocuments } from './ordinary-documents.ts'
import { readText, serviceText, told } from './reading.ts'

const [, express, , proxy, spellings] = ordinaryDocuments

describe('an ordinary compose file', () => {
  it.each(ordinaryDocuments)('of $title is read without a violation', ({ text, files = {}, variables = {} }) => {
    expect(told(readText(text, { files, variables }))).toEqual([])
  })

  it.each(ordinaryDocuments)('of $title is read in a preview too, whatever that leaves out', ({ text, files = {}, variables = {} }) => {
    const refusals = readText(text, { files, variables, policy: 'preview' }).violations.map(({ rule }) => rule)
    const unavailable = new Set(['cap_add', 'limit', 'sysctl'])
    expect(refusals.filter((rule) => !unavailable.has(rule))).toEqual([])
  })

  it('becomes a model with every spelling normalised', () => {
    const { services, volumes, networks, reads, variables } = readText(express!.text, { files: express!.files! })
    expect(services.api).toEqual({
      build: { context: 'api', dockerfile: 'api/Dockerfile', args: {} },
      environment: {
        LOG_LEVEL: 'info',
        NODE_ENV: 'production',
        QUOTED: 'two words',
        RAW: '$HOME',
        DATABASE_URL: 'postgres://app:secret@db:5432/app',
        GREETING: 'costs $5',
      },
      ports: [{ target: 3000, protocol: 'tcp', published: 3000 }],
      expose: [],
      mounts: [],
      dependsOn: { db: { condition: 'healthy', required: true }, migrate: { condition: 'completed', required: true } },
      healthcheck: {
        isDisabled: false,
        test: ['CMD', 'curl', '-fsS', 'http://localhost:3000/healthz'],
        intervalMs: 10_000,
        timeoutMs: 3000,
        retries: 5,
        startPeriodMs: 20_000,
      },
      resources: { cpus: 0.5, memoryBytes: 256 * 1024 ** 2 },
      restart: 'unless-stopped',
      init: true,
      capAdd: [],
      labels: {},
      profiles: [],
      replicas: 1,
      ulimits: {},
      sysctls: {},
      groupAdd: [],
      links: [],
      networks: { default: { aliases: [] } },
    })
    expect(services.migrate?.command).toEqual(['npm', 'run', 'migrate up'])
    expect({ volumes, networks }).toEqual({ volumes: { pgdata: { labels: {} } }, networks: { default: { isInternal: false, labels: {} } } })
    expect({ reads, variables }).toEqual({ reads: ['api/Dockerfile', 'api/api.env', 'compose.yml'], variables: ['DB_PASSWORD'] })
  })

  it('mounts files of the repository as read-only content, and says so', () => {
    const { services, differences } = readText(proxy!.text, { files: proxy!.files! })
    const at = (line: number, column: number, pointer: string) => ({
      file: 'compose.yml',
      pointer: `/services/proxy/${pointer}`,
      line,
      column,
    })
    expect(services.proxy?.mounts).toEqual([
      { kind: 'folder', source: 'nginx', target: '/etc/nginx/conf.d', isReadOnly: true, place: at(7, 9, 'volumes/0') },
      {
        kind: 'file',
        source: 'html/index.html',
        target: '/usr/share/nginx/html/index.html',
        content: '<p>hello</p>\n',
        place: at(8, 9, 'volumes/1'),
      },
      { kind: 'volume', volume: 'static', target: '/static', isReadOnly: true },
      { kind: 'file', target: '/usr/share/nginx/html/robots.txt', content: 'User-agent: *\n', mode: '0440', place: at(11, 9, 'configs/0') },
      {
        kind: 'file',
        source: 'secrets/token',
        target: '/run/secrets/token',
        content: 'not really secret\n',
        place: at(14, 15, 'secrets/0'),
      },
    ])
    expect(differences.filter(({ pointer }) => pointer.includes('volumes'))).toEqual([
      {
        file: 'compose.yml',
        pointer: '/services/proxy/volumes/0',
        change: '`./nginx` is a read-only copy of the commit’s content',
        reason: 'no work tree is checked out, so nothing could be mounted from one',
      },
      {
        file: 'compose.yml',
        pointer: '/services/proxy/volumes/1',
        change: '`./html/index.html` is a read-only copy of the commit’s content',
        reason: 'no work tree is checked out, so nothing could be mounted from one',
      },
    ])
  })

  it('keeps what a service extends under what it says itself', () => {
    const { services } = readText(proxy!.text, { files: proxy!.files! })
    expect(services.proxy).toMatchObject({
      image: 'nginx:1.29',
      environment: { TZ: 'UTC' },
      restart: 'always',
      labels: { 'com.example.owner': 'platform', 'com.example.team': 'web', 'com.example.tier': '1' },
    })
  })

  it('leaves out a service that only a profile starts, with all that is wrong with it', () => {
    const { services, differences, violations } = readText(spellings!.text, spellings!)
    expect(Object.keys(services)).toEqual(['app', 'cache'])
    expect(violations).toEqual([])
    expect(differences).toContainEqual({
      file: 'compose.yml',
      pointer: '/services/debug',
      change: 'the service is left out',
      reason: 'only the profile debug starts it, and kyozo does not ask for it',
    })
  })

  it('deploys with a published port, on a port that the engine picks', () => {
    const { services, differences, violations } = readText(serviceText('ports: ["3000:3000"]'))
    expect({ ports: services.web?.ports, violations }).toEqual({
      ports: [{ target: 3000, protocol: 'tcp', published: 3000 }],
      violations: [],
    })
    expect(differences).toEqual([
      {
        file: 'compose.yml',
        pointer: '/services/web/ports/0',
        change: 'port 3000 is published on a loopback port that the engine picks instead of 3000',
        reason: 'the old and the new container run side by side during a release; the service is reachable at its URL',
      },
    ])
  })

  it('is told of what kyozo decides itself', () => {
    const text = `name: kyozo\n${serviceText('container_name: kyozo-db\nlogging: {driver: syslog}\ncap_drop: [ALL]\npull_policy: never\ntty: true')}`
    const { differences, violations } = readText(text)
    expect(differences.map(({ pointer, change }) => `${pointer} ${change}`)).toEqual([
      '/name `name` is left out',
      '/services/web/cap_drop `cap_drop` is left out',
      '/services/web/container_name `container_name` is left out',
      '/services/web/logging `logging` is left out',
      '/services/web/pull_policy `pull_policy` is left out',
    ])
    expect(violations.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(['interactive warning'])
  })

  it('takes a value from the variables it is given and from nowhere else', () => {
    const text = serviceText('environment: [HOME, "A=$$HOME ${TAG}"]')
    expect(readText(text, { variables: { HOME: '/home/app', TAG: 'v1' } }).services.web?.environment).toEqual({
      HOME: '/home/app',
      A: '$HOME v1',
    })
    expect(told(readText(text))).toEqual([
      `compose.yml:4:19 services.web.environment.0: ${missing('HOME')} (rule undefined_variable)`,
      `compose.yml:4:25 services.web.environment.1: ${missing('TAG')} (rule undefined_variable)`,
    ])
  })

  it('may name things like what every object has', () => {
    const { services, violations } = readText(serviceText('environment: {__proto__: a, constructor: b}\nlabels: {__proto__: c}'))
    expect(violations).toEqual([])
    expect(Object.entries(services.web?.environment ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ])
    expect(Object.entries(services.web?.labels ?? {})).toEqual([['__proto__', 'c']])
  })

  it('may be empty of services', () => {
    expect(readText('services: {}')).toMatchObject({ services: {}, violations: [] })
  })

  it('may have a byte order mark, Windows line ends and large extensions', () => {
    const text = `\uFEFFx-large: "${'x'.repeat(100 * 1024)}"\n${serviceText('x-own: {any: [thing]}')}`.replaceAll('\n', '\r\n')
    expect(told(readText(text))).toEqual([])
  })
})

function missing(name: string): string {
  return `the variable ${name} has no value; write a default such as \`\${${name}:-value}\`, or \`${name}: \${${name}}\` under \`environment\` and set a secret of that name (.env is not read)`
}

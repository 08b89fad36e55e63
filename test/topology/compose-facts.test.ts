import { describe, expect, test } from 'vitest'
import { type ComposeFacts, type ComposeServiceFacts, readCompose } from '../../src/topology/compose-file.ts'
import { openRepository } from '../../src/topology/repository.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'
import { analyzeFiles } from './summary.ts'

describe('a compose file', () => {
  test('is read with what it includes, each file from its own folder', () => {
    const files = {
      'compose.yaml':
        'include:\n  - ./shop/compose.yaml\n  - path: [infra/compose.yaml, infra/ports.yaml]\nservices:\n  web: {build: ./web}\n',
      'shop/compose.yaml': 'services:\n  cart: {build: ./cart}\n  web: {image: ignored}\n',
      'infra/compose.yaml': `services:\n  db: {image: "postgres:\${VERSION}"}\n`,
      'infra/ports.yaml': 'services:\n  db: {expose: [5432]}\n',
      'infra/.env': 'VERSION=17\n',
    }
    const facts = read(files)
    expect([facts?.files, facts?.included]).toEqual([
      ['compose.yaml', 'shop/compose.yaml', 'infra/compose.yaml', 'infra/ports.yaml'],
      ['shop/compose.yaml', 'infra/compose.yaml'],
    ])
    expect(facts?.services.map(({ name, image, build, ports }) => [name, build?.context ?? image, ports[0]?.port])).toEqual([
      ['web', 'web', undefined],
      ['cart', 'shop/cart', undefined],
      ['db', 'postgres:17', 5432],
    ])
  })

  test('replaces and takes away what its tags say, and is not read with any other tag', () => {
    const files = (value: string) => ({
      'compose.yaml': `services:\n  web:\n    extends: {file: base.yaml, service: web}\n    ports: ${value}\n    command: !reset null\n    environment: {A: !reset "", B: !override 5}\n`,
      'base.yaml': 'services:\n  web: {image: app, command: [run], ports: ["1000"], environment: {A: "1", B: "1", C: "1"}}\n',
    })
    expect(brief(services(files('!override ["2000"]')).web)).toEqual(['app', undefined, { B: '5', C: '1' }, [2000]])
    expect(brief(services(files('!reset []')).web)?.[3]).toEqual([])
    expect(brief(services(files('["2000"]')).web)?.[3]).toEqual([2000, 1000])
    expect(read(files('!include other.yaml'))).toBeUndefined()
    expect(read(files(`${'!reset '.repeat(20_000)}[]`))).toBeUndefined()
  })

  test('is read with what its services extend, in this file and in others', () => {
    const facts = services({
      'compose.yaml': [
        'services:',
        '  base: {image: app, environment: {A: "1", B: "1"}, ports: ["1000"]}',
        '  web: {extends: base, environment: [B=2], ports: ["2000"], command: [run, web]}',
        '  api: {extends: {file: common/services.yml, service: api}}',
      ].join('\n'),
      'common/services.yml': 'services:\n  api: {build: ./api, extends: {service: slow}}\n  slow: {command: slow}\n',
    })
    expect(brief(facts.web)).toEqual(['app', 'run web', { B: '2', A: '1' }, [2000, 1000]])
    expect([facts.api?.build?.context, facts.api?.command]).toEqual(['common/api', 'slow'])
  })

  test('keeps what it says itself over what the override adds for developers', () => {
    const facts = services({
      'docker-compose.yml': 'services:\n  api: {image: api, command: serve, environment: {MODE: production}}\n',
      'docker-compose.override.yml':
        'services:\n  api: {command: serve --reload, ports: ["8080:80"], environment: {MODE: development, DEBUG: "1"}}\n  extra: {image: x}\n',
    })
    expect(brief(facts.api)).toEqual(['api', 'serve', { MODE: 'production', DEBUG: '1' }, [80]])
    expect(facts.extra).toBeUndefined()
  })

  test('has its variables from .env, else their defaults, else nothing', () => {
    const facts = services({
      '.env': `PORT=4000\nNAME="cart"\nFILE=./src/\${NAME}/Dockerfile\n`,
      'compose.yaml': `services:\n  a:\n    build: {context: ., dockerfile: "\${FILE}"}\n    ports: ["80:\${PORT}", "\${OTHER:-5000}"]\n    environment: [PORT, NONE, "URL=http://\${HOST:-db}:\${DB_PORT:-5432}/$$x"]\n`,
    })
    expect(facts.a?.build?.dockerfile).toBe('./src/cart/Dockerfile')
    expect(brief(facts.a)).toEqual([undefined, undefined, { PORT: '4000', NONE: '', URL: 'http://db:5432/$x' }, [4000, 5000]])
  })

  test('has what its env files say below its own environment, each with its line', () => {
    const facts = services({
      'stack/compose.yaml':
        'services:\n  a:\n    image: x\n    env_file: [one.env, {path: two.env, required: false}, gone.env]\n    environment: {A: own}\n',
      'stack/one.env': "# first\nA=file\nB=one\nexport C='$x'\n",
      'stack/two.env': 'B=two\n',
    })
    expect(facts.a?.environment.map(({ name, value, evidence }) => [name, value, evidence.path, evidence.line])).toEqual([
      ['A', 'own', 'stack/compose.yaml', 5],
      ['B', 'two', 'stack/two.env', 1],
      ['C', '$x', 'stack/one.env', 4],
    ])
  })

  test('merges anchors and merge keys', () => {
    const facts = services({
      'compose.yaml':
        'x-env: &env {A: "1"}\nx-app: &app\n  image: app\n  environment: {<<: *env, B: "2"}\nservices:\n  web: {<<: *app, command: web}\n  worker:\n    <<: *app\n    environment: {<<: *env, C: "3"}\n',
    })
    expect([brief(facts.web), brief(facts.worker)]).toEqual([
      ['app', 'web', { B: '2', A: '1' }, []],
      ['app', undefined, { C: '3', A: '1' }, []],
    ])
  })

  test('starts what a profile holds when .env asks for it, or when everything has one', () => {
    const profiled = (files: MemoryFiles) => Object.values(services(files)).map(({ name, isProfiled }) => [name, isProfiled])
    const two = 'services:\n  a: {build: a, profiles: [one]}\n  b: {build: b, profiles: [two]}\n'
    expect(profiled({ 'compose.yaml': `${two}  c: {build: c}\n`, '.env': 'COMPOSE_PROFILES=two,three\n' })).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ])
    expect(profiled({ 'compose.yaml': two })).toEqual([
      ['a', false],
      ['b', false],
    ])
  })

  test('is never left for what lies outside of the repository', () => {
    const facts = read({
      'compose.yaml':
        'include: [../x.yaml, https://example.com/c.yaml, compose.yaml]\nservices:\n  a: {image: a, extends: {file: /etc/c.yaml, service: a}, env_file: [../../.env, /etc/env], volumes: ["../..:/x", "/etc:/etc", "data:/d"]}\n  b: {build: "https://github.com/x/y.git"}\n  c: {build: ../c}\n',
    })
    expect(facts?.files).toEqual(['compose.yaml'])
    expect(facts?.services.map(({ name, build, environment, mounts }) => [name, build, environment, mounts])).toEqual([
      ['a', undefined, [], []],
      ['b', undefined, [], []],
      ['c', undefined, [], []],
    ])
  })

  test('that extends itself, includes itself or nests without end is read all the same', () => {
    const chain = Array.from({ length: 40 }, (_, at) => [`c${at}.yaml`, `include: [c${at + 1}.yaml]\nservices:\n  s${at}: {image: a}\n`])
    const facts = read({
      ...Object.fromEntries(chain),
      'compose.yaml': 'include: [c0.yaml, other.yaml]\nservices:\n  a: {image: a, extends: b}\n  b: {extends: a}\n',
      'other.yaml': 'include: [compose.yaml]\nservices:\n  o: {image: o}\n',
    })
    expect(facts?.services.map(({ name }) => name)).toEqual(['a', 'b', 's0', 's1', 's2', 's3', 's4', 'o'])
  })

  test.each([
    ['services: [1]', []],
    [
      'services:\n  a: 1\n  b: [x]\n  c: {image: {}, ports: {a: 1}, build: [x], environment: 5, volumes: {}, depends_on: 7, labels: x}\n',
      ['c'],
    ],
    ['services:\n  __proto__: {image: a}\n  constructor: {build: {context: {}, args: {__proto__: x}}}\n', ['__proto__', 'constructor']],
    ['services:\n  a: {ports: ["x", "", 99999, "1:2:3:4:5", {}, {target: -1}], extends: 5, healthcheck: 1}\n', ['a']],
  ])('of any shape is read without an error: %s', (text, names) => {
    expect(read({ 'compose.yaml': text })?.services.map(({ name }) => name)).toEqual(names)
  })

  test('whose variables multiply is read in bounded time', () => {
    const values = Array.from({ length: 2_000 }, (_, at) => `      V${at}: "${'$A'.repeat(900)}"`).join('\n')
    const start = performance.now()
    const facts = services({
      'compose.yaml': `services:\n  a:\n    image: a\n    environment:\n${values}\n`,
      '.env': `A=${'x'.repeat(60_000)}\n`,
    })
    expect(facts.a?.environment.every(({ value }) => value.length <= 2_000)).toBe(true)
    expect(performance.now() - start).toBeLessThan(3_000)
  })

  test('that is no YAML is a warning', () => {
    expect(analyzeFiles({ 'compose.yaml': 'services: [' }).warnings).toHaveLength(1)
    expect(analyzeFiles({ 'compose.yaml': 'services:\n  a: {image: !secret x}\n' }).warnings).toEqual([
      'compose.yaml is not valid YAML (line 2: YAML tags are not allowed; write the value without one); it is passed over.',
    ])
  })
})

describe("a service's port in a compose file", () => {
  const portsOf = (lines: string, more = '') =>
    services({ 'compose.yaml': `services:\n  a:\n    image: x\n${lines}\n${more}` }).a?.ports.map(({ port }) => port)

  test.each([
    ['ports: ["8080:80"]', [80]],
    ['ports: ["127.0.0.1:8080:80/tcp", "[::1]:9000:90"]', [80, 90]],
    ['ports: ["3000-3005:4000-4005"]', [4000]],
    ['ports: [{target: 7000, published: "80"}]', [7000]],
    ['ports: ["53:53/udp", "8080:80"]', [80, 53]],
    ['ports: ["5005:5005", "8080:8080"]', [8080, 5005]],
    ['expose: ["9000"]', [9000]],
    ['labels: ["traefik.http.services.a.loadbalancer.server.port=4000"]', [4000]],
    ['labels: {traefik.port: "4001"}\n    ports: ["80:8080"]', [4001, 8080]],
    ['environment: {VIRTUAL_PORT: "3000"}', [3000]],
    ['environment: ["ASPNETCORE_URLS=https://+:443;http://+:80"]', [443]],
    ['environment: {PORT: "5000"}', [5000]],
    ['environment: {PORT: "5000"}\n    ports: ["80:6000"]', [6000]],
    ['labels: {traefik.port: "many"}', []],
  ])('is told by %s', (lines, ports) => {
    expect(portsOf(`    ${lines}`)).toEqual(ports)
  })

  test('is the one that its neighbours call when it names none itself', () => {
    expect(portsOf('', '  b: {image: y, command: ["--users", "http://a:4000/api/"]}\n')).toEqual([4000])
    expect(portsOf('', '  b: {image: y, environment: {API: "a:4001", OTHER: "ba:1", TEXT: "data:42"}}\n')).toEqual([4001])
  })
})

function read(files: MemoryFiles): ComposeFacts | undefined {
  const main = Object.keys(files).find((path) => /(?:^|\/)(?:docker-)?compose\.ya?ml$/.test(path)) ?? ''
  return readCompose(main, openRepository(sourceTree(files)))
}

function services(files: MemoryFiles): Record<string, ComposeServiceFacts> {
  return Object.fromEntries(read(files)?.services.map((service) => [service.name, service]) ?? [])
}

function brief(service: ComposeServiceFacts | undefined) {
  return (
    service && [
      service.image,
      service.command,
      Object.fromEntries(service.environment.map(({ name, value }) => [name, value])),
      service.ports.map(({ port }) => port),
    ]
  )
}

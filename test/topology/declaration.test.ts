import { describe, expect, test } from 'vitest'
import { parseDeclaration } from '../../src/topology/declaration/declaration.ts'
import { declarationJsonSchema } from '../../src/topology/declaration/schema.ts'
import { analyzeFiles, json, serviceNamed, servicesIn } from './summary.ts'

const api = {
  'api/package.json': json({ name: 'api', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  'api/package-lock.json': '{}',
  'api/s.js': 'app.listen(3000)\nprocess.env.LEVEL',
}

function errorOf(run: () => unknown): string[] {
  try {
    run()
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return [code, ...message.split('\n')]
  }
  return []
}

describe('kyozo.yaml', () => {
  test('corrects every guess about a service', () => {
    const yaml = `services:
  api:
    port: 8080
    start: [node, s.js, --name, it's me]
    env: {LEVEL: debug, TOKEN: null, MODE: {required: false}, RATIO: 2}
    health: /up
    resources: {memory: 1Gi, cpu: 2}
    replicas: 3
    domains: [shop.example.com]
    depends_on: [postgres]
    build: {command: make, template: custom}
    ignore: ["*.md"]
`
    expect(serviceNamed({ ...api, 'kyozo.yaml': yaml }, 'api')).toMatchObject({
      port: 8080,
      start: "node s.js --name 'it'\\''s me'",
      environment: [
        { name: 'LEVEL', required: false, value: 'debug' },
        { name: 'MODE', required: false },
        { name: 'RATIO', required: false, value: '2' },
        { name: 'TOKEN', required: true },
      ],
      health: { kind: 'http', path: '/up' },
      resources: { memory: '1Gi', cpu: '2' },
      replicas: 3,
      domains: ['shop.example.com'],
      ignore: ['*.md'],
      buildCommand: 'make',
      build: { kind: 'template', template: 'custom', context: 'api' },
      confidence: 1,
    })
  })

  test('adds a service that no detector would, renames one by its path, and takes one out', () => {
    const files = {
      ...api,
      'examples/demo/server.js': 'x.listen(4000)',
      'web/index.html': '',
      'kyozo.yaml':
        'services:\n  backend: {path: api}\n  demo: {path: examples/demo}\n  web: {ignore: true}\n  cache: {build: {image: "memcached:1.6"}, port: 11211}\n',
    }
    expect(servicesIn(files)).toEqual([
      'cache . containerized :11211 image(memcached:1.6) tcp',
      'backend api nodejs/express :3000 template(nodejs in api) tcp [node s.js]',
      'demo examples/demo nodejs :4000 template(nodejs in examples/demo) tcp [node server.js]',
    ])
  })

  test('can say another type, and no health check', () => {
    expect(serviceNamed({ ...api, 'kyozo.yaml': 'services: {api: {type: bun, health: false}}\n' }, 'api')).toMatchObject({
      type: 'bun',
      health: { kind: 'none' },
      build: { template: 'bun' },
    })
  })

  test('leaves out the root alone when it ignores "."', () => {
    const files = { 'server.js': 'x.listen(1)', 'api/server.js': 'x.listen(2)', 'api/package.json': '{}', 'kyozo.yaml': 'ignore: ["."]\n' }
    expect(servicesIn(files).map((line) => line.split(' ', 2).join(' '))).toEqual(['api api'])
  })

  test('leaves out what it ignores', () => {
    expect(servicesIn({ ...api, 'legacy/old/server.js': 'x.listen(1)', 'kyozo.yaml': 'ignore: [legacy]\n' })).toEqual([
      'api api nodejs/express :3000 template(nodejs in api) tcp [node s.js]',
    ])
  })

  test('is told everything that is wrong with it, with lines and columns', () => {
    const yaml =
      'services:\n  api:\n    prot: 3000\n    port: 99999\n    path: ../x\n    health: {paht: /x}\n  -bad name: {}\nignore: ["*a*b*c"]\nextra: 1\n'
    expect(errorOf(() => analyzeFiles({ 'kyozo.yaml': yaml }))).toEqual([
      'declaration_invalid',
      'kyozo.yaml:3:5: services.api has no key "prot"; did you mean port? It may have path, type, framework, version, package_manager, port, start, install, processes, build, env, health, resources, replicas, domains, depends_on, ignore',
      'kyozo.yaml:4:5: services.api.port: must be a port: a whole number from 1 to 65535, such as 8080; found 99999',
      'kyozo.yaml:5:5: services.api.path: must be a path inside the repository, relative to its root, such as services/api; found "../x"',
      'kyozo.yaml:6:5: services.api.health.path: must be a path such as /healthz; found nothing: give it a value or leave the key out',
      'kyozo.yaml:6:14: services.api.health has no key "paht"; did you mean path? It may have path, port, interval, timeout, retries',
      'kyozo.yaml:7:3: services.-bad name: must be the name of a service: letters, digits, dashes, dots and underscores, at most 63',
      'kyozo.yaml:8:10: ignore.0: must be a glob such as "docs/**", with at most two stars in a segment and no extended groups; found "*a*b*c"',
      'kyozo.yaml:9:1: kyozo.yaml has no key "extra"; it may have services, ignore, environments, secrets, previews, commit_back, backing',
    ])
  })

  test.each([
    [
      'services: {ghost: {port: 1}}\n',
      'kyozo.yaml:1:12: services.ghost: no service is called ghost; there are api; give ghost a path to add it',
    ],
    ['services:\n  ghost:\n    path: nowhere\n', 'kyozo.yaml:3:5: services.ghost.path: "nowhere" is not a folder of the repository'],
    ['services:\n  docs:\n    path: docs\n', 'kyozo.yaml:2:3: services.docs: nothing in docs says what it is; give it a type or a build'],
    [
      'services:\n  api:\n    depends_on:\n      - web\n',
      'kyozo.yaml:4:9: services.api.depends_on: no service is named web; there is no other; name a kind of backing service such as postgres',
    ],
  ])('%j cannot be followed', (yaml, message) => {
    expect(errorOf(() => analyzeFiles({ ...api, 'docs/a.md': '', 'kyozo.yaml': yaml }))).toEqual(['declaration_invalid', message])
  })

  test.each([
    ['a: [\n', 'kyozo.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['ignore: []\nignore: []\n', 'kyozo.yaml:2:1: the key ignore is there twice; keep one of them'],
    ['ignore: !include x\n', 'kyozo.yaml:1:9: YAML tags are not allowed; write the value without one'],
    ['ignore: []\n---\nignore: []\n', 'kyozo.yaml:2:1: the file holds more than one document'],
    [`ignore: ${'['.repeat(300)}`, 'kyozo.yaml:1:1: the document nests deeper than 32 levels'],
    [
      `a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]\n`).join('')}`,
      'kyozo.yaml:1:1: Excessive alias count indicates a resource exhaustion attack',
    ],
    ['a: &a {b: *a}\n', 'kyozo.yaml:1:1: the document nests deeper than 32 levels or expands to more than 20000 values'],
    [
      '- a\n',
      'kyozo.yaml:1:1: kyozo.yaml: must be a map, with any of the keys services, ignore, environments, secrets, previews, commit_back, backing; found a list',
    ],
  ])('%j is refused', (yaml, message) => {
    expect(errorOf(() => parseDeclaration(yaml))).toEqual(['declaration_invalid', message])
  })

  test('may be empty, begin with a byte order mark and end its lines with CR LF', () => {
    expect(['', '# nothing\n', '\uFEFFbacking: off\r\n'].map((yaml) => parseDeclaration(yaml).declaration)).toEqual([
      {},
      {},
      { backing: 'off' },
    ])
  })

  test('names environments so that a host name has room for them', () => {
    const named = (name: string) => `environments: {${name}: {branch: dev}}`
    expect(parseDeclaration(named('a'.repeat(22))).declaration.environments).toEqual({ ['a'.repeat(22)]: { branch: 'dev' } })
    expect(() => parseDeclaration(named('a'.repeat(23)))).toThrow('must be lower-case letters, digits and dashes, at most 22')
  })

  test('has a JSON Schema that closes every object', () => {
    const schema = declarationJsonSchema()
    expect(Object.keys(schema.properties as object)).toEqual([
      'services',
      'ignore',
      'environments',
      'secrets',
      'previews',
      'commit_back',
      'backing',
    ])
    expect(schema.additionalProperties).toBe(false)
  })
})

import { describe, expect, test } from 'vitest'
import { readComposeFile } from '../../src/topology/compose/read-compose-file.ts'
import { sourceTree } from '../support/source-tree.ts'
import { analyzeFiles, json, rolesIn, serviceNamed, servicesIn } from './summary.ts'

const compose = `services:
  web:
    build: ./web
    ports: ["8080:3000"]
    depends_on: [api]
    environment:
      API_URL: http://api:4000/v1
  api:
    build:
      context: ./api
      target: run
      args: {MODE: fast}
    depends_on:
      db: {condition: service_healthy}
    environment:
      - DATABASE_URL=postgres://postgres:\${PASSWORD:-pw}@db:5432/app
  db:
    image: postgres:16
  mail:
    image: mailhog/mailhog
`
const folders = {
  'web/package.json': json({ name: 'web', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
  'web/package-lock.json': '{}',
  'web/s.js': 'app.listen(3000)',
  'api/Dockerfile': 'FROM python:3.12\nEXPOSE 4000\nCMD python x.py\n',
}

describe('a folder with a compose file', () => {
  test('is a stack, and what it builds are services under its names', () => {
    const topology = analyzeFiles({ 'compose.yaml': compose, ...folders }, { rootName: 'shop' })
    expect([topology.strategy, topology.startOrder, topology.backing]).toEqual([
      'compose_stack',
      ['api', 'shop', 'web'],
      [
        {
          name: 'db',
          kind: 'postgres',
          evidence: [{ path: 'compose.yaml', line: 17, fact: 'image postgres:16' }],
          compose: { file: 'compose.yaml', service: 'db' },
        },
        {
          name: 'mail',
          kind: 'smtp',
          evidence: [{ path: 'compose.yaml', line: 19, fact: 'image mailhog/mailhog' }],
          compose: { file: 'compose.yaml', service: 'mail' },
        },
      ],
    ])
    expect(servicesIn({ 'compose.yaml': compose, ...folders }, { rootName: 'shop' })).toEqual([
      'shop . compose_stack no port compose(compose.yaml) ← db, mail',
      'api api containerized :4000 dockerfile(api/Dockerfile in api) tcp [python x.py] ← db',
      'web web nodejs/express :3000 template(nodejs in web) tcp [node s.js] ← api',
    ])
  })

  test('gives its services build options, variables and links with their lines', () => {
    const api = serviceNamed({ 'compose.yaml': compose, ...folders }, 'api')
    expect([api.build, api.compose, api.environment]).toEqual([
      { kind: 'dockerfile', dockerfile: 'api/Dockerfile', context: 'api', target: 'run', args: { MODE: 'fast' } },
      { file: 'compose.yaml', service: 'api' },
      [{ name: 'DATABASE_URL', required: false, value: 'postgres://postgres:pw@db:5432/app' }],
    ])
    expect(serviceNamed({ 'compose.yaml': compose, ...folders }, 'web').dependsOn).toEqual([
      {
        service: 'api',
        kind: 'requires',
        connection: { variable: 'API_URL', template: 'http://{host}:{port}/v1' },
        evidence: [
          { path: 'compose.yaml', line: 5, fact: 'web depends on api', weight: 0.74 },
          { path: 'compose.yaml', line: 7, fact: 'API_URL of web names api', weight: 0.74 },
        ],
      },
    ])
  })

  test.each(['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'])('is found as %s', (name) => {
    expect(servicesIn({ [`stack/${name}`]: 'services: {a: {image: nginx}}\n' })).toEqual([
      `stack stack compose_stack no port compose(stack/${name})`,
    ])
  })

  test.each([
    'docker-compose-app.yml',
    'docker-compose.prod.yml',
    'docker-compose_default.yaml',
    'compose.example.yml',
    'compose.production.yml',
    'prod.compose.yaml',
    'podman-compose.yml',
    'docker-stack.yml',
    'stack.yml',
  ])('is found as %s where no other name is there', (name) => {
    const files = {
      [`stack/${name}`]: 'services: {a: {image: example/a}}\n',
      'stack/compose.dev.yaml': 'services: {a: {image: example/b}}\n',
    }
    expect(servicesIn(files)).toEqual([`stack stack compose_stack no port compose(stack/${name})`])
  })

  test('has the file that is meant for production among variants, and the usual name before any', () => {
    const text = 'services: {a: {image: example/a}}\n'
    const chosen = (...names: string[]) =>
      servicesIn(Object.fromEntries(names.map((name) => [`x/${name}`, text])))[0]?.replace(/.*\(x\/(.*)\)/, '$1')
    expect([
      chosen('docker-compose.gpu.yml', 'docker-compose.prod.yml', 'docker-compose.zebra.yml'),
      chosen('docker-compose-env.yml', 'docker-compose-app.yml'),
      chosen('docker-compose.prod.yml', 'docker-compose.yml'),
      chosen('docker-compose.yml', 'compose.yaml'),
    ]).toEqual(['docker-compose.prod.yml', 'docker-compose-app.yml', 'docker-compose.yml', 'compose.yaml'])
  })

  test.each([
    'compose.kyozo.yaml',
    'docker-compose.dev.yml',
    'docker-compose.override.yml',
    'docker-compose-test.yml',
    'compose.ci.yaml',
    'local.docker-compose.yml',
    'compose_e2e.yaml',
    'recompose.yaml',
    'deploy-compose-now/x.yml',
    'stack.yaml',
  ])('is not made one by %s', (name) => {
    expect(servicesIn({ [name]: 'services: {a: {image: example/x}}\n' })).toEqual([])
  })

  test.each(['docker/development', 'deploy/local', '.devcontainer', 'ci'])('is not made one in %s', (folder) => {
    expect(servicesIn({ [`${folder}/compose.yaml`]: 'services: {a: {image: example/x}}\n' })).toEqual([])
  })

  test('is none when it only starts what the project needs, and what it is built from decides then', () => {
    const backing =
      'services:\n  db: {image: "postgres:17"}\n  cache: {image: redis}\n  mail: {image: axllent/mailpit}\n  admin: {image: adminer}\n'
    const manifest = json({ name: 'shop', scripts: { start: 'node s.js' }, dependencies: { express: '5' } })
    expect(
      servicesIn({ 'compose.yaml': backing, 'package.json': manifest, 's.js': 'app.listen(3000)' }).map((line) =>
        line.split(' ').slice(0, 3),
      ),
    ).toEqual([['shop', '.', 'nodejs/express']])
    expect(rolesIn({ 'deploy/compose.yaml': backing, 'package.json': manifest, 's.js': '' })).toEqual({ deploy: 'tooling' })
    expect(servicesIn({ 'compose.yaml': backing })).toHaveLength(1)
  })

  test('is none when what it builds is not in the repository, beside a project', () => {
    const files = {
      'docker-compose.yml': 'services:\n  app: {build: ./vendor/sail/8.4, image: sail/app, volumes: [".:/app"]}\n  db: {image: mysql}\n',
      'package.json': json({ name: 'shop', scripts: { start: 'node s.js' }, dependencies: { express: '5' } }),
      's.js': 'app.listen(3000)',
    }
    expect(servicesIn(files).map((line) => line.split(' ').slice(0, 3))).toEqual([['shop', '.', 'nodejs/express']])
  })

  test.each([
    ['an image of its own', 'a: {image: example/a}'],
    ['something that it builds', 'a: {build: ./x}'],
    ['sources in the image of their language', 'a: {image: "node:24", volumes: ["./x:/x"], command: node x}'],
  ])('is one with %s beside the databases of a project', (_, service) => {
    const files = {
      'compose.yaml': `services:\n  db: {image: postgres}\n  ${service}\n`,
      'x/package.json': '{}',
      'x/Dockerfile': 'FROM node\n',
    }
    expect(analyzeFiles(files).strategy).toBe('compose_stack')
  })

  test('keeps its own name beside a service at the same place', () => {
    const files = {
      'docker-compose.yml': 'services:\n  app:\n    build: .\n  cache:\n    image: redis:7\n',
      'package.json': json({ name: 'shop', scripts: { start: 'node s.js' }, dependencies: { express: '5', ioredis: '5' } }),
      's.js': 'import Redis from "ioredis"\napp.listen(3000)\nprocess.env.REDIS_URL',
      Dockerfile: 'FROM node:24\nCMD node s.js\n',
    }
    expect(servicesIn(files)).toEqual([
      'app . nodejs/express :3000 dockerfile(Dockerfile in .) tcp [node s.js] ← cache',
      'shop . compose_stack no port compose(docker-compose.yml) ← cache',
    ])
  })

  test('lists a service in the folder of its Dockerfile when the context is larger', () => {
    const files = {
      'compose.yaml': 'services:\n  first:\n    build: {context: ., dockerfile: svc/one/Dockerfile}\n',
      'svc/one/Dockerfile': 'FROM node:24\nCOPY svc/one .\nCOPY lib lib\n',
      'svc/one/package.json': '{}',
      'lib/x.js': '',
    }
    const service = serviceNamed(files, 'first')
    expect([service.path, service.build, service.reads]).toEqual([
      'svc/one',
      { kind: 'dockerfile', dockerfile: 'svc/one/Dockerfile', context: '.' },
      ['lib'],
    ])
  })

  test('leaves out what only a profile starts', () => {
    const topology = analyzeFiles({
      'compose.yaml': 'services:\n  web: {build: web}\n  seed: {build: seed, profiles: [seed]}\n  cache: {image: redis, profiles: [dev]}\n',
      'web/server.js': 'x.listen(1)',
      'seed/Dockerfile': 'FROM busybox:1\nCMD ["seed"]\n',
    })
    expect([topology.services.map(({ name }) => name), topology.backing, topology.folders]).toEqual([
      ['app', 'web'],
      [],
      [{ path: 'seed', role: 'tooling', evidence: [{ path: 'compose.yaml', line: 3, fact: 'runs only when its profile is asked for' }] }],
    ])
  })
})

describe('what a compose file says of need', () => {
  test('is optional where it is not required, whatever the code suggests', () => {
    const files = {
      'api/package.json': json({ scripts: { start: 'node s.js' }, dependencies: { express: '5', ioredis: '5' } }),
      'api/s.js': 'import "ioredis"\napp.listen(process.env.PORT)',
      'compose.yaml':
        'services:\n  api: {build: ./api, environment: {REDIS_URL: "redis://cache:6379"}, depends_on: {cache: {condition: service_started, required: false}}}\n  cache: {image: "redis:7"}\n',
    }
    expect(serviceNamed(files, 'api').dependsOn.map(({ service, kind }) => [service, kind])).toEqual([['cache', 'optional']])
  })

  test('is a required variable where its value lacks one that nothing gives', () => {
    const environment = `A: "x\${ONE:?say it}y", B: "\${TWO}", C: "\${THREE:-c}", D: "$FOUR", E: e`
    const files = { ...folders, 'compose.yaml': `services: {web: {build: ./web, environment: {${environment}}}}\n` }
    expect(serviceNamed(files, 'web').environment).toEqual([
      { name: 'A', required: true },
      { name: 'B', required: true },
      { name: 'C', required: false, value: 'c' },
      { name: 'D', required: true },
      { name: 'E', required: false, value: 'e' },
    ])
  })

  test('is not met by an override, which only tells of ports and neighbours, and is said to be left out', () => {
    const files = {
      ...folders,
      'compose.yaml': 'services: {web: {build: ./web}, db: {image: "postgres:17"}}\n',
      'compose.override.yaml':
        'services: {web: {ports: ["80:5000"], environment: {URL: "postgres://db/a"}, depends_on: [db], command: x}}\n',
    }
    const { port, start, environment, dependsOn } = serviceNamed(files, 'web')
    expect({ port, start, environment, needs: dependsOn.map(({ service }) => service) }).toEqual({
      port: 5000,
      start: 'node s.js',
      environment: [{ name: 'URL', required: true }],
      needs: ['db'],
    })
    const words =
      'is what Compose adds on a developer’s machine and is not deployed; what production needs of it belongs into the file itself'
    expect(analyzeFiles(files).warnings).toEqual([`compose.override.yaml ${words}.`])
    expect(readComposeFile({ tree: sourceTree(files), file: 'compose.yaml', policy: 'trusted' }).differences).toEqual([
      { file: 'compose.override.yaml', pointer: '', change: 'the file is left out', reason: `it ${words}` },
    ])
  })
})

test('of thousands of compose files only the outermost are read, and that is said', () => {
  const text = `services:\n${Array.from({ length: 90 }, (_, index) => `  s${index}: {image: "app:1"}\n`).join('')}`
  const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`d${index}/compose.yaml`, text]))
  const start = performance.now()
  const { services, warnings } = analyzeFiles({ 'compose.yaml': text, ...files })
  expect([services.length, warnings]).toEqual([
    100,
    [
      '2001 folders hold compose files; only those of the 100 outermost are read.',
      'Only 12 of the 1901 further compose files are read; the others are passed over.',
    ],
  ])
  expect(performance.now() - start).toBeLessThan(15_000)
})

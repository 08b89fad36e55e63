import { describe, expect, test } from 'vitest'
import { analyzeFiles, json, serviceNamed, servicesIn } from './summary.ts'

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
      ],
    ])
    expect(servicesIn({ 'compose.yaml': compose, ...folders }, { rootName: 'shop' })).toEqual([
      'shop . compose_stack no port compose(compose.yaml)',
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
          { path: 'compose.yaml', line: 5, fact: 'web depends on api' },
          { path: 'compose.yaml', line: 7, fact: 'API_URL of web names api' },
        ],
      },
    ])
  })

  test.each(['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'])('is found as %s', (name) => {
    expect(servicesIn({ [`stack/${name}`]: 'services: {a: {image: nginx}}\n' })).toEqual([
      `stack stack compose_stack no port compose(stack/${name})`,
    ])
  })

  test("is not made one by kyozo's own file, nor by files for development", () => {
    expect(
      servicesIn({
        'compose.kyozo.yaml': 'services: {a: {image: x}}\n',
        'docker-compose.dev.yml': 'services: {a: {image: x}}\n',
        'docker-compose.override.yml': 'services: {}\n',
      }),
    ).toEqual([])
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
      'shop . compose_stack no port compose(docker-compose.yml)',
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

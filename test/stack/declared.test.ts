// What kyozo.yaml says is what runs, whoever else says something about the service.
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { sourceTree } from '../support/source-tree.ts'

const templates = await loadTemplates(path.join(import.meta.dirname, '../../templates'))
const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

function stackOf(files: Record<string, string>) {
  return specifyFromSource(sourceTree(files), { templates, identity, revision: 'abc', release: 'r', generation: 1 }).stack
}

function definitionOf(files: Record<string, string>, name: string): Record<string, unknown> {
  return stackOf(files).document.services[name] ?? {}
}

describe('a service with a Dockerfile', () => {
  const files = { 'api/Dockerfile': 'FROM alpine\nEXPOSE 80\nCMD ["/api"]\n' }

  test.each([
    ['start: /api --verbose', ['/api', '--verbose']],
    ['start: [/api, "two words"]', ['/api', 'two words']],
    ['start: "echo $HOME && /api"', ['sh', '-c', 'echo $$HOME && /api']],
    ['start: none', undefined],
    ['port: 81', undefined],
  ])('runs with %s', (says, command) => {
    expect(definitionOf({ ...files, 'kyozo.yaml': `services: {api: {${says}}}\n` }, 'api').command).toEqual(command)
  })
})

describe('a service of a compose file', () => {
  const files = {
    'api/package.json': '{"name": "api", "scripts": {"start": "node s.js"}}',
    'api/s.js': 'x.listen(3000)',
    'api/Dockerfile': 'FROM node:24\nCMD ["node", "s.js"]\n',
    'api/Dockerfile.prod': 'FROM node:22\nCMD ["node", "s.js"]\n',
    'compose.yaml': `services:
  api:
    build: ./api
    command: node dev.js
    environment: {LEVEL: debug, TOKEN: public}
    ports: ["3000:3000"]
    depends_on: [db]
    healthcheck: {test: [CMD, "true"]}
    deploy: {replicas: 2, resources: {limits: {memory: 64m}}}
  db: {image: "postgres:17", environment: {POSTGRES_PASSWORD: x}}
  adminer: {image: adminer}
`,
  }
  const told = (says: string) => definitionOf({ ...files, 'kyozo.yaml': `services: {api: {${says}}}\n` }, 'api')

  test.each<[string, Record<string, unknown>]>([
    ['start: node s.js', { command: ['node', 's.js'] }],
    ['env: {LEVEL: info, TOKEN: null}', { environment: { LEVEL: 'info' } }],
    ['health: none', { healthcheck: { disable: true } }],
    ['health: {command: [./check]}', { healthcheck: { test: ['CMD', './check'] } }],
    ['health: /up', { healthcheck: undefined }],
    ['replicas: 1, resources: {memory: 1Gi, cpu: 2}', { deploy: { resources: { limits: { memory: '1g', cpus: '2', pids: 256 } } } }],
    ['depends_on: {db: none}', { depends_on: undefined }],
    ['depends_on: none', { depends_on: undefined }],
    [
      'build: {dockerfile: api/Dockerfile.prod}',
      { build: { context: './api', dockerfile: 'Dockerfile.prod', target: undefined, args: undefined } },
    ],
    ['build: {image: "shop/api:1"}', { image: 'shop/api:1', build: undefined }],
  ])('obeys %s', (says, expected) => {
    const definition = told(says)
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, definition[key]]))).toEqual(expected)
  })

  test('is built by the template that kyozo.yaml names', () => {
    expect(told('build: {template: nodejs}').build).toMatchObject({ dockerfile_inline: expect.stringContaining('FROM node:24-slim') })
  })

  test('does not run when kyozo.yaml leaves it out', () => {
    const yaml = 'services: {adminer: {ignore: true}, api: {port: 3000}}\n'
    expect(Object.keys(stackOf({ ...files, 'kyozo.yaml': yaml }).document.services)).toEqual(['api', 'db'])
  })
})

describe('a template', () => {
  const files = {
    'api/package.json': '{"name": "api", "scripts": {"start": "node s.js"}, "dependencies": {"express": "5"}}',
    'api/package-lock.json': '{}',
    'api/yarn.lock': '',
    'api/s.js': 'x.listen(3000)',
    'site/index.html': '',
  }
  const inlineOf = (says: string, name = 'api') =>
    String(
      (definitionOf({ ...files, 'kyozo.yaml': `services: {${name}: {${says}}}\n` }, name).build as Record<string, unknown>)
        .dockerfile_inline,
    )

  test('installs by the manager that kyozo.yaml names, though another lockfile is there', () => {
    expect([inlineOf('port: 3000').includes('yarn install'), inlineOf('package_manager: npm').includes('npm ci')]).toEqual([true, true])
  })

  test('installs by the command that kyozo.yaml says, or not at all', () => {
    expect(inlineOf('install: npm ci --legacy-peer-deps')).toContain('RUN ["npm", "ci", "--legacy-peer-deps"]')
    expect(inlineOf('install: none')).toContain('RUN ["true"]')
  })

  test.each([
    [
      'site',
      'start: serve',
      'kyozo.yaml:1:19: services.site.start: the template static_site runs a server of its own; remove the line, or say another type or a Dockerfile',
    ],
    ['api', 'build: {template: nodjs}', 'kyozo.yaml:1:26: services.api.build.template: there is no template nodjs; did you mean nodejs?'],
  ])('of %s refuses %s, which it would not obey', (name, says, message) => {
    expect(() => inlineOf(says, name)).toThrow(message)
  })
})

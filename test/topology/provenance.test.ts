// Where the values of a service come from: every value has a reason, and the reason names who was believed.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ReasonedValue, reasonedValues, type ServiceSpec } from '../../src/topology/topology.ts'
import { analyzeFiles, json, serviceNamed } from './summary.ts'

const express = {
  'api/package.json': json({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5' } }),
  'api/server.js': 'const app = require("express")()\napp.listen(process.env.PORT || 3100)\n',
}

describe('the reason for a value', () => {
  test.each<[string, Record<string, string>, ReasonedValue, string, string, number]>([
    ['kyozo.yaml', { 'kyozo.yaml': 'services:\n  api:\n    path: api\n    port: 9\n' }, 'port', 'kyozo.yaml:4', 'port in kyozo.yaml', 1],
    ['a Procfile', { 'api/Procfile': 'web: node a.js\n' }, 'start', 'api/Procfile:1', 'Procfile: web', 0.98],
    ['railway.json', { 'api/railway.json': json({ deploy: { startCommand: 'node b.js' } }) }, 'start', 'api/railway.json:3', 'deploy.startCommand', 0.97],
    ['fly.toml', { 'api/fly.toml': 'app = "x"\n[http_service]\ninternal_port = 4002\n' }, 'port', 'api/fly.toml:3', 'http_service.internal_port', 0.94],
    ['render.yaml', { 'render.yaml': 'services:\n  - type: web\n    rootDir: api\n    numInstances: 3\n' }, 'replicas', 'render.yaml:4', 'services.numInstances', 0.95],
    ['a compose file', { 'compose.yaml': 'services:\n  api:\n    build: ./api\n    ports:\n      - "80:5000"\n' }, 'port', 'compose.yaml:5', 'port 5000', 0.74],
    ['a Dockerfile', { 'api/Dockerfile': 'FROM node:24\nEXPOSE 8080\nCMD ["node", "server.js"]\n' }, 'port', 'api/Dockerfile:2', 'EXPOSE 8080', 0.6],
    ['the source', {}, 'port', 'api/server.js:2', 'app.listen(process.env.PORT || 3100)', 0.5],
    ['what is usual', { 'api/server.js': 'app.listen(port)\n' }, 'port', 'api/package.json:7', 'the usual port of express', 0.3],
  ])('%s is named with its place and how binding it is', (_, files, value, place, fact, weight) => {
    const reason = serviceNamed({ ...express, ...files }, 'api').because[value]
    expect([`${reason?.path}:${reason?.line}`, reason?.fact, reason?.weight]).toEqual([place, fact, weight])
  }) // biome-ignore format: a table

  test('is that of the source that is believed, not of one that says the same', () => {
    const files = { ...express, 'api/Dockerfile': 'FROM node:24\nEXPOSE 3100\nCMD ["node", "server.js"]\n' }
    expect(serviceNamed(files, 'api').because.port?.path).toBe('api/Dockerfile')
  })
})

describe('what a platform’s file says that a service needs', () => {
  const render = [
    'services:',
    '  - {type: web, name: front, rootDir: web, envVars: [{key: API, fromService: {name: back, type: web, property: host}}]}',
    '  - type: web',
    '    name: back',
    '    rootDir: api',
    '    envVars:',
    '      - key: MAIN_DB',
    '        fromDatabase: {name: shop-db, property: connectionString}',
    '',
  ].join('\n')
  const web = { 'web/package.json': json({ scripts: { start: 'node s.js' } }), 'web/s.js': 'require("http").createServer().listen(3000)\n' }

  test('is a dependency with its place, and the services have their names from there', () => {
    const { services } = analyzeFiles({ ...express, ...web, 'render.yaml': render })
    expect(services.map(({ name, dependsOn }) => [name, dependsOn.map(({ service, evidence }) => [service, evidence])])).toEqual([
      ['back', [['postgres', [{ path: 'render.yaml', line: 7, fact: 'MAIN_DB from shop-db', weight: 0.95 }]]]],
      ['front', [['back', [{ path: 'render.yaml', line: 2, fact: 'API from back', weight: 0.95 }]]]],
    ])
    expect(services[0]?.dependsOn[0]?.connection?.variable).toBe('MAIN_DB')
  })

  test('is nothing when no such thing is known', () => {
    const app = { 'api/app.json': json({ addons: ['papertrail', 'heroku-postgresql:mini'] }) }
    expect(serviceNamed({ ...express, ...app }, 'api').dependsOn.map(({ service }) => service)).toEqual(['postgres'])
  })
})

const fixtures = join(import.meta.dirname, '../../fixtures/repositories')

describe('a fixture repository', () => {
  test.each(readdirSync(fixtures))('%s gives a reason that the commit holds for every value', (name) => {
    const files = filesOf(join(fixtures, name))
    const paths = new Set(['.', ...Object.keys(files).flatMap(withFolders)])
    for (const service of analyzeFiles(files).services) {
      expect([service.name, Object.keys(service.because).sort()]).toEqual([service.name, valuesOf(service)])
      for (const { path, fact, weight } of Object.values(service.because)) {
        expect(paths).toContain(path)
        expect(fact).not.toBe('')
        expect(weight).toBeGreaterThanOrEqual(0.3)
      }
      for (const { evidence } of service.dependsOn) for (const { weight } of evidence) expect(weight).toBeGreaterThan(0)
    }
  })
})

function valuesOf(service: ServiceSpec): string[] {
  const values: Partial<Record<ReasonedValue, unknown>> = { ...service, ...service.resources }
  return reasonedValues.filter((value) => values[value] !== undefined).sort()
}

function withFolders(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function filesOf(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => !path.split('/').includes('node_modules'))
  const files = paths.filter((path) => statSync(join(root, path)).isFile())
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

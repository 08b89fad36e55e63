// What people set of services, in the keys of kyozo.yaml.
import { describe, expect, it } from 'vitest'
import { KyozoError } from '../../src/errors.ts'
import { analyze } from '../../src/topology/analyze.ts'
import { readDeclaration } from '../../src/topology/declaration/declaration.ts'
import { type ServiceSettings, withSettings } from '../../src/topology/declaration/settings.ts'
import { sourceTree } from '../support/source-tree.ts'

const files = {
  'api/package.json': '{"name": "api", "scripts": {"start": "node server.js"}, "dependencies": {"express": "^5"}}',
  'api/package-lock.json': '{}',
  'api/server.js': 'require("express")().listen(3000)',
  'kyozo.yaml': 'services:\n  api:\n    port: 3100\n    env: {LOG_LEVEL: info, REGION: eu}\n    resources: {memory: 256Mi}\n',
}

function analyzed(settings: ServiceSettings, more: Readonly<Record<string, string>> = {}) {
  return analyze(withSettings(sourceTree({ ...files, ...more }), settings))
}

function refusal(settings: ServiceSettings): string {
  try {
    analyzed(settings)
  } catch (error) {
    if (error instanceof KyozoError) return `${error.code} ${error.service}: ${error.message}`
    throw error
  }
  return 'nothing'
}

describe('settings of a service', () => {
  it('win over kyozo.yaml, variable by variable and limit by limit', () => {
    const [api] = analyzed({ api: { env: { LOG_LEVEL: 'debug' }, resources: { cpu: '0.25' }, replicas: 3, health: '/up' } }).services
    expect(api).toMatchObject({
      port: 3100,
      replicas: 3,
      health: { kind: 'http', path: '/up' },
      resources: { memory: '256Mi', cpu: '0.25' },
    })
    const values = Object.fromEntries((api?.environment ?? []).map(({ name, value }) => [name, value]))
    expect(values).toMatchObject({ LOG_LEVEL: 'debug', REGION: 'eu' })
  })

  it('hold for a service that kyozo.yaml does not name', () => {
    const { 'kyozo.yaml': _, ...bare } = files
    const [api] = analyze(withSettings(sourceTree(bare), { api: { port: 8123 } })).services
    expect(api).toMatchObject({ port: 8123, because: { port: { path: 'settings of api' } } })
  })

  it('add a service whose folder is there, and are passed over for one that the repository lost', () => {
    const added = analyzed({ jobs: { path: 'jobs', type: 'nodejs', start: 'node jobs.js', port: 'none' } }, { 'jobs/jobs.js': 'work()' })
    expect(added.services.map(({ name }) => name)).toEqual(['api', 'jobs'])
    expect(analyzed({ gone: { path: 'gone', type: 'nodejs' }, lost: { replicas: 2 } }).services.map(({ name }) => name)).toEqual(['api'])
  })

  it('are refused in the words of kyozo.yaml, saying that they are settings', () => {
    expect(refusal({ api: { port: 70_000 } })).toBe(
      'declaration_invalid api: settings of api: services.api.port: must be a port: a whole number from 1 to 65535, such as 8080; found 70000',
    )
    expect(refusal({ api: { build: { dockerfile: 'api/Dockerfile.prod' } } })).toContain(
      'declaration_invalid api: settings of api: services.api.build.dockerfile: "api/Dockerfile.prod" is not a file of the repository',
    )
    expect(refusal({ api: { colour: 'red' } })).toContain('settings of api: services.api has no key "colour"')
  })

  it('leave everything as it is where nobody set anything', () => {
    const tree = sourceTree(files)
    expect(withSettings(tree, { api: {} })).toBe(tree)
    expect(readDeclaration(tree).onlySet).toBeUndefined()
  })
})

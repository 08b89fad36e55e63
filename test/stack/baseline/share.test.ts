// The stack of a preview that is served from production in part: relays for what stays the same, and nothing of what nobody in it needs.
import { describe, expect, it } from 'vitest'
import { explainChanges, rememberServices } from '../../../src/reconcile/explain-changes.ts'
import { vanishedServices } from '../../../src/reconcile/vanished-services.ts'
import { type SourceContext, specifyFromSource } from '../../../src/stack/from-source.ts'
import type { StackSpec } from '../../../src/stack/stack.ts'
import { loadTemplates } from '../../../src/templates.ts'
import { type MemoryFiles, sourceTree } from '../../support/source-tree.ts'

const dockerfile = (says: string) => `FROM busybox:stable\nRUN echo ${says} > /index.html\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080"]\n`
const declaration = (more = '') =>
  ['services:', '  web: {path: web, depends_on: [api]}', `  api: {path: api, depends_on: [postgres], health: /healthz${more}}`, ''].join(
    '\n',
  )
const files = {
  'web/Dockerfile': dockerfile('web 1'),
  'api/Dockerfile': dockerfile('api 1'),
  'api/package.json': JSON.stringify({ name: 'api', dependencies: { pg: '8' } }),
  'kyozo.yaml': declaration(),
}
const common = { templates: await loadTemplates(), revision: 'r', release: 'x', generation: 1 }
const identityOf = (environment: string) => ({
  ...{ instance: 'i', workspace: 'shop', environment, project: `kyozo-shop-${environment}` },
})
const secret = { name: 'API_KEY', service: 'api', layer: 'service', version: '1.1' } as const
const production: Pick<SourceContext, 'identity' | 'settings' | 'availableSecrets'> = {
  identity: identityOf('production'),
  availableSecrets: [secret],
  settings: { web: { env: { GREETING: 'hello' } } },
}

const live = specifyFromSource(sourceTree(files), { ...common, ...production }).stack

interface Previewed {
  readonly unwell?: string
  readonly context?: Partial<typeof production>
  readonly secrets?: SourceContext['availableSecrets']
  readonly settings?: SourceContext['settings']
}

function previewOf(changed: MemoryFiles, { unwell, context = {}, secrets = [], settings = {} }: Previewed = {}): StackSpec {
  return specifyFromSource(sourceTree({ ...files, ...changed }), {
    ...{ ...common, identity: identityOf('pr-7'), preview: { trust: 'preview' }, availableSecrets: secrets, settings },
    baseline: {
      ...{ environment: 'production', project: 'kyozo-shop-production' },
      live: new Map(live.services.map(({ name, configHash }) => [name, { configHash, isWell: name !== unwell }])),
      context: { ...production, ...context },
    },
  }).stack
}

const said = ({ sharing }: StackSpec) => sharing?.services.map(({ name, kind }) => `${name} ${kind}`).sort()

describe('a preview that changes web', () => {
  const stack = previewOf({ 'web/Dockerfile': dockerfile('web 2') })

  it('runs that, and a relay in the place of its api', () => {
    expect(said(stack)).toEqual(['api shared', 'postgres left_out', 'web run'])
    expect(stack.services.map(({ name }) => name)).toEqual(['api', 'web'])
    expect(stack.document.services.api).toEqual({
      image: 'busybox:1.37',
      command: ['sh', '-c', expect.stringContaining('nc "$$1" "$$2"'), 'relay', 'api.kyozo-shop-production_default', '8080'],
      user: '65534:65534',
      ports: ['127.0.0.1::8080'],
      restart: 'on-failure:5',
      stop_grace_period: '2s',
      read_only: true,
      security_opt: ['no-new-privileges:true'],
      cap_drop: ['ALL'],
      sysctls: { 'net.ipv4.ip_forward': '0' },
      deploy: { resources: { limits: { cpus: '0.5', memory: '32m', pids: 128 } } },
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    })
    expect(stack.documentText).toContain('# api: served from production, because it is what production runs.')
    expect(stack.services[0]).toMatchObject({ health: { kind: 'http', path: '/healthz' }, servedFrom: { environment: 'production' } })
  })

  it('says on the relay whose connections it passes on, and on nothing else', () => {
    const labels = (name: string) => stack.overlay.services[name]?.labels
    expect(labels('api')).toMatchObject({ 'kyozo.baseline': 'kyozo-shop-production', 'kyozo.environment': 'pr-7' })
    expect(labels('web')).not.toHaveProperty('kyozo.baseline')
  })

  it('has no volume, makes no password and gives a relay no secret', () => {
    expect([stack.volumes, stack.secrets]).toEqual([[], []])
    const readable = previewOf({ 'web/Dockerfile': dockerfile('web 2') }, { secrets: [secret] })
    expect(readable.services.map(({ name, secrets = [] }) => [name, secrets])).toEqual([
      ['api', []],
      ['web', []],
    ])
  })

  it('waits for no health check that its relay does not have', () => {
    expect(stack.document.services.web?.depends_on).toEqual({ api: { condition: 'service_started' } })
  })

  it('misses nobody whom it leaves out, and explains where they are', () => {
    const diff = { base: 'b', added: [], modified: ['web/Dockerfile'], removed: [], renamed: [] }
    expect(vanishedServices({ spec: stack, previous: [{ name: 'postgres', folder: 'api' }], hasFolder: () => true, diff })).toEqual([])
    const { services } = explainChanges({ spec: stack, previousServices: rememberServices(live), diff })
    expect(Object.fromEntries(services)).toMatchObject({
      api: 'production serves it',
      postgres: 'nothing in this preview uses it',
      web: 'web/Dockerfile changed',
    })
  })
})

it('a preview that changes api runs all that shows it and all that it keeps its data in', () => {
  const stack = previewOf({ 'api/Dockerfile': dockerfile('api 2') })
  expect(said(stack)).toEqual(['api run', 'postgres run', 'web run'])
  expect(stack.volumes).toEqual(['postgres-data'])
  expect(said(previewOf({ 'kyozo.yaml': declaration(', env: {MODE: loud}') }))).toEqual(['api run', 'postgres run', 'web run'])
})

it('what people set in production is no change of the pull request', () => {
  expect(said(previewOf({ 'README.md': 'Words.' }))).toEqual(['api shared', 'postgres left_out', 'web shared'])
})

it('what people set in the preview is one, and so is a secret of its own', () => {
  const all = ['api run', 'postgres run', 'web run']
  expect(said(previewOf({ 'README.md': 'Words.' }, { settings: { web: {}, api: {} } }))).toEqual([
    'api shared',
    'postgres left_out',
    'web shared',
  ])
  expect(said(previewOf({ 'README.md': 'Words.' }, { settings: { api: { env: { MODE: 'loud' } } } }))).toEqual(all)
  expect(said(previewOf({ 'README.md': 'Words.' }, { secrets: [{ ...secret, layer: 'service_in_environment' }] }))).toEqual(all)
})

it('what production no longer has, or has with another secret by now, is run', () => {
  expect(said(previewOf({ 'README.md': 'Words.' }, { unwell: 'api' }))).toEqual(['api run', 'postgres run', 'web run'])
  const renewed = previewOf({ 'README.md': 'Words.' }, { context: { availableSecrets: [{ ...secret, version: '1.2' }] } })
  expect(said(renewed)).toEqual(['api run', 'postgres run', 'web run'])
})

it('where the commit could not run in production, production serves nothing of it', () => {
  const contradicting = { settings: { web: { build: { template: 'none-such' }, install: 'x' } } }
  expect(said(previewOf({ 'README.md': 'Words.' }, { context: contradicting }))).toEqual(['api run', 'postgres run', 'web run'])
})

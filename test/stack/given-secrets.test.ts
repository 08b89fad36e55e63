import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { missingVariables } from '../../src/pipeline/environment-secrets.ts'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { type AvailableSecret, type SecretLayer, secretLayers, secretsFor } from '../../src/stack/given-secrets.ts'
import type { Template } from '../../src/stack/template.ts'
import { loadTemplates } from '../../src/templates.ts'
import { sourceTree } from '../support/source-tree.ts'

let templates: readonly Template[]
beforeAll(async () => {
  templates = await loadTemplates(path.join(import.meta.dirname, '../../templates'))
})

const inService: readonly SecretLayer[] = ['service_file', 'service', 'service_in_environment']

function secret(name: string, layer: SecretLayer, service = 'api', version = '1'): AvailableSecret {
  return { name, layer, version, service: inService.includes(layer) ? service : null }
}

function specified(files: Readonly<Record<string, string>>, availableSecrets: readonly AvailableSecret[] = []) {
  const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }
  return specifyFromSource(sourceTree(files), { templates, identity, revision: 'abc', release: 'r', generation: 1, availableSecrets })
}

const hashes = (files: Readonly<Record<string, string>>, secrets?: readonly AvailableSecret[]) =>
  Object.fromEntries(specified(files, secrets).stack.services.map(({ name, configHash }) => [name, configHash]))

describe('a service is given', () => {
  const reader = { name: 'api', spec: { environment: [{ name: 'READ', required: true }] }, environment: { DATABASE_URL: 'x' } }

  it('what it reads or is started with anyway, and what was set for it', () => {
    const available = [
      secret('READ', 'workspace'),
      secret('DATABASE_URL', 'environment'),
      secret('UNREAD', 'workspace'),
      secret('HIDDEN', 'service'),
      secret('READ', 'service', 'web'),
    ]
    expect(secretsFor(reader, available).map(({ name, layer }) => `${name} of ${layer}`)).toEqual([
      'DATABASE_URL of environment',
      'HIDDEN of service',
      'READ of workspace',
    ])
  })

  it('of one name the most specific', () => {
    for (let strongest = 0; strongest < secretLayers.length; strongest++) {
      const layers = secretLayers.slice(0, strongest + 1)
      for (const order of [layers, layers.toReversed()])
        expect(
          secretsFor(
            reader,
            order.map((layer) => secret('READ', layer)),
          ).map(({ layer }) => layer),
        ).toEqual([secretLayers[strongest]])
    }
  })
})

const files = {
  'api/package.json': '{"name": "api", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}',
  'api/server.js':
    "require('express')().listen(3000)\nconst key = process.env.STRIPE_KEY\nif (!key) throw new Error('STRIPE_KEY is missing')\n",
  'web/package.json': '{"name": "web", "scripts": {"start": "node server.js"}, "dependencies": {"express": "5"}}',
  'web/server.js': "require('express')().listen(3000)\n",
  'api/.env.example': 'STRIPE_KEY=\n',
}

it('another value replaces exactly the services that get it, and the document stays as it was', () => {
  const without = specified(files)
  const [one, two] = [
    specified(files, [secret('STRIPE_KEY', 'workspace')]),
    specified(files, [secret('STRIPE_KEY', 'workspace', 'api', '2')]),
  ]
  expect(one.stack.documentText).toBe(without.stack.documentText)
  expect(one.stack.services.map(({ name, secrets }) => [name, secrets])).toEqual(
    expect.arrayContaining([
      ['api', ['STRIPE_KEY']],
      ['web', undefined],
    ]),
  )
  const [zero, first, second] = [
    hashes(files),
    hashes(files, [secret('STRIPE_KEY', 'workspace')]),
    hashes(files, [secret('STRIPE_KEY', 'workspace', 'api', '2')]),
  ]
  expect(new Set([zero.api, first.api, second.api]).size).toBe(3)
  expect(new Set([zero.web, first.web, second.web]).size).toBe(1)
  expect(two.stack.overlayText).not.toContain('STRIPE')
})

it('a variable that nobody sets is missed until a secret of its name is there', () => {
  const missedWith = (available: readonly AvailableSecret[]) => missingVariables({ ...specified(files, available), available })
  expect(missedWith([])).toEqual([{ service: 'api', variables: ['STRIPE_KEY'] }])
  expect(missedWith([secret('STRIPE_KEY', 'environment')])).toEqual([])
})

describe('a compose file that leaves a variable open under its own name', () => {
  const stack = (environment: string) => ({
    'compose.yaml': `services:\n  app:\n    image: nginx:1.28\n    ports: ["80"]\n    environment:\n${environment}`,
  })
  it.each([
    ['      STRIPE_KEY: ${STRIPE_KEY}\n      LEVEL: info\n'],
    ['      STRIPE_KEY: ${STRIPE_KEY:?set it}\n      LEVEL: info\n'],
    ['      STRIPE_KEY:\n      LEVEL: info\n'],
    ['      - STRIPE_KEY\n      - LEVEL=info\n'],
    ['      - STRIPE_KEY=$STRIPE_KEY\n      - LEVEL=info\n'],
  ])('is run once there is a secret of that name: %j', (environment) => {
    const { stack: made } = specified(stack(environment), [secret('STRIPE_KEY', 'workspace')])
    expect(made.services[0]?.secrets).toEqual(['STRIPE_KEY'])
    expect(made.document.services.app?.environment).toEqual({ STRIPE_KEY: '', LEVEL: 'info' })
    expect(() => specified(stack(environment))).toThrow('the variable STRIPE_KEY has no value')
  })

  it('is not filled elsewhere, where the value would be in the document', () => {
    const text = { 'compose.yaml': 'services:\n  app:\n    image: nginx:1.28\n    ports: ["80"]\n    command: run ${STRIPE_KEY}\n' }
    expect(() => specified(text, [secret('STRIPE_KEY', 'workspace')])).toThrow('the variable STRIPE_KEY has no value')
  })
})

describe('kyozo.yaml', () => {
  const declared = (text: string) => () => specified({ ...files, 'kyozo.yaml': text, 'secrets.enc.yaml': 'a: b\n' })
  it('names encrypted files and the service that alone gets them', () => {
    expect(declared('secrets: [{file: secrets.enc.yaml}, {file: ./secrets.enc.yaml, service: api}]\n')).not.toThrow()
  })
  it.each([
    [
      'secrets: [{file: nowhere.yaml}]\n',
      'kyozo.yaml:1:12: secrets.0.file: "nowhere.yaml" is not a file of the repository; paths begin at its root',
    ],
    ['secrets: [{file: secrets.enc.yaml, service: apo}]\n', 'secrets.0.service: there is no service apo; there are api, web'],
    ['secrets: [{path: secrets.enc.yaml}]\n', 'has no key "path"'],
    ['secrets: secrets.enc.yaml\n', 'must be a list such as [{file: secrets.enc.yaml}]'],
    ['secrets: [{file: ../../etc/passwd}]\n', 'secrets.0.file: must'],
  ])('is told what is wrong with %j', (text, message) => {
    expect(declared(text)).toThrow(message)
  })
})

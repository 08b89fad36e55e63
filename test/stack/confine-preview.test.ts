// What a preview gets of the machine, beside what production gets for the same files.
import { expect, it } from 'vitest'
import type { PreviewLimits } from '../../src/stack/confine-preview.ts'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { sourceTree } from '../support/source-tree.ts'

const templates = await loadTemplates()
const files = {
  'api/package.json': JSON.stringify({ name: 'api', scripts: { start: 'node server.js' }, dependencies: { express: '5', pg: '8' } }),
  'api/server.js': "require('express')().listen(3000)",
  'kyozo.yaml': 'services: {api: {replicas: 3, resources: {memory: 2Gi, cpu: 2}}}',
}
const identity = { instance: 'i', workspace: 'shop', environment: 'pr-7', project: 'kyozo-shop-pr-7' }

function stackOf(preview?: PreviewLimits) {
  const tree = sourceTree(files)
  return specifyFromSource(tree, {
    ...{ templates, identity, revision: 'r', release: 'x', generation: 1 },
    ...(preview === undefined ? {} : { preview }),
  }).stack
}

const serviceIn = (stack: ReturnType<typeof stackOf>, name: string) => {
  const { deploy, restart } = stack.document.services[name] as { deploy: unknown; restart: string }
  return { deploy, restart, replicas: stack.services.find((service) => service.name === name)?.replicas }
}

it('a preview runs one copy within its own limits, and a broken one ends', () => {
  const stack = stackOf({ trust: 'preview' })
  expect(serviceIn(stack, 'api')).toEqual({
    deploy: { resources: { limits: { cpus: '0.5', memory: '512m', pids: 128 } } },
    restart: 'on-failure:5',
    replicas: 1,
  })
  // A database that kyozo chose keeps the memory that its image needs.
  expect(serviceIn(stack, 'postgres').deploy).toMatchObject({ resources: { limits: { memory: '512m' } } })
})

it('kyozo.yaml may give previews more, and what asks for less gets less', () => {
  const generous = serviceIn(stackOf({ trust: 'preview', memory: '4Gi', cpu: '4' }), 'api')
  expect(generous.deploy).toEqual({ resources: { limits: { cpus: '2', memory: '2g', pids: 128 } } })
})

it('a fork gets less than that, whatever that gives to others', () => {
  const stack = stackOf({ trust: 'fork', memory: '4Gi', cpu: '4' })
  for (const name of ['api', 'postgres'])
    expect(serviceIn(stack, name).deploy).toMatchObject({ resources: { limits: { cpus: '0.25', memory: '256m', pids: 64 } } })
})

it('a preview has the images of production, and a fork its own: what it built never becomes production’s', () => {
  const imageOf = (stack: ReturnType<typeof stackOf>) => stack.services.find(({ name }) => name === 'api')?.image
  expect(imageOf(stackOf({ trust: 'preview' }))).toBe(imageOf(stackOf()))
  expect(imageOf(stackOf({ trust: 'fork' }))).not.toBe(imageOf(stackOf()))
  expect(imageOf(stackOf({ trust: 'fork' }))).toMatch(/^kyozo\/shop\/api:[0-9a-f]{24}$/)
})

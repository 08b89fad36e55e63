import path from 'node:path'
import { expect, test } from 'vitest'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { sourceTree } from '../support/source-tree.ts'

test('a commit with more services than one stack runs is told whole, and not run', async () => {
  const templates = await loadTemplates(path.join(import.meta.dirname, '../../templates'))
  const identity = { instance: 'i', workspace: 'many', environment: 'production', project: 'kyozo-many-production' }
  const context = { templates, identity, revision: 'abc', release: 'r', generation: 1 }
  const files = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`s${index}/server.js`, 'x.listen(1)']))
  expect(() => specifyFromSource(sourceTree(files), context)).toThrow('The commit holds 101 services; kyozo runs at most 100 in one stack.')
  const { 's100/server.js': _, ...fewer } = files
  expect(specifyFromSource(sourceTree(fewer), context).stack.services).toHaveLength(100)
})

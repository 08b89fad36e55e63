// The stack of a few files in a few lines, from the files to the document, so that a test can compare the whole of it.
import path from 'node:path'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import type { StackSpec } from '../../src/stack/stack.ts'
import { loadTemplates } from '../../src/templates.ts'
import { type MemoryFiles, sourceTree } from '../support/source-tree.ts'

const templates = await loadTemplates(path.join(import.meta.dirname, '../../templates'))
const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

export function stackOf(files: MemoryFiles): StackSpec {
  return specifyFromSource(sourceTree(files), { templates, identity, revision: 'abc', release: 'r', generation: 1 }).stack
}

/** `name image|built ~alias NAME=value ← others`, one line a service, without `PORT`. */
export function stackLines(files: MemoryFiles): string[] {
  const { services } = stackOf(files).document
  return Object.entries(services).map(([name, { image, environment, networks, depends_on: others }]) =>
    [
      name,
      image ?? 'built',
      ...((networks as { default?: { aliases?: string[] } } | undefined)?.default?.aliases ?? []).map((alias) => `~${alias}`),
      ...Object.entries(environment ?? {}).flatMap(([key, value]) => (key === 'PORT' ? [] : [`${key}=${value}`])),
      ...(others === undefined ? [] : [`← ${Object.keys(others ?? {}).join(', ')}`]),
    ].join(' '),
  )
}

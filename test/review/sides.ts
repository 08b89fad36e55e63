// Two commits in memory, specified as the server and the command line do it, for reviews of what lies between them.
import path from 'node:path'
import { diffTrees } from '../../src/git/diff-trees.ts'
import type { Review, ReviewInput } from '../../src/review/review.ts'
import { reviewChange } from '../../src/review/review-change.ts'
import { type SourceContext, specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { sourceTree } from '../support/source-tree.ts'

export type Files = Readonly<Record<string, string>>

const templates = await loadTemplates(path.join(import.meta.dirname, '../../templates'))
const identity = { instance: 'i', workspace: 'shop', environment: 'production', project: 'kyozo-shop-production' }

export interface NodeOptions {
  readonly port?: number
  /** What it is called in its own files. Default is its folder's name. */
  readonly name?: string
  readonly dependencies?: readonly string[]
  readonly code?: string
}

/** A Node service that answers on a port: three files. */
export function nodeService(folder: string, { port = 3000, dependencies = [], code = '', ...options }: NodeOptions = {}): Files {
  const name = options.name ?? folder.split('/').at(-1)
  const needs = Object.fromEntries(['express', ...dependencies].map((one) => [one, '1.0.0']))
  return {
    [`${folder}/package.json`]: `${JSON.stringify({ name, scripts: { start: 'node server.js' }, dependencies: needs }, null, 2)}\n`,
    [`${folder}/server.js`]: `require('express')().listen(${port})\n${code}`,
    [`${folder}/index.html`]: `<h1>${name}</h1>\n`,
  }
}

export function inputOf(before: Files | null, after: Files, more: Partial<SourceContext & ReviewInput> = {}): ReviewInput {
  const context = { templates, identity, revision: '1'.repeat(40), release: 'r', generation: 1, ...more }
  const [old, young] = [before === null ? null : sourceTree(before), sourceTree(after)]
  return {
    before: old === null ? null : specifyFromSource(old, context),
    after: specifyFromSource(young, context),
    diff: diffTrees(old, young),
    hasFolder: (folder) => young.folders.has(folder),
    ...('knowsSecrets' in more ? { knowsSecrets: more.knowsSecrets! } : {}),
  }
}

export function reviewOf(before: Files | null, after: Files, more: Partial<SourceContext & ReviewInput> = {}): Review {
  return reviewChange(inputOf(before, after, more))
}

/** Without the hashes, and without the lines of the compose document, which other tests are about. */
export function shortened(text: string): string {
  return text
    .replace(/:[0-9a-f]{24}\b/g, ':…')
    .replace(/v1:[0-9a-f]{32}/g, 'v1:…')
    .replace(/\n\ncompose\.kyozo\.yaml: (.*)\n[\s\S]*$/, '\n\ncompose.kyozo.yaml: $1\n')
}

// A process of its own that analyzes a commit as the worker does, then the next one with a single file changed: what it took, and how much memory.
// Arguments: which reader, the bare repository, the two commits.
import { diffTrees } from '../../src/git/diff-trees.ts'
import { isomorphicReader } from '../../src/git/isomorphic-reader.ts'
import { readSource } from '../../src/git/load-source-tree.ts'
import type { TreeListing } from '../../src/git/objects.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'

export interface AnalyzedOnce {
  readonly coldMs: number
  readonly changedMs: number
  readonly files: number
  readonly services: number
  /** Paths that differ between the two commits. */
  readonly changedPaths: number
  readonly peakBytes: number
}

export const readers = { program: programReader, isomorphic: isomorphicReader }

const [readerName = '', gitDir = '', first = '', second = ''] = process.argv.slice(2)
const reader = readers[readerName as keyof typeof readers](gitDir)
const templates = await loadTemplates()
const identity = { instance: 'bench', workspace: 'large', environment: 'production', project: 'kyozo-large-production' }

const cold = await analyzed(first, null)
const changed = await analyzed(second, cold.listing.tree)
const answer: AnalyzedOnce = {
  coldMs: cold.ms,
  changedMs: changed.ms,
  files: cold.listing.entries.size,
  services: cold.services,
  changedPaths: changed.changedPaths,
  peakBytes: process.resourceUsage().maxRSS * 1024,
}
process.stdout.write(JSON.stringify(answer))

async function analyzed(revision: string, baseTree: string | null) {
  const start = performance.now()
  const commit = await reader.readCommit(revision)
  const listing = await reader.listTree(commit.tree)
  const base: TreeListing | null = baseTree === null ? null : await reader.listTree(baseTree)
  const diff = diffTrees(base, listing)
  const context = { templates, identity, revision: commit.sha, release: 'bench', generation: 1 }
  const specified = await readSource(reader, listing, (tree) => specifyFromSource(tree, context))
  const changedPaths = diff.added.length + diff.modified.length + diff.removed.length + diff.renamed.length
  return { ms: performance.now() - start, listing, services: specified.answer.stack.services.length, changedPaths }
}

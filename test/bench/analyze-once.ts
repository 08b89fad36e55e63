// A process of its own that analyzes a commit as the worker does, then the next one with a single file changed: what it took, and how much memory.
// Arguments: which reader, whether what one analysis leaves is kept for the next, the bare repository, the two commits.
import { diffTrees } from '../../src/git/diff-trees.ts'
import { isomorphicReader } from '../../src/git/isomorphic-reader.ts'
import { readSource } from '../../src/git/load-source-tree.ts'
import { objectReader } from '../../src/git/object-reader.ts'
import type { TreeListing } from '../../src/git/objects.ts'
import { programReader } from '../../src/git/program-reader.ts'
import { specifyFromSource } from '../../src/stack/from-source.ts'
import { loadTemplates } from '../../src/templates.ts'
import { analyze } from '../../src/topology/analyze.ts'
import { type AnalysisMemory, createMemory } from '../../src/topology/incremental/memory.ts'

export interface AnalyzedOnce {
  readonly cold: Times
  readonly changed: Times
  readonly files: number
  readonly services: number
  /** Paths that differ between the two commits. */
  readonly changedPaths: number
  readonly peakBytes: number
}

export interface Times {
  /** Commit, listing and difference. */
  readonly listMs: number
  /** Loading texts and analyzing them, in rounds. */
  readonly analyzeMs: number
  /** From the analysis to the stack that should run, which asks for texts of its own. */
  readonly specifyMs: number
}

export const readers = { files: objectReader, program: programReader, isomorphic: isomorphicReader }

const [readerName = '', keeping = '', gitDir = '', first = '', second = ''] = process.argv.slice(2)
const reader = readers[readerName as keyof typeof readers](gitDir)
const templates = await loadTemplates()
const identity = { instance: 'bench', workspace: 'large', environment: 'production', project: 'kyozo-large-production' }
const kept = createMemory()

const cold = await analyzed(first, null)
const changed = await analyzed(second, cold.listing)
const answer: AnalyzedOnce = {
  cold: cold.times,
  changed: changed.times,
  files: cold.listing.entries.size,
  services: cold.services,
  changedPaths: changed.changedPaths,
  peakBytes: process.resourceUsage().maxRSS * 1024,
}
process.stdout.write(JSON.stringify(answer))

async function analyzed(revision: string, before: TreeListing | null) {
  const memory: AnalysisMemory = keeping === 'kept' ? kept : createMemory()
  const began = performance.now()
  const commit = await reader.readCommit(revision)
  const listing = await reader.listTree(commit.tree, keeping === 'kept' ? before : null)
  const diff = diffTrees(before, listing)
  const listed = performance.now()
  await readSource(reader, { ...listing, memory }, (tree) => analyze(tree, { memory, rootName: identity.workspace }))
  const done = performance.now()
  const context = { templates, identity, revision: commit.sha, release: 'bench', generation: 1, memory }
  const specified = await readSource(reader, { ...listing, memory }, (tree) => specifyFromSource(tree, context))
  const times: Times = { listMs: listed - began, analyzeMs: done - listed, specifyMs: performance.now() - done }
  const changedPaths = diff.added.length + diff.modified.length + diff.removed.length + diff.renamed.length
  return { times, listing, services: specified.answer.stack.services.length, changedPaths }
}

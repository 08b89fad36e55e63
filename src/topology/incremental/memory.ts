// What one analysis leaves for the next: kept answers, the index of folders, and the texts they rest on. One memory is for one line of commits,
// such as an environment's; any commit at all gives the same answer with it as without it.
import type { SourceTree } from '../../git/source-tree.ts'
import type { TreeNode } from '../../git/tree-node.ts'
import { createMatcher } from '../globs.ts'
import { ancestorsOf } from '../paths.ts'
import type { Repository } from '../repository.ts'
import { changedFolders, changedPaths } from './changes.ts'
import { createEngine, type Engine } from './engine.ts'
import { type FolderIndex, type IndexOptions, indexFolders } from './folder-index.ts'

export interface AnalysisMemory {
  /** Loaded texts by object id, for whoever loads them; `null` for what is no text. */
  readonly texts: Map<string, string | null>
  /** Forgets everything. */
  clear(): void
  /** How many answers the last analysis computed; the others were kept. */
  computedCount(): number
  /** The state, for indexNext alone. */
  readonly inner: Inner
}

export interface LeftOut {
  /** Globs of what is treated as absent. */
  readonly ignore: readonly string[]
  /** Folders that are looked at whatever their name. */
  readonly kept: readonly string[]
}

interface Inner {
  engine: Engine
  before: Before | undefined
  /** Texts that the commit has and that were not loaded. */
  missing: Set<string>
}

interface Before {
  readonly entries: SourceTree['entries']
  readonly root: TreeNode
  readonly index: FolderIndex
  readonly leftOutKey: string
  readonly options: IndexOptions
}

export function createMemory(): AnalysisMemory {
  const inner: Inner = { engine: createEngine(), before: undefined, missing: new Set() }
  const texts = new Map<string, string | null>()
  return {
    texts,
    inner,
    computedCount: () => inner.engine.computedCount(),
    clear() {
      texts.clear()
      Object.assign(inner, { engine: createEngine(), before: undefined, missing: new Set() } satisfies Inner)
    },
  }
}

interface Begun {
  readonly engine: Engine
  readonly index: FolderIndex
  /** Where texts that are not loaded yet are noted. */
  readonly missing: Set<string>
  /** From here on kept answers hold for this commit. */
  readonly begin: (repository: Repository) => void
}

/** Indexes the next commit, or the same one with more texts, and finds out what changed since the one before. */
export function indexNext({ inner }: AnalysisMemory, tree: SourceTree, leftOut: LeftOut): Begun {
  const { before, engine } = inner
  const leftOutKey = JSON.stringify(leftOut)
  const isSameLeftOut = before?.leftOutKey === leftOutKey
  const options = isSameLeftOut ? before.options : indexOptions(leftOut)
  const root = before !== undefined && before.entries === tree.entries ? before.root : tree.root
  const index = indexFolders(root, options, isSameLeftOut ? before.index : undefined)
  const changed = [...inner.missing].map((path) => `t${path}`)
  if (before !== undefined) changed.push(...changedPaths(before.root, root), ...changedFolders(before.index, index))
  const missing = new Set<string>()
  inner.before = { entries: tree.entries, root, index, leftOutKey, options }
  inner.missing = missing
  return { engine, index, missing, begin: (repository) => engine.begin(repository, changed) }
}

function indexOptions({ ignore, kept }: LeftOut): IndexOptions {
  const above = new Set<string>()
  for (const path of kept) for (const folder of [path, ...ancestorsOf(path)]) above.add(folder)
  return { isIgnored: createMatcher(ignore), isKept: (path) => above.has(path) }
}

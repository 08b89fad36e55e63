// A commit's folders, indexed once, and its manifests, read and parsed at most once in an analysis.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import type { NameRule } from './folder-names.ts'
import type { Engine } from './incremental/engine.ts'
import { foldersHolding } from './incremental/folder-index.ts'
import { type AnalysisMemory, createMemory, indexNext, type LeftOut } from './incremental/memory.ts'
import { observeMap, observeTree } from './incremental/observed.ts'
import { entriesLimit, warningsLimit } from './limits.ts'
import { joinPath } from './paths.ts'
import { createReader, type Reader } from './reading/reader.ts'

export interface Folder {
  readonly path: string
  /** Names of the regular files directly in it. */
  readonly files: ReadonlySet<string>
  /** Names of the folders directly in it, those that are passed over included. */
  readonly folders: ReadonlySet<string>
}

/** A folder whose name says that no service is below. */
export interface PassedOver {
  readonly path: string
  readonly rule: NameRule
}

export interface Repository {
  readonly tree: SourceTree
  /** Every folder that may hold a service, by path, parents before children. */
  readonly folders: ReadonlyMap<string, Folder>
  /** Those that hold a file of one of these names, in the same order. A name that begins with `*` is an ending: `*.csproj`. */
  readonly foldersWith: (...names: readonly string[]) => readonly Folder[]
  readonly passedOver: readonly PassedOver[]
  readonly read: Reader
  /** Keeps a sentence for the topology; the same one is kept once. */
  readonly warn: (sentence: string) => void
  readonly warnings: () => readonly string[]
  /** The answer of a computation, kept as long as nothing that it looked up is another one. */
  readonly recall: Engine['recall']
}

export interface OpenOptions extends Partial<LeftOut> {
  /** What earlier analyses left. Default is nothing, kept for nobody. */
  readonly memory?: AnalysisMemory
}

/** Opens a commit for analysis. Throws `topology_too_large` beyond the limit of files. */
export function openRepository(tree: SourceTree, options: OpenOptions = {}): Repository {
  if (tree.entries.size > entriesLimit) {
    throw new KyozoError('topology_too_large', `The commit holds ${tree.entries.size} files; kyozo analyzes at most ${entriesLimit}.`, {
      hint: 'Move generated or vendored files out of the repository.',
    })
  }
  const { memory = createMemory(), ignore = [], kept = [] } = options
  const { engine, index, missing, begin } = indexNext(memory, tree, { ignore, kept })
  const everywhere = () => engine.observe('*')
  const listing = (path: string) => engine.observe(`d${path}`)
  const repository: Repository = {
    tree: observeTree(tree, engine, missing),
    folders: observeMap(index.folders, { has: listing, get: listing, keys: everywhere, all: everywhere }),
    foldersWith: (...names) => {
      engine.observe(`h${names.join('/')}`)
      return foldersHolding(names, index)
    },
    get passedOver() {
      everywhere()
      return index.passedOver
    },
    read: createReader(engine),
    warn: engine.warn,
    warnings: () => firstOf([...engine.warnings()].sort()),
    recall: engine.recall,
  }
  begin(repository)
  for (const sentence of index.warnings) engine.warn(sentence)
  return repository
}

function firstOf(sorted: readonly string[]): readonly string[] {
  if (sorted.length <= warningsLimit) return sorted
  return [...sorted.slice(0, warningsLimit), `${sorted.length - warningsLimit} more warnings are not shown.`]
}

/** The paths of a folder's files among these names, in the order of the names. */
export function filesNamed(folder: Folder, names: readonly string[]): string[] {
  return names.filter((name) => folder.files.has(name)).map((name) => joinPath(folder.path, name))
}

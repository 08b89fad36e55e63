// A commit's files, frozen. Names and object ids are all there from the start; contents arrive in rounds: whoever asks for a text that is
// not loaded yet is remembered in `wanted`, the loader fetches those blobs, and the (pure) reader runs again.
import { nestedTree } from './nested-tree.ts'
import type { TreeNode } from './tree-node.ts'

/** One file of a tree. `mode` is Git's: 100644 file, 100755 executable, 120000 symbolic link, 160000 submodule. */
export interface TreeEntry {
  readonly mode: '100644' | '100755' | '120000' | '160000'
  readonly oid: string
}

export interface SourceTree {
  /** The id of the root tree. */
  readonly tree: string
  /** Every file by its path, `/`-separated, relative to the root, sorted by code unit. Folders are not in it. */
  readonly entries: ReadonlyMap<string, TreeEntry>
  /** Every folder's tree id by its path; the root is `"."`. */
  readonly folders: ReadonlyMap<string, string>
  /** The same as nested folders; equal subtrees that have ids have equal ones. */
  readonly root: TreeNode
  /**
   * A regular file's content as UTF-8 text. `undefined` when there is no such regular file, when it is larger than the read limit or binary,
   * or when it is not loaded yet (then the path is added to `wanted`).
   */
  text(path: string): string | undefined
  /** Paths that were asked for and exist but are not loaded. Empty once the answers given are final. */
  readonly wanted: ReadonlySet<string>
}

/** The largest file whose text is read; manifests are far smaller, and a larger one is a data file. */
export const fileReadLimitBytes = 256 * 1024

export interface SourceTreeParts {
  readonly tree: string
  readonly entries: ReadonlyMap<string, TreeEntry>
  readonly folders: ReadonlyMap<string, string>
  /** Default is made from the entries when it is asked for. */
  readonly root?: TreeNode | undefined
  /** Loaded contents by object id; `null` for a blob that is binary or over the limit. */
  readonly texts: ReadonlyMap<string, string | null>
}

export function createSourceTree(parts: SourceTreeParts): SourceTree {
  const wanted = new Set<string>()
  let root = parts.root
  return {
    tree: parts.tree,
    entries: parts.entries,
    folders: parts.folders,
    get root() {
      root ??= nestedTree(parts.entries)
      return root
    },
    wanted,
    text(path) {
      const entry = parts.entries.get(path)
      if (entry === undefined || (entry.mode !== '100644' && entry.mode !== '100755')) return undefined
      const text = parts.texts.get(entry.oid)
      if (text === undefined) wanted.add(path)
      return text ?? undefined
    },
  }
}

/** What differs between two trees; a rename is a removal and an addition with the same object id, paired here when it is unambiguous. */
export interface TreeDiff {
  readonly base: string | null
  readonly added: readonly string[]
  readonly modified: readonly string[]
  readonly removed: readonly string[]
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
}

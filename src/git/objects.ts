// Reading Git objects. Three readers with one contract: the repository's own files, with the `git` program for whatever is unusual, which is
// what kyozo uses; the `git` program alone; and isomorphic-git. `npm run bench` compares them. Nothing here checks anything out, and no repository's configuration is honoured.
import type { TreeEntry } from './source-tree.ts'
import type { TreeNode } from './tree-node.ts'

export interface TreeListing {
  readonly tree: string
  readonly entries: ReadonlyMap<string, TreeEntry>
  readonly folders: ReadonlyMap<string, string>
  /** The same as nested folders, where the reader has it. */
  readonly root?: TreeNode | undefined
}

export interface CommitInfo {
  readonly sha: string
  readonly tree: string
  readonly subject: string
  readonly author: string
}

/** Where a commit stands in history, as it is stored. */
export interface CommitLinks {
  readonly parents: readonly string[]
  /** By the clock of whoever committed it, in seconds since 1970. */
  readonly committedAt: number
}

export interface ObjectReader {
  /** Resolves a ref, branch name or sha to a commit. Throws `revision_not_found`. */
  readCommit(revision: string): Promise<CommitInfo>
  /**
   * Every file and folder of a tree. Throws `repository_too_large` beyond the limit, `repository_corrupt` when objects are missing. What a
   * `base` has in common with it need not be read again.
   */
  listTree(tree: string, base?: TreeListing | null): Promise<TreeListing>
  /** Contents by object id; `null` for a blob over `limitBytes`. */
  readBlobs(oids: readonly string[], limitBytes: number): Promise<ReadonlyMap<string, Buffer | null>>
  /**
   * A commit, by its whole id, with as many of its ancestors as are read along the way. Empty when it is not here. A shallow repository knows its
   * oldest commits' parents by name only: they are not here either.
   */
  readLinks(commit: string): Promise<ReadonlyMap<string, CommitLinks>>
}

/** Ancestors that a reader gives with a commit at most: whoever follows history asks once for so many steps. */
export const linksAtOnce = 1_000

/** A repository with more paths is no repository of services, or an attack: a 236 KB pack can hold 10^10 of them. */
export const treeEntryLimit = 200_000
/** Deeper than any real folder tree. */
export const treeDepthLimit = 100
/** Git allows longer names; no build context needs them. */
export const pathLengthLimit = 1_024

import type { TreeListing } from './objects.ts'
import type { TreeDiff, TreeEntry } from './source-tree.ts'
import type { TreeNode } from './tree-node.ts'

/** What differs between two trees. A file that went away and one that came with the same content are paired as a rename when both are alone with it. */
export function diffTrees(base: TreeListing | null, head: TreeListing): TreeDiff {
  if (base?.tree === head.tree) return { base: base.tree, added: [], modified: [], removed: [], renamed: [] }
  const { added, modified, removed } =
    head.root && (base === null || base.root) ? compareNested(base?.root, head.root) : compareListed(base, head)
  const renamed = pairRenames(base, head, { added, removed })
  const from = new Set(renamed.map((pair) => pair.from))
  const to = new Set(renamed.map((pair) => pair.to))
  return {
    base: base?.tree ?? null,
    added: added.filter((path) => !to.has(path)),
    modified,
    removed: removed.filter((path) => !from.has(path)),
    renamed,
  }
}

interface Changes {
  readonly added: string[]
  readonly modified: string[]
  readonly removed: string[]
}

function compareListed(base: TreeListing | null, head: TreeListing): Changes {
  const added: string[] = []
  const modified: string[] = []
  for (const [path, entry] of head.entries) {
    const before = base?.entries.get(path)
    if (before === undefined) added.push(path)
    else if (!isSameEntry(before, entry)) modified.push(path)
  }
  const removed = base === null ? [] : [...base.entries.keys()].filter((path) => !head.entries.has(path))
  return { added, modified, removed }
}

/** Folders with the same tree are passed by: the work is in what changed. */
function compareNested(base: TreeNode | undefined, head: TreeNode): Changes {
  const changes: Changes = { added: [], modified: [], removed: [] }
  compareFolders({ prefix: '', base, head }, changes)
  for (const list of Object.values(changes)) list.sort()
  return changes
}

interface Pair {
  readonly prefix: string
  readonly base: TreeNode | undefined
  readonly head: TreeNode | undefined
}

function compareFolders({ prefix, base, head }: Pair, changes: Changes): void {
  if (base === head || (base !== undefined && base.oid !== undefined && base.oid === head?.oid)) return
  for (const [name, entry] of head?.files ?? []) {
    const before = base?.files.get(name)
    if (before === undefined) changes.added.push(prefix + name)
    else if (!isSameEntry(before, entry)) changes.modified.push(prefix + name)
  }
  for (const name of base?.files.keys() ?? []) if (!head?.files.has(name)) changes.removed.push(prefix + name)
  for (const name of new Set([...(head?.folders.keys() ?? []), ...(base?.folders.keys() ?? [])]))
    compareFolders({ prefix: `${prefix}${name}/`, base: base?.folders.get(name), head: head?.folders.get(name) }, changes)
}

function isSameEntry(a: TreeEntry, b: TreeEntry): boolean {
  return a.oid === b.oid && a.mode === b.mode
}

function pairRenames(
  base: TreeListing | null,
  head: TreeListing,
  changed: { readonly added: readonly string[]; readonly removed: readonly string[] },
): TreeDiff['renamed'] {
  if (changed.removed.length === 0 || changed.added.length === 0) return []
  const removedByOid = unique(changed.removed, (path) => base!.entries.get(path)!.oid)
  const addedByOid = unique(changed.added, (path) => head.entries.get(path)!.oid)
  return [...removedByOid].flatMap(([oid, from]) => {
    const to = addedByOid.get(oid)
    return to === undefined ? [] : [{ from, to }]
  })
}

function unique(paths: readonly string[], oidOf: (path: string) => string): Map<string, string> {
  const found = new Map<string, string>()
  const doubled = new Set<string>()
  for (const path of paths) {
    const oid = oidOf(path)
    if (found.has(oid)) doubled.add(oid)
    found.set(oid, path)
  }
  for (const oid of doubled) found.delete(oid)
  return found
}

/** Every path that a diff touches, old names and new. */
export function changedPaths(diff: TreeDiff): string[] {
  return [...diff.added, ...diff.modified, ...diff.removed, ...diff.renamed.flatMap((pair) => [pair.from, pair.to])].sort()
}

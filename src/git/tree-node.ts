// A commit's files as the tree that Git has them in. Equal subtrees are one object, so that two commits share what they have in common, and a
// tree that claims 10^10 paths is as small as its objects.
import type { TreeEntry } from './source-tree.ts'

export interface TreeNode {
  /** The tree's id; undefined for a folder that Git has not named. */
  readonly oid: string | undefined
  /** Files by name, in the order of the listing. */
  readonly files: ReadonlyMap<string, TreeEntry>
  /** Folders by name. */
  readonly folders: ReadonlyMap<string, TreeNode>
  /** Files in it and below it. */
  readonly fileCount: number
  /** Folders in it and below it. */
  readonly folderCount: number
  /** Folders below one another, itself not counted. */
  readonly height: number
  /** Characters of the longest path in it. */
  readonly longestPath: number
}

export function createTreeNode(
  oid: string | undefined,
  files: ReadonlyMap<string, TreeEntry>,
  folders: ReadonlyMap<string, TreeNode>,
): TreeNode {
  const node = { oid, files, folders, fileCount: files.size, folderCount: folders.size, height: 0, longestPath: 0 }
  for (const name of files.keys()) node.longestPath = Math.max(node.longestPath, name.length)
  for (const [name, below] of folders) {
    node.fileCount += below.fileCount
    node.folderCount += below.folderCount
    node.height = Math.max(node.height, below.height + 1)
    node.longestPath = Math.max(node.longestPath, name.length + 1 + below.longestPath)
  }
  return node
}

/** Every file by its path, looked up and walked without being copied. */
export function entriesOf(root: TreeNode): ReadonlyMap<string, TreeEntry> {
  const get = (path: string) => {
    const slash = path.lastIndexOf('/')
    return nodeAt(root, slash < 0 ? '.' : path.slice(0, slash))?.files.get(path.slice(slash + 1))
  }
  return lazyMap({ size: root.fileCount, get, walk: (visit) => walkFiles(root, '', visit) })
}

/** Every folder's id by its path, the root as `.`. */
export function folderIdsOf(root: TreeNode): ReadonlyMap<string, string> {
  return lazyMap({ size: root.folderCount + 1, get: (path) => nodeAt(root, path)?.oid, walk: (visit) => walkFolders(root, '.', visit) })
}

export function nodeAt(root: TreeNode, path: string): TreeNode | undefined {
  if (path === '.') return root
  let node: TreeNode | undefined = root
  for (let start = 0; node !== undefined && start <= path.length; ) {
    const slash = path.indexOf('/', start)
    const end = slash < 0 ? path.length : slash
    node = node.folders.get(path.slice(start, end))
    start = end + 1
  }
  return node
}

/** The files below a folder, whole paths, in the order of the listing. */
export function pathsBelow(root: TreeNode, folder: string): string[] {
  const node = nodeAt(root, folder)
  const paths: string[] = []
  if (node !== undefined) walkFiles(node, folder === '.' ? '' : `${folder}/`, (path) => paths.push(path))
  return paths
}

type Visit<T> = (path: string, value: T) => void

/** In Git's order, in which a folder stands as if its name ended with a slash. */
function walkFiles(node: TreeNode, prefix: string, visit: Visit<TreeEntry>): void {
  const folders = [...node.folders]
  let next = 0
  for (const [name, entry] of node.files) {
    for (let folder = folders[next]; folder !== undefined && `${folder[0]}/` < name; folder = folders[++next])
      walkFiles(folder[1], `${prefix}${folder[0]}/`, visit)
    visit(prefix + name, entry)
  }
  for (const [name, folder] of folders.slice(next)) walkFiles(folder, `${prefix}${name}/`, visit)
}

function walkFolders(node: TreeNode, path: string, visit: Visit<string>): void {
  visit(path, node.oid ?? '')
  for (const [name, below] of node.folders) walkFolders(below, path === '.' ? name : `${path}/${name}`, visit)
}

interface LazyMap<T> {
  readonly size: number
  readonly get: (key: string) => T | undefined
  readonly walk: (visit: Visit<T>) => void
}

/** Whoever goes through all of it is likely to do so again: from then on there is a list. */
function lazyMap<T>({ size, get, walk }: LazyMap<T>): ReadonlyMap<string, T> {
  let listed: Map<string, T> | undefined
  const all = (): Map<string, T> => {
    if (listed !== undefined) return listed
    const list = new Map<string, T>()
    walk((key, value) => list.set(key, value))
    listed = list
    return list
  }
  let names: string[] | undefined
  const allNames = (): readonly string[] => {
    if (names !== undefined) return names
    const list: string[] = []
    walk((key) => list.push(key))
    names = list
    return list
  }
  return {
    size,
    get,
    has: (key) => get(key) !== undefined,
    entries: () => all().entries(),
    keys: () => allNames().values(),
    values: () => all().values(),
    forEach: (each) => all().forEach(each),
    [Symbol.iterator]: () => all()[Symbol.iterator](),
  }
}

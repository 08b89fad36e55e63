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
  return lazyMap({ size: root.fileCount, get, walk: () => walkFiles(root, '') })
}

/** Every folder's id by its path, the root as `.`. */
export function folderIdsOf(root: TreeNode): ReadonlyMap<string, string> {
  return lazyMap({ size: root.folderCount + 1, get: (path) => nodeAt(root, path)?.oid, walk: () => walkFolders(root, '.') })
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

/** In Git's order, in which a folder stands as if its name ended with a slash. */
function* walkFiles(node: TreeNode, prefix: string): Generator<[string, TreeEntry]> {
  const folders = node.folders.entries()
  let folder = folders.next()
  for (const [name, entry] of node.files) {
    for (; !folder.done && `${folder.value[0]}/` < name; folder = folders.next())
      yield* walkFiles(folder.value[1], `${prefix}${folder.value[0]}/`)
    yield [prefix + name, entry]
  }
  for (; !folder.done; folder = folders.next()) yield* walkFiles(folder.value[1], `${prefix}${folder.value[0]}/`)
}

function* walkFolders(node: TreeNode, path: string): Generator<[string, string]> {
  yield [path, node.oid ?? '']
  for (const [name, below] of node.folders) yield* walkFolders(below, path === '.' ? name : `${path}/${name}`)
}

interface LazyMap<T> {
  readonly size: number
  readonly get: (key: string) => T | undefined
  readonly walk: () => Generator<[string, T]>
}

function lazyMap<T>({ size, get, walk }: LazyMap<T>): ReadonlyMap<string, T> {
  const map: ReadonlyMap<string, T> = {
    size,
    get,
    has: (key) => get(key) !== undefined,
    entries: () => iterator(walk(), (item) => item),
    keys: () => iterator(walk(), ([key]) => key),
    values: () => iterator(walk(), ([, value]) => value),
    forEach(each) {
      for (const [key, value] of walk()) each(value, key, map)
    },
    [Symbol.iterator]: () => iterator(walk(), (item) => item),
  }
  return map
}

function* iterator<T, U>(items: Iterable<T>, pick: (item: T) => U): Generator<U, undefined> {
  for (const item of items) yield pick(item)
  return undefined
}

// A commit's files as nested folders, made from their paths: for listings that come from elsewhere than Git's own trees.
import type { TreeEntry } from './source-tree.ts'
import type { TreeNode } from './tree-node.ts'

export function nestedTree(entries: ReadonlyMap<string, TreeEntry>): TreeNode {
  const top = newFolder()
  const known = new Map([['.', top]])
  for (const [path, entry] of entries) {
    const { folder, name } = placeOf(path)
    openFolder(folder, known).files.set(name, entry)
  }
  countUp(known)
  return top
}

interface GrowingFolder extends TreeNode {
  readonly files: Map<string, TreeEntry>
  readonly folders: Map<string, GrowingFolder>
  fileCount: number
  folderCount: number
}

function newFolder(): GrowingFolder {
  return { oid: undefined, files: new Map(), folders: new Map(), fileCount: 0, folderCount: 0, height: 0, longestPath: 0 }
}

function openFolder(path: string, known: Map<string, GrowingFolder>): GrowingFolder {
  const missing: string[] = []
  let at = path
  for (; !known.has(at); at = placeOf(at).folder) missing.push(at)
  let folder = known.get(at) as GrowingFolder
  for (let next = missing.pop(); next !== undefined; next = missing.pop()) {
    const below = newFolder()
    folder.folders.set(placeOf(next).name, below)
    known.set(next, below)
    folder = below
  }
  return folder
}

/** From the deepest folders up, however deep they are. */
function countUp(known: ReadonlyMap<string, GrowingFolder>): void {
  for (const [path, folder] of [...known].reverse()) {
    folder.fileCount += folder.files.size
    const above = path === '.' ? undefined : known.get(placeOf(path).folder)
    if (above === undefined) continue
    above.fileCount += folder.fileCount
    above.folderCount += folder.folderCount + 1
  }
}

function placeOf(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? { folder: '.', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) }
}

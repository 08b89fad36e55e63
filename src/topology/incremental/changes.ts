// Which observations of a commit are others in the next one. Folders with the same tree are passed by, so the work is in what changed.
import type { TreeNode } from '../../git/tree-node.ts'
import { joinPath } from '../paths.ts'
import { type FolderIndex, foldersHolding } from './folder-index.ts'

export function* changedPaths(before: TreeNode, after: TreeNode): Generator<string> {
  const changed = new Set<string>()
  compareFolders({ path: '.', before, after }, changed)
  if (changed.size > 0) yield 'E'
  yield* changed
}

interface Pair {
  readonly path: string
  readonly before: TreeNode | undefined
  readonly after: TreeNode | undefined
}

function compareFolders({ path, before, after }: Pair, changed: Set<string>): void {
  if (before === after || (before?.oid !== undefined && before.oid === after?.oid)) return
  if (before === undefined || after === undefined) changed.add(`f${path}`).add('K')
  for (const name of namesIn(before?.files, after?.files)) {
    const [old, now] = [before?.files.get(name), after?.files.get(name)]
    if (old?.oid === now?.oid && old?.mode === now?.mode) continue
    const at = joinPath(path, name)
    changed.add(`t${at}`)
    if (old !== undefined && now !== undefined) continue
    changed.add(`e${path}`).add('K')
  }
  for (const name of namesIn(before?.folders, after?.folders))
    compareFolders({ path: joinPath(path, name), before: before?.folders.get(name), after: after?.folders.get(name) }, changed)
}

function* namesIn(a: ReadonlyMap<string, unknown> | undefined, b: ReadonlyMap<string, unknown> | undefined): Generator<string> {
  if (a !== undefined) yield* a.keys()
  for (const name of b?.keys() ?? []) if (!a?.has(name)) yield name
}

/** Folders that are listed otherwise, and the whole when there are any. */
export function* changedFolders(before: FolderIndex, after: FolderIndex): Generator<string> {
  if (before.folders === after.folders) return
  let isChanged = before.folders.size !== after.folders.size || before.passedOver.length !== after.passedOver.length
  isChanged ||= before.passedOver.some(({ path }, index) => path !== after.passedOver[index]?.path)
  for (const [path, folder] of after.folders) {
    if (before.folders.get(path) === folder) continue
    isChanged = true
    yield `d${path}`
  }
  for (const path of before.folders.keys()) if (!after.folders.has(path)) yield `d${path}`
  if (isChanged) yield '*'
  // Asked again for every list, so that the next index knows what this one was asked for, by answers that are kept as well.
  for (const [key, known] of before.holders) {
    const now = foldersHolding(key.split('/'), after)
    if (now.length !== known.length || now.some((folder, at) => folder !== known[at])) yield `h${key}`
  }
}

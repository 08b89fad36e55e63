// The folders that may hold a service. What the index says of a folder is taken over from the commit before where the folder's tree is the same.
import type { TreeNode } from '../../git/tree-node.ts'
import { decidingWeight, manifestNames, type NameRule, ruleForFolder } from '../folder-names.ts'
import { folderDepthLimit } from '../limits.ts'
import { joinPath, printable } from '../paths.ts'
import type { Folder, PassedOver } from '../repository.ts'

export interface IndexOptions {
  /** Whether a folder or file is to be treated as absent. */
  readonly isIgnored: (path: string) => boolean
  /** Whether a folder is looked at whatever its name. */
  readonly isKept: (path: string) => boolean
}

export interface FolderIndex {
  /** By path, parents before children. */
  readonly folders: ReadonlyMap<string, Folder>
  readonly passedOver: readonly PassedOver[]
  readonly warnings: ReadonlySet<string>
  readonly top: IndexedFolder
  /** The folders that hold one of these files, by the names; filled as they are asked for. */
  readonly holders: Map<string, readonly Folder[]>
}

/** A folder as it was indexed, with everything below it. */
interface IndexedFolder {
  readonly path: string
  readonly tree: TreeNode
  /** Whether the folder around it lists it: one with a hostile name is absent. */
  readonly isListed: boolean
  /** Undefined for a folder that is passed over. */
  readonly folder: Folder | undefined
  readonly passedOver: PassedOver | undefined
  readonly warnings: readonly string[]
  readonly below: ReadonlyMap<string, IndexedFolder>
}

/** `before` is an index made with the same options. */
export function indexFolders(root: TreeNode, options: IndexOptions, before?: FolderIndex): FolderIndex {
  const top =
    before !== undefined && isSameTree(before.top.tree, root) ? before.top : indexInside({ path: '.', tree: root, options }, before?.top)
  if (before !== undefined && top === before.top) return before
  if (before !== undefined && isSameListing(before.top, top)) return { ...before, top }
  const indexed: IndexedFolder[] = []
  collect(top, indexed)
  const folders = indexed.flatMap(({ folder }) => folder ?? [])
  return {
    folders: new Map(folders.sort((a, b) => byFolder(a.path, b.path)).map((folder) => [folder.path, folder])),
    passedOver: indexed.flatMap(({ passedOver }) => passedOver ?? []).sort((a, b) => byFolder(a.path, b.path)),
    warnings: new Set(indexed.flatMap(({ warnings }) => warnings)),
    top,
    holders: new Map(),
  }
}

/** The folders that hold a file of one of these names, in the index's order. A name that begins with `*` is an ending. */
export function foldersHolding(names: readonly string[], { folders, holders }: FolderIndex): readonly Folder[] {
  const key = names.join('/')
  const known = holders.get(key)
  if (known !== undefined) return known
  const endings = names.filter((name) => name.startsWith('*')).map((name) => name.slice(1))
  const isEnding = (name: string) => endings.some((ending) => name.endsWith(ending))
  const found: Folder[] = []
  for (const folder of folders.values()) {
    if (names.some((name) => folder.files.has(name)) || (endings.length > 0 && [...folder.files].some(isEnding))) found.push(folder)
  }
  holders.set(key, found)
  return found
}

/** Whether only contents differ: then every listing, every folder that is passed over and every warning is the one from before. */
function isSameListing(before: IndexedFolder, now: IndexedFolder): boolean {
  if (before === now) return true
  if (before.folder !== now.folder || before.passedOver?.rule !== now.passedOver?.rule || before.isListed !== now.isListed) return false
  if (before.below.size !== now.below.size || before.warnings.length > 0 || now.warnings.length > 0) return false
  for (const [name, below] of now.below) {
    const known = before.below.get(name)
    if (known === undefined || !isSameListing(known, below)) return false
  }
  return true
}

function isSameTree(a: TreeNode, b: TreeNode): boolean {
  return a === b || (a.oid !== undefined && a.oid === b.oid)
}

function collect(indexed: IndexedFolder, into: IndexedFolder[]): void {
  into.push(indexed)
  for (const below of indexed.below.values()) collect(below, into)
}

interface Place {
  readonly path: string
  readonly tree: TreeNode
  readonly options: IndexOptions
}

function indexFolder(name: string, place: Place, before: IndexedFolder | undefined): IndexedFolder {
  const { path, tree, options } = place
  if (before !== undefined && isSameTree(before.tree, tree)) return before
  const outside = { path, tree, isListed: true, folder: undefined, passedOver: undefined, warnings: [], below: new Map() }
  if (options.isIgnored(path)) return outside
  const refusal = refuseName(path, name)
  if (refusal !== undefined) return { ...outside, isListed: false, warnings: [refusal] }
  const rule = ruleFor(path)
  const isOver =
    rule !== undefined && rule.weight >= decidingWeight && !(rule.unlessManifest && holdsManifest(tree)) && !options.isKept(path)
  return isOver ? { ...outside, passedOver: { path, rule } } : indexInside(place, before)
}

function indexInside({ path, tree, options }: Place, before: IndexedFolder | undefined): IndexedFolder {
  const below = new Map<string, IndexedFolder>()
  for (const [name, folder] of tree.folders) {
    if (folder.fileCount > 0)
      below.set(name, indexFolder(name, { path: joinPath(path, name), tree: folder, options }, before?.below.get(name)))
  }
  const { files, warnings } = listFiles({ path, tree, options })
  const folders = new Set([...below].flatMap(([name, { isListed }]) => (isListed ? [name] : [])))
  const known = before?.folder
  const isKnown = known !== undefined && isSameSet(known.files, files) && isSameSet(known.folders, folders)
  return { path, tree, isListed: true, folder: isKnown ? known : { path, files, folders }, passedOver: undefined, warnings, below }
}

function listFiles({ path, tree, options }: Place): { readonly files: Set<string>; readonly warnings: string[] } {
  const files = new Set<string>()
  const warnings: string[] = []
  for (const [name, { mode }] of tree.files) {
    const at = joinPath(path, name)
    if (options.isIgnored(at)) continue
    const refusal = refuseName(at, name)
    if (refusal !== undefined) warnings.push(refusal)
    else if (mode === '120000') warnings.push(...warnOfLink(at, name))
    else if (mode === '160000') warnings.push(`${printable(at)} is a submodule; its files are not in this commit, so it is passed over.`)
    else files.add(name)
  }
  return { files, warnings }
}

/** Folders below `src/main/java` are named after packages: `com/example` is no example. */
function ruleFor(path: string): NameRule | undefined {
  const isPackage = /(?:^|\/)src\/(?:main|[a-z]{1,20}Main)\/(?:java|kotlin|scala|groovy|clojure)\//.test(path)
  return isPackage ? undefined : ruleForFolder(path)
}

/** Asked of the tree itself, so that `vendor/` with a package.json directly inside is somebody's own. */
function holdsManifest(tree: TreeNode): boolean {
  return manifestNames.some((name) => tree.files.has(name))
}

/** Control characters, halves of surrogate pairs, changes of writing direction, line separators, and what invalid UTF-8 decodes to. */
const hostileCharacters = /[\p{Cc}\p{Cs}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u

/** Names that nobody has to look at twice: nearly all. */
const ordinaryName = /^[\w@+-][\w@+.-]{0,250}$/

/** Why a name is not looked at, as a sentence, or undefined for an ordinary one. */
function refuseName(path: string, name: string): string | undefined {
  if (!ordinaryName.test(name) || path.startsWith('/')) {
    if (name === '' || name === '.' || name === '..' || path.startsWith('/') || name.includes('\\'))
      return `${printable(path)} is not a path inside the repository; it is passed over.`
    if (hostileCharacters.test(name)) return `${printable(path)} has control characters or invalid UTF-8 in its name; it is passed over.`
  }
  return depthOf(path) > folderDepthLimit ? `Folders deeper than ${folderDepthLimit} levels are passed over.` : undefined
}

function depthOf(path: string): number {
  let depth = 1
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) depth++
  return depth
}

function warnOfLink(path: string, name: string): string[] {
  const isWorthIt = manifestNames.includes(name) || name === 'kyozo.yaml'
  return isWorthIt ? [`${printable(path)} is a symbolic link; links are never followed, so it is passed over.`] : []
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false
  for (const item of a) if (!b.has(item)) return false
  return true
}

function byFolder(a: string, b: string): number {
  if (a === '.' || b === '.') return a === b ? 0 : a === '.' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

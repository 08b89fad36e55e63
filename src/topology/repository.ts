// A commit's folders, indexed once, and its manifests, read and parsed at most once in an analysis.
import { KyozoError } from '../errors.ts'
import type { SourceTree } from '../git/source-tree.ts'
import { decidingWeight, manifestNames, type NameRule, ruleForName } from './folder-names.ts'
import { entriesLimit, folderDepthLimit, warningsLimit } from './limits.ts'
import { baseName, isWithin, joinPath, parentOf, printable } from './paths.ts'
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
  readonly passedOver: readonly PassedOver[]
  readonly read: Reader
  /** Keeps a sentence for the topology; the same one is kept once. */
  readonly warn: (sentence: string) => void
  readonly warnings: () => readonly string[]
}

interface MutableFolder extends Folder {
  readonly files: Set<string>
  readonly folders: Set<string>
}

export interface OpenOptions {
  /** Whether a folder or file is to be treated as absent. Default is none. */
  readonly isIgnored?: (path: string) => boolean
  /** Folders that are looked at whatever their name. Default is none. */
  readonly kept?: ReadonlySet<string>
}

/** Indexes a tree in one pass over its entries. Throws `topology_too_large` beyond the limit of files. */
export function openRepository(tree: SourceTree, options: OpenOptions = {}): Repository {
  if (tree.entries.size > entriesLimit) {
    throw new KyozoError('topology_too_large', `The commit holds ${tree.entries.size} files; kyozo analyzes at most ${entriesLimit}.`, {
      hint: 'Move generated or vendored files out of the repository.',
    })
  }
  const warnings = createWarnings()
  const index = indexFolders(tree, warnings.warn, options)
  return { tree, ...index, read: createReader(tree, warnings.warn), ...warnings }
}

function indexFolders(
  tree: SourceTree,
  warn: (sentence: string) => void,
  options: OpenOptions,
): Pick<Repository, 'folders' | 'passedOver'> {
  const { isIgnored = () => false, kept = new Set<string>() } = options
  const withManifest = foldersWithManifest(tree)
  const isKept = (path: string) => [...kept].some((keptPath) => isWithin(keptPath, path))
  const folders = new Map<string, MutableFolder>([['.', newFolder('.')]])
  const outside = new Map<string, true>()
  const passedOver: PassedOver[] = []

  const open = (path: string): MutableFolder | undefined => {
    const known = folders.get(path)
    if (known !== undefined || outside.has(path)) return known
    const parent = open(parentOf(path))
    const name = baseName(path)
    const refusal = parent === undefined || isIgnored(path) ? 'outside' : refuseName(path, name)
    const rule = ruleFor(path)
    const isOver = rule !== undefined && rule.weight >= decidingWeight && !(rule.unlessManifest && withManifest.has(path)) && !isKept(path)
    if (refusal !== undefined && refusal !== 'outside') warn(refusal)
    else if (parent !== undefined) parent.folders.add(name)
    if (parent !== undefined && refusal === undefined && isOver) passedOver.push({ path, rule })
    if (parent === undefined || refusal !== undefined || isOver) {
      outside.set(path, true)
      return undefined
    }
    const folder = newFolder(path)
    folders.set(path, folder)
    return folder
  }

  for (const [path, entry] of tree.entries) {
    const folder = open(parentOf(path))
    if (folder === undefined) continue
    const name = baseName(path)
    const refusal = refuseName(path, name)
    if (isIgnored(path)) continue
    if (refusal !== undefined) warn(refusal)
    else if (entry.mode === '120000') warnOfLink(path, name, warn)
    else if (entry.mode === '160000') warn(`${printable(path)} is a submodule; its files are not in this commit, so it is passed over.`)
    else folder.files.add(name)
  }
  return {
    folders: new Map([...folders].sort(([a], [b]) => byFolder(a, b))),
    passedOver: passedOver.sort((a, b) => byFolder(a.path, b.path)),
  }
}

/** Asked before the folders are known, so that `vendor/` with a package.json directly inside is somebody's own. */
function foldersWithManifest(tree: SourceTree): Set<string> {
  const names = new Set(manifestNames)
  const found = new Set<string>()
  for (const path of tree.entries.keys()) if (names.has(baseName(path))) found.add(parentOf(path))
  return found
}

/** Folders below `src/main/java` are named after packages: `com/example` is no example. */
function ruleFor(path: string): NameRule | undefined {
  const isPackage = /(?:^|\/)src\/(?:main|[a-z]{1,20}Main)\/(?:java|kotlin|scala|groovy|clojure)\//.test(path)
  return isPackage ? undefined : ruleForName(baseName(path))
}

/** Control characters, halves of surrogate pairs, changes of writing direction, line separators, and what invalid UTF-8 decodes to. */
const hostileCharacters = /[\p{Cc}\p{Cs}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/u

/** Why a name is not looked at, as a sentence, or undefined for an ordinary one. */
function refuseName(path: string, name: string): string | undefined {
  if (name === '' || name === '.' || name === '..' || path.startsWith('/') || name.includes('\\'))
    return `${printable(path)} is not a path inside the repository; it is passed over.`
  if (hostileCharacters.test(name)) return `${printable(path)} has control characters or invalid UTF-8 in its name; it is passed over.`
  if (path.split('/').length > folderDepthLimit) return `Folders deeper than ${folderDepthLimit} levels are passed over.`
  return undefined
}

function warnOfLink(path: string, name: string, warn: (sentence: string) => void): void {
  if (manifestNames.includes(name) || name === 'kyozo.yaml')
    warn(`${printable(path)} is a symbolic link; links are never followed, so it is passed over.`)
}

function newFolder(path: string): MutableFolder {
  return { path, files: new Set(), folders: new Set() }
}

function byFolder(a: string, b: string): number {
  if (a === '.' || b === '.') return a === b ? 0 : a === '.' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function createWarnings(): Pick<Repository, 'warn' | 'warnings'> {
  const sentences = new Set<string>()
  return {
    warn: (sentence) => {
      sentences.add(sentence)
    },
    warnings: () => {
      const sorted = [...sentences].sort()
      if (sorted.length <= warningsLimit) return sorted
      return [...sorted.slice(0, warningsLimit), `${sorted.length - warningsLimit} more warnings are not shown.`]
    },
  }
}

/** The paths of a folder's files among these names, in the order of the names. */
export function filesNamed(folder: Folder, names: readonly string[]): string[] {
  return names.filter((name) => folder.files.has(name)).map((name) => joinPath(folder.path, name))
}

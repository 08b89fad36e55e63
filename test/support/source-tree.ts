// A commit in memory: what Git would hold for these files, with the ids that Git would give them.
import { createHash } from 'node:crypto'
import { createSourceTree, type SourceTree, type TreeEntry } from '../../src/git/source-tree.ts'

export interface MemoryFile {
  readonly text: string
  /** Default is 100644. */
  readonly mode?: TreeEntry['mode']
}

export type MemoryFiles = Readonly<Record<string, string | MemoryFile>>

export interface MemoryTreeOptions {
  /** Paths whose texts are loaded from the start. Default is all. */
  readonly loaded?: ReadonlySet<string>
}

/** A source tree of these files by path. */
export function sourceTree(files: MemoryFiles, options: MemoryTreeOptions = {}): SourceTree {
  const entries = new Map<string, TreeEntry>()
  const texts = new Map<string, string | null>()
  for (const path of Object.keys(files).sort()) {
    const file = files[path]
    const { text, mode = '100644' } = typeof file === 'string' || file === undefined ? { text: file ?? '' } : file
    const oid = objectId('blob', Buffer.from(text))
    entries.set(path, { mode, oid })
    if (options.loaded === undefined || options.loaded.has(path)) texts.set(oid, text.includes('\0') ? null : text)
  }
  const folders = new Map<string, string>()
  const tree = hashFolder('.', [...entries], folders)
  return createSourceTree({ tree, entries, folders, texts })
}

/** The id that Git gives an object of this kind with this content. */
function objectId(kind: 'blob' | 'tree', content: Buffer): string {
  return createHash('sha1').update(`${kind} ${content.length}\0`).update(content).digest('hex')
}

/** Hashes a folder from what lies below it and notes it and its subfolders. `entries` are relative to it. */
function hashFolder(path: string, entries: readonly (readonly [string, TreeEntry])[], folders: Map<string, string>): string {
  const below = new Map<string, (readonly [string, TreeEntry])[]>()
  const items: { readonly key: string; readonly mode: string; readonly name: string; readonly oid: string }[] = []
  for (const [name, entry] of entries) {
    const slash = name.indexOf('/')
    if (slash < 0) items.push({ key: name, mode: entry.mode, name, oid: entry.oid })
    else {
      const folder = name.slice(0, slash)
      const inner = below.get(folder) ?? []
      inner.push([name.slice(slash + 1), entry])
      below.set(folder, inner)
    }
  }
  for (const [name, inner] of below) {
    const oid = hashFolder(path === '.' ? name : `${path}/${name}`, inner, folders)
    // Git sorts a folder as if its name ended with a slash.
    items.push({ key: `${name}/`, mode: '40000', name, oid })
  }
  items.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  const content = Buffer.concat(
    items.map(({ mode, name, oid }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])),
  )
  const oid = objectId('tree', content)
  folders.set(path, oid)
  return oid
}

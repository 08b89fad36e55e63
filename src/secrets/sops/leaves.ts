// The three formats that SOPS files are read in, each as the list of its values in order, and what the file says of its own encryption.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from 'yaml'
import { unreadable } from '../unreadable.ts'
import { type Metadata, metadataOf } from './metadata.ts'
import { plainBytes } from './plain-bytes.ts'

export type SopsFormat = 'yaml' | 'json' | 'dotenv'

/** A value where it stands. Items of a list have the path of the list. */
export interface StoredLeaf {
  readonly path: readonly string[]
  /** The text as it is stored: ciphertext, or a value that is not encrypted. */
  readonly stored: string
  /** Of a value that is not encrypted: what counts for the file's digest. */
  readonly plain: string
  /** Whether it is text: everything that is encrypted is. */
  readonly isText: boolean
}

export interface SopsDocument {
  readonly leaves: readonly StoredLeaf[]
  readonly metadata: Metadata
}

/** A file of secrets has a few; this bounds what aliases can make of one. */
const leavesLimit = 2_000

export function readLeaves(file: string, { text, format }: { readonly text: string; readonly format: SopsFormat }): SopsDocument {
  return format === 'dotenv' ? readDotenv(file, text) : readYaml(file, { text, format })
}

function readYaml(file: string, { text, format }: { readonly text: string; readonly format: SopsFormat }): SopsDocument {
  if (format === 'json') assertJson(file, text)
  const document = parseDocument(text, { lineCounter: new LineCounter(), uniqueKeys: true, prettyErrors: false })
  const [problem] = document.errors
  if (problem !== undefined)
    throw unreadable(file, `is not ${format === 'json' ? 'JSON' : 'one YAML document'} (${problem.code})`, 'correct the file')
  const root = document.contents
  if (!isMap(root)) throw unreadable(file, 'is not a map of names and values', 'write names and values at the top of the file')
  const leaves: StoredLeaf[] = []
  const walk = (node: Node | null, path: readonly string[]): void => {
    if (leaves.length > leavesLimit || path.length > 32) throw unreadable(file, `holds more than ${leavesLimit} values`, 'split it')
    if (isAlias(node)) walk(node.resolve(document) ?? null, path)
    else if (isMap(node)) for (const { key, value } of node.items) walk(value as Node | null, [...path, nameOf(file, key)])
    else if (isSeq(node)) for (const item of node.items) walk(item as Node | null, path)
    else if (isScalar(node)) leaves.push(...leafOf(node, path))
  }
  for (const { key, value } of root.items) if (nameOf(file, key) !== 'sops') walk(value as Node | null, [nameOf(file, key)])
  const metadata = root.items.find(({ key }) => isScalar(key) && key.value === 'sops')?.value
  return { leaves, metadata: metadataOf(file, isMap(metadata) ? (metadata.toJS(document) as unknown) : undefined) }
}

function assertJson(file: string, text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw unreadable(file, 'is not JSON', 'correct the file')
  }
}

function nameOf(file: string, key: unknown): string {
  if (isScalar(key) && (typeof key.value === 'string' || key.type === Scalar.PLAIN)) return String(key.source ?? key.value)
  throw unreadable(file, 'has a key that is no text', 'write names as text')
}

/** Nothing is encrypted where there is no value. */
function leafOf(node: Scalar, path: readonly string[]): readonly StoredLeaf[] {
  if (node.value === null) return []
  const isText = typeof node.value === 'string'
  const stored = isText ? (node.value as string) : (node.source ?? String(node.value))
  return [{ path, stored, isText, plain: node.type === Scalar.PLAIN ? plainBytes(stored) : stored }]
}

const metadataPrefix = 'sops_'

function readDotenv(file: string, text: string): SopsDocument {
  const leaves: StoredLeaf[] = []
  const metadata = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 0) throw unreadable(file, `holds no NAME=value on line ${index + 1}`, 'correct the line')
    const name = line.slice(0, at)
    const value = line.slice(at + 1).replaceAll('\\n', '\n')
    if (name.startsWith(metadataPrefix)) metadata.set(name.slice(metadataPrefix.length), value)
    else leaves.push({ path: [name], stored: value, plain: value, isText: true })
    if (leaves.length > leavesLimit) throw unreadable(file, `holds more than ${leavesLimit} values`, 'split it')
  }
  return { leaves, metadata: metadataOf(file, metadata.size === 0 ? undefined : unflatten(metadata)) }
}

/** `age__list_0__map_enc` → `{age: [{enc}]}`. */
function unflatten(flat: ReadonlyMap<string, string>): unknown {
  const root: Record<string, unknown> = Object.create(null)
  for (const [key, value] of flat) {
    const words = key.split(/__(?:map|list)_/)
    let at = root
    for (const word of words.slice(0, -1)) {
      const inner = (at[word] ?? Object.create(null)) as Record<string, unknown>
      at[word] = inner
      at = inner
    }
    at[words.at(-1)!] = value
  }
  const age = Object.values((root.age as Record<string, unknown> | undefined) ?? {})
  return { ...root, age, key_groups: Object.values((root.key_groups as Record<string, unknown> | undefined) ?? {}) }
}

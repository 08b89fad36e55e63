// The three-way merge of values: what kyozo had generated, what it generates now, and what stands in the file.
import type { Located } from '../../topology/compose/located.ts'
import { itemsByIdentity } from './identity.ts'
import { asJson, isSame, type Path } from './values.ts'

/** A value in the file that is not as kyozo generates it, and stays. `line` counts from 1; of what was taken away it is that of what held it. */
export interface Edit {
  readonly path: Path
  readonly kind: 'added' | 'changed' | 'removed'
  readonly line: number
  /** What stands in the file; absent for what was taken away. Long texts are cut, here and below: the file has them. */
  readonly value?: unknown
  /** What kyozo would have written; absent for what it would not. */
  readonly generated?: unknown
}

/** A value that kyozo and a person have both changed since kyozo wrote it. Absent values are absent there; lines are those of each text. */
export interface Conflict {
  readonly path: Path
  readonly base?: Side
  readonly generated?: Side
  readonly present: Side
}

export interface Side {
  readonly value: unknown
  readonly line: number
}

/** What is to be done with a value of the file. */
export type Change =
  | { readonly kind: 'keep' }
  | { readonly kind: 'put'; readonly value: Located }
  | { readonly kind: 'drop' }
  /** In the order in which they stand afterwards; what is kept or dropped stands in the file already. */
  | { readonly kind: 'inside'; readonly entries: ReadonlyMap<string, Change> }

export interface Sides {
  readonly base: Located | undefined
  readonly generated: Located | undefined
  readonly present: Located | undefined
}

export interface ThreeWay {
  /** Whether the base is what kyozo had generated. Otherwise nothing in the file is changed or taken away. */
  readonly isBaseKnown: boolean
  /** Whether another kyozo writes the file too: a service that both have found since is the other's. Default is false. */
  readonly isShared?: boolean
  /** Whose value a conflict ends with. */
  readonly resolve: (conflict: Conflict) => 'keep' | 'take'
}

export interface MergedValues {
  readonly change: Change
  readonly edits: readonly Edit[]
  readonly conflicts: readonly Conflict[]
}

export function mergeValues(sides: Sides, options: ThreeWay): MergedValues {
  const merging: Merging = { ...options, edits: [], conflicts: [] }
  const change = mergeAt(merging, { ...sides, path: [], line: 1 })
  return { change, edits: merging.edits, conflicts: merging.conflicts }
}

interface Merging extends ThreeWay {
  readonly edits: Edit[]
  readonly conflicts: Conflict[]
}

interface At extends Sides {
  readonly path: Path
  /** The line of what holds the value. */
  readonly line: number
}

const keep: Change = { kind: 'keep' }

function mergeAt(merging: Merging, at: At): Change {
  const { base, generated, present } = at
  const entries = entriesOf(at)
  if (entries !== undefined && !isFoundTwice(merging, at)) return mergeEntries(merging, at, entries)
  if (isSame(generated, present)) return keep
  if (present === undefined) return base === undefined || !merging.isBaseKnown ? put(generated!) : stays(merging, at, 'removed')
  if (merging.isBaseKnown && isSame(base, present)) return generated === undefined ? { kind: 'drop' } : put(generated)
  if (base === undefined && generated === undefined) return stays(merging, at, 'added')
  if (!merging.isBaseKnown || isSame(base, generated)) return stays(merging, at, generated === undefined ? 'added' : 'changed')
  return settle(merging, { at, present })
}

function isFoundTwice({ isShared = false }: Merging, { path, base, generated, present }: At): boolean {
  return isShared && path.length === 2 && path[0] === 'services' && base === undefined && generated !== undefined && present !== undefined
}

function put(value: Located): Change {
  return { kind: 'put', value }
}

function stays(merging: Merging, { path, generated, present, line }: At, kind: Edit['kind']): Change {
  merging.edits.push({
    path,
    kind,
    line: present?.place.line ?? line,
    ...(present === undefined ? {} : { value: cut(asJson(present)) }),
    ...(generated === undefined ? {} : { generated: cut(asJson(generated)) }),
  })
  return keep
}

const textLimit = 500

function cut(value: unknown): unknown {
  if (typeof value === 'string') return value.length > textLimit ? `${value.slice(0, textLimit - 1)}…` : value
  if (Array.isArray(value)) return value.map(cut)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, cut(held)]))
}

function settle(merging: Merging, { at, present }: { at: At; present: Located }): Change {
  const { path, base, generated } = at
  const conflict: Conflict = {
    path,
    ...(base === undefined ? {} : { base: sideOf(base) }),
    ...(generated === undefined ? {} : { generated: sideOf(generated) }),
    present: sideOf(present),
  }
  merging.conflicts.push(conflict)
  if (merging.resolve(conflict) === 'keep') return keep
  return generated === undefined ? { kind: 'drop' } : put(generated)
}

function sideOf(node: Located): Side {
  return { value: asJson(node), line: node.place.line }
}

type Entries = ReadonlyMap<string, Located>

interface EntrySides {
  readonly base: Entries
  readonly generated: Entries
  readonly present: Entries
}

const none: Entries = new Map()

/** What the values hold, where they are to be merged entry by entry; undefined where they are one value each. */
function entriesOf({ path, base, generated, present }: At): EntrySides | undefined {
  const held = (node: Located | undefined) =>
    node?.kind === 'map' ? node.entries : node?.kind === 'list' ? itemsByIdentity(path, node) : undefined
  const mine = held(present)
  if (present === undefined || mine === undefined) return undefined
  const isLike = (node: Located | undefined) => node === undefined || (node.kind === present.kind && held(node) !== undefined)
  if (generated === undefined && !(isOpen(path) && base !== undefined && isLike(base))) return undefined
  if (!isLike(generated)) return undefined
  return { base: (isLike(base) ? held(base) : undefined) ?? none, generated: held(generated) ?? none, present: mine }
}

/** Maps and lists of which each entry stands for itself: what is left of them means something without the rest. */
function isOpen([top, , key, inner, ...rest]: Path): boolean {
  if (top !== 'services') return true
  if (key === undefined || rest.length > 0) return false
  return inner === undefined ? openKeys.has(key) : key === 'build' && inner === 'args'
}

const openKeys: ReadonlySet<string> = new Set([
  'environment', 'labels', 'depends_on', 'sysctls', 'ulimits', 'ports', 'expose', 'volumes', 'tmpfs', 'cap_add', 'group_add',
]) // biome-ignore format: a list

function mergeEntries(merging: Merging, at: At, { base, generated, present }: EntrySides): Change {
  const line = at.present?.place.line ?? at.line
  const changes = new Map(
    inOrder(present, generated).map((key) => {
      const sides = { base: base.get(key), generated: generated.get(key), present: present.get(key) }
      return [key, mergeAt(merging, { ...sides, path: [...at.path, key], line })] as const
    }),
  )
  const stayed = [...changes].filter(([key, change]) => change.kind !== 'drop' && (change.kind !== 'keep' || present.has(key)))
  if (stayed.length === 0 && at.generated === undefined) return { kind: 'drop' }
  return [...changes.values()].every(({ kind }) => kind === 'keep') ? keep : { kind: 'inside', entries: changes }
}

/** The file's own order; what it lacks comes after what it follows in the generated text. */
function inOrder(present: Entries, generated: Entries): readonly string[] {
  const order = [...present.keys()]
  let before: string | undefined
  for (const key of generated.keys()) {
    if (!present.has(key)) order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key)
    before = key
  }
  return order
}

// Changes values of a text where they stand. Lines of nobody's concern stay as they are, and no comment of a person's is ever lost: one that stood in
// what was taken away stays where it was.
import type { Located } from '../../topology/compose/located.ts'
import { houseValue } from '../house-yaml.ts'
import { valueAfter } from './after.ts'
import { commentLines, type Remarks, spaceAbove } from './remarks.ts'
import type { Change } from './three-way.ts'
import { type Path, plain } from './values.ts'
import type { Written, WrittenEntry, WrittenText } from './written.ts'

export interface Splicing {
  readonly written: WrittenText
  readonly present: Located
  readonly change: Change
  /** kyozo's comments as they are now. */
  readonly remarks: Remarks
  /** As they were when kyozo last wrote the file; without them the comments of the file stay. */
  readonly remarksBefore?: Remarks | undefined
}

/** Undefined where the text has no lines that could be changed one by one. */
export function splice(splicing: Splicing): string | undefined {
  const { written, change, present } = splicing
  if (written.root.entries === undefined) return undefined
  const patch: Patch = { ...splicing, removed: new Set(), before: new Map(), inLine: new Map() }
  if (change.kind === 'inside') changeEntries(patch, { written: written.root, value: present, change, path: [], top: undefined })
  // What comes new stands above a comment that was there.
  changeRemarks(patch)
  return patched(patch)
}

interface Patch extends Splicing {
  readonly removed: Set<number>
  /** New lines above a line, without their ends. */
  readonly before: Map<number, string[]>
  readonly inLine: Map<number, string>
}

interface Inside {
  readonly written: Written
  readonly value: Located
  readonly change: Extract<Change, { kind: 'inside' }>
  readonly path: Path
  /** The entry that holds them; undefined for the file itself. */
  readonly top: WrittenEntry | undefined
}

function changeEntries(patch: Patch, inside: Inside): void {
  const { written, value, change, path, top } = inside
  let previous: WrittenEntry | undefined
  for (const [key, one] of change.entries) {
    const entry = written.entries?.get(key)
    const at = [...path, key]
    const held = value.kind === 'map' ? value.entries.get(key) : undefined
    if (entry === undefined) {
      if (one.kind === 'put') insert(patch, { key, value: one.value, path: at, inside, previous, top })
      continue
    }
    changeEntry(patch, { entry, key, change: one, value: held, path: at, isItem: written.kind === 'list' })
    previous = entry
  }
}

interface One {
  readonly entry: WrittenEntry
  readonly key: string
  readonly change: Change
  readonly value: Located | undefined
  readonly path: Path
  readonly isItem: boolean
}

function changeEntry(patch: Patch, one: One): void {
  const { entry, change, value, path } = one
  const after = valueAfter(value, change, path)
  const isInside = change.kind === 'inside' && after !== undefined && !isEmpty(after) && entry.value.entries !== undefined
  if (change.kind === 'drop') removeEntry(patch, entry, path)
  else if (isInside && value !== undefined) changeEntries(patch, { written: entry.value, value, change, path, top: entry })
  else if (change.kind !== 'keep' && after !== undefined) replaceEntry(patch, one, after)
}

/** A word or a text on one line gives way within its line. */
function replaceEntry(patch: Patch, { entry, key, isItem }: One, after: Located): void {
  const { columns, first, last, indent } = entry
  const lines = linesOf({ key, value: after, isItem, indent })
  if (columns !== undefined && after.kind === 'scalar' && lines.length === 1 && first === last) {
    const line = patch.written.lines[first]!
    patch.inLine.set(first, line.slice(0, columns.from) + houseValue(plain(after)) + line.slice(columns.to))
    return
  }
  removeLines(patch, entry)
  addBefore(patch, first, lines)
}

function isEmpty(value: Located): boolean {
  return value.kind === 'map' ? value.entries.size === 0 : value.kind === 'list' && value.items.length === 0
}

interface Insertion {
  readonly key: string
  readonly value: Located
  readonly path: Path
  readonly inside: Inside
  readonly previous: WrittenEntry | undefined
  readonly top: WrittenEntry | undefined
}

function insert(patch: Patch, { key, value, path, inside, previous, top }: Insertion): void {
  const { written } = inside
  const [first] = [...written.entries!.values()]
  const indent = first!.indent
  const reasons = isService(path) ? (patch.remarks.services.get(key) ?? []) : []
  const lines = [...reasons.map((line) => indent + line), ...linesOf({ key, value, isItem: written.kind === 'list', indent })]
  const at = previous === undefined ? (top === undefined ? first!.first : top.first + 1) : previous.last + 1
  addBefore(patch, at, standsApart(path) ? [gap, ...lines, gap] : lines)
}

function isService(path: Path): boolean {
  return path.length === 2 && path[0] === 'services'
}

function standsApart(path: Path): boolean {
  return path.length === 1 || isService(path)
}

/** In a list of lines: an empty one, unless there is one already or nothing that it would set apart. */
const gap = '\0'

interface Rendering {
  readonly key: string
  readonly value: Located
  readonly isItem: boolean
  readonly indent: string
}

function linesOf({ key, value, isItem, indent }: Rendering): string[] {
  const text = isItem ? `- ${houseValue(plain(value)).replaceAll('\n', '\n  ')}` : houseValue(new Map([[key, plain(value)]]))
  return text.split('\n').map((line) => (line.trim() === '' ? '' : indent + line))
}

/** With kyozo's comment above it, and the empty lines that set it apart. */
function removeEntry(patch: Patch, entry: WrittenEntry, path: Path): void {
  removeLines(patch, entry)
  if (!standsApart(path)) return
  const { lines } = patch.written
  const reasons = isService(path) ? (patch.remarksBefore?.services.get(path[1]!) ?? []) : []
  const isGoing = (line: number) => lines[line]?.trim() === '' || reasons.includes(lines[line]?.trim() ?? '')
  for (let line = entry.first - 1; line >= 0 && isGoing(line); line--) patch.removed.add(line)
  for (let line = entry.last + 1; lines[line]?.trim() === ''; line++) patch.removed.add(line)
  addBefore(patch, entry.first, [gap])
}

function removeLines({ removed, before, written }: Patch, { first, last, indent }: WrittenEntry): void {
  for (let line = first; line <= last; line++) {
    const column = written.comments.get(line)
    const text = written.lines[line]!
    if (column !== undefined && text.slice(0, column).trim() === '') continue
    removed.add(line)
    if (column !== undefined) addLines(before, line, [indent + text.slice(column).trimEnd()])
  }
}

function addBefore(patch: Patch, line: number, lines: readonly string[]): void {
  addLines(patch.before, line, lines)
}

function addLines(before: Map<number, string[]>, line: number, lines: readonly string[]): void {
  before.set(line, [...(before.get(line) ?? []), ...lines])
}

function changeRemarks(patch: Patch): void {
  const { remarks, remarksBefore, written } = patch
  if (remarksBefore === undefined) return
  changeRemark(patch, { name: 'head', before: remarksBefore.head, now: remarks.head })
  for (const name of written.root.entries?.get('services')?.value.entries?.keys() ?? []) {
    const now = remarks.services.get(name)
    if (now !== undefined) changeRemark(patch, { name, before: remarksBefore.services.get(name) ?? [], now })
  }
}

interface Remark {
  readonly name: string
  readonly before: readonly string[]
  readonly now: readonly string[]
}

/** Where somebody took kyozo's comment away it stays away. */
function changeRemark(patch: Patch, { name, before, now }: Remark): void {
  if (before.join('\n') === now.join('\n')) return
  const { written } = patch
  const space = spaceAbove(written, name)
  if (!commentLines(written, space).some((line) => before.includes(line))) return
  let isWritten = false
  for (let line = space.from; line < space.to; line++) {
    const text = written.lines[line]!
    if (!before.includes(text.trim())) continue
    patch.removed.add(line)
    if (!isWritten)
      addBefore(
        patch,
        line,
        now.map((one) => /^\s*/.exec(text)![0] + one),
      )
    isWritten = true
  }
}

function patched({ written: { lines }, removed, before, inLine }: Patch): string {
  const end = lines.some((line) => line.endsWith('\r\n')) ? '\r\n' : '\n'
  const added = (at: number) => (before.get(at) ?? []).map((line) => (line === gap ? gap : line + end))
  const behind = [...before.keys()].filter((at) => at >= lines.length).sort((a, b) => a - b)
  const own = lines.flatMap((line, at) => [...added(at), ...(removed.has(at) ? [] : [inLine.get(at) ?? line])])
  const last = own.findLast((line) => line !== gap)
  const isOpenEnded = behind.length > 0 && last !== undefined && !last.endsWith('\n')
  return withGaps([...own, ...(isOpenEnded ? [end] : []), ...behind.flatMap(added)], end)
}

function withGaps(lines: readonly string[], end: string): string {
  const written: string[] = []
  for (const [at, line] of lines.entries()) {
    if (line !== gap) written.push(line)
    else if (
      isGapBetween(
        written.at(-1),
        lines.slice(at).find((next) => next !== gap),
      )
    )
      written.push(end)
  }
  return written.join('')
}

/** Not at either end of the file, and not between a key and its first entry. */
function isGapBetween(above: string | undefined, below: string | undefined): boolean {
  if (above === undefined || below === undefined || above.trim() === '' || below.trim() === '') return false
  return !(/:\s*(?:#.*)?$/.test(above) && indentOf(above) < indentOf(below))
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

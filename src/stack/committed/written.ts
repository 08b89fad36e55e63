// Where the values of a text stand in it, line by line, so that one of them can be changed and every other line stays as it is, byte for byte.
import { CST, isMap, isNode, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Located } from '../../topology/compose/located.ts'
import { itemsByIdentity } from './identity.ts'
import type { Path } from './values.ts'

/** A value as it is written. Lines count from 0. */
export interface Written {
  /** Entries that have lines of their own; absent for what can only be replaced as a whole: a scalar, `{a: 1}`, an alias. */
  readonly entries?: ReadonlyMap<string, WrittenEntry>
  readonly kind: 'map' | 'list' | 'value'
}

export interface WrittenEntry {
  readonly first: number
  readonly last: number
  /** The blanks before it. */
  readonly indent: string
  readonly value: Written
  /** From where to where the value stands in its line, when it is one word or text on one line. */
  readonly columns?: { readonly from: number; readonly to: number }
}

export interface WrittenText {
  /** Each with its own end. */
  readonly lines: readonly string[]
  readonly root: Written
  /** Lines that hold a comment, with the column in which it begins. */
  readonly comments: ReadonlyMap<number, number>
}

/** Of a text that has been read as values: `located` is what they are. */
export function writtenText(text: string, located: Located): WrittenText {
  const counter = new LineCounter()
  const options = { uniqueKeys: false, version: '1.2', lineCounter: counter, prettyErrors: false, logLevel: 'silent' } as const
  const document = parseDocument(text, options)
  const lines = text.split(/(?<=\n)/)
  const reading: Reading = {
    lines,
    at: (offset) => {
      const { line, col } = counter.linePos(offset)
      return { line: line - 1, column: col - 1 }
    },
  }
  return { lines, root: writtenAs(reading, { node: document.contents, path: [], located }), comments: commentsIn(text, reading) }
}

interface Reading {
  readonly lines: readonly string[]
  readonly at: (offset: number) => { readonly line: number; readonly column: number }
}

interface Standing {
  readonly node: unknown
  readonly path: Path
  readonly located: Located | undefined
}

function writtenAs(reading: Reading, { node, path, located }: Standing): Written {
  const isPlain = isNode(node) && !('flow' in node && node.flow === true) && !('anchor' in node && node.anchor !== undefined)
  if (isPlain && isMap(node) && located?.kind === 'map') return asWritten('map', mapEntries(reading, node, { path, located }))
  if (isPlain && isSeq(node) && located?.kind === 'list') return asWritten('list', listEntries(reading, node, { path, located }))
  return { kind: 'value' }
}

function asWritten(kind: 'map' | 'list', entries: ReadonlyMap<string, WrittenEntry> | undefined): Written {
  return entries === undefined || entries.size === 0 ? { kind } : { kind, entries }
}

type Entries = ReadonlyMap<string, WrittenEntry> | undefined

function mapEntries(
  reading: Reading,
  map: YAMLMap,
  { path, located }: { path: Path; located: Extract<Located, { kind: 'map' }> },
): Entries {
  const entries = new Map<string, WrittenEntry>()
  for (const { key, value } of map.items) {
    if (!isScalar(key) || key.range == null || key.anchor !== undefined) return undefined
    const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
    const start = reading.at(key.range[0])
    const indent = reading.lines[start.line]!.slice(0, start.column)
    const isMerge = name === '<<' && key.type === 'PLAIN'
    // What shares its line with something before it, or is merged from elsewhere, has no lines of its own.
    if (isMerge || indent.trim() !== '') return undefined
    const last = lastLine(reading, value) ?? start.line
    entries.set(name, {
      first: start.line,
      last: Math.max(start.line, last),
      indent,
      value: writtenAs(reading, { node: value, path: [...path, name], located: located.entries.get(name) }),
      ...columnsOf(reading, value, start.line),
    })
  }
  return entries
}

function listEntries(
  reading: Reading,
  seq: YAMLSeq,
  { path, located }: { path: Path; located: Extract<Located, { kind: 'list' }> },
): Entries {
  const identities = [...(itemsByIdentity(path, located)?.keys() ?? [])]
  if (identities.length !== seq.items.length) return undefined
  const entries = new Map<string, WrittenEntry>()
  for (const [at, item] of seq.items.entries()) {
    if (!isNode(item) || item.range == null) return undefined
    const start = reading.at(item.range[0])
    const [, indent] = /^(\s*)- +$/.exec(reading.lines[start.line]!.slice(0, start.column)) ?? []
    if (indent === undefined) return undefined
    const last = lastLine(reading, item) ?? start.line
    entries.set(identities[at]!, { first: start.line, last, indent, value: { kind: 'value' }, ...columnsOf(reading, item, start.line) })
  }
  return entries
}

/** The last line that the value itself stands on, without comments and empty lines behind it. */
function lastLine(reading: Reading, value: unknown): number | undefined {
  if (isMap(value) && value.flow !== true)
    return lastOf(value.items.map((pair) => lastLine(reading, pair.value) ?? lastLine(reading, pair.key)))
  if (isSeq(value) && value.flow !== true) return lastOf(value.items.map((item) => lastLine(reading, item)))
  const range = isNode(value) ? value.range : undefined
  if (range == null || range[1] <= range[0]) return range == null ? undefined : reading.at(range[0]).line
  const line = reading.at(range[1] - 1).line
  const isBlockText = isScalar(value) && (value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED')
  return isBlockText && !keepsEnd(value, reading) ? lastFilled(reading, line) : line
}

function lastOf(lines: readonly (number | undefined)[]): number | undefined {
  const known = lines.filter((line) => line !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** `|+` means the empty lines behind it too. */
function keepsEnd(value: Node, reading: Reading): boolean {
  const start = reading.at(value.range![0])
  return /^[|>][0-9]*\+/.test(reading.lines[start.line]!.slice(start.column))
}

function lastFilled({ lines }: Reading, line: number): number {
  let last = line
  while (last > 0 && lines[last]!.trim() === '') last--
  return last
}

function columnsOf(reading: Reading, value: unknown, line: number): Pick<WrittenEntry, 'columns'> {
  if (!isScalar(value) || value.range == null || value.anchor !== undefined || value.type?.startsWith('BLOCK')) return {}
  const [from, to] = [reading.at(value.range[0]), reading.at(value.range[1])]
  return from.line !== line || to.line !== line || from.column === to.column ? {} : { columns: { from: from.column, to: to.column } }
}

/** What the lexer adds and the text does not have. */
const markers: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

function commentsIn(text: string, { at }: Reading): ReadonlyMap<number, number> {
  const comments = new Map<number, number>()
  let offset = 0
  for (const token of new Lexer().lex(text)) {
    if (CST.tokenType(token) === 'comment') {
      const { line, column } = at(offset)
      comments.set(line, column)
    }
    if (!markers.has(token)) offset += token.length
  }
  return comments
}
